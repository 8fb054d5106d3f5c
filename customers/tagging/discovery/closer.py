"""A closer look at chosen words: who says them, in which sentences, beside what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from customers.tagging.discovery.cohesion import is_free
from customers.tagging.normal import Normal
from customers.tagging.segment import Segmenter

_MOST_CUSTOMERS, _MOST_OF_ONE = 1_000, 3
_MOST_EXAMPLES, _AROUND = 3, 15


@dataclass(frozen=True, slots=True)
class Example:
    """A place where somebody said a word, in their own words."""

    customer_id: int
    excerpt: str


@dataclass(slots=True)
class Seen:
    """What is known of one word. ``mentions`` counts messages, of one customer no more than three."""

    messages: int = 0
    mentions: int = 0
    customers: dict[int, int] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def is_word_like(self) -> bool:
        """Whether it stands by itself: it is free on both sides."""
        return is_free(self.left) and is_free(self.right)

    def count(self, customer_id: int) -> None:
        """One more message; a customer not counted any more is taken for another."""
        self.messages += 1
        told = self.customers.get(customer_id, 0)
        self.mentions += told < _MOST_OF_ONE
        if told or len(self.customers) < _MOST_CUSTOMERS:
            self.customers[customer_id] = told + 1


class Closer:
    """Looks at ``words``, which the dictionary has, and ``strings``, which it has not."""

    def __init__(self, words: Collection[str], strings: Collection[str], segmenter: Segmenter) -> None:
        self.seen: dict[str, Seen] = {word: Seen() for word in (*words, *strings)}
        self._words = frozenset(words)
        self._strings = Finder(strings)
        self._segmenter = segmenter

    def look(self, customer_id: int, text: str, normal: Normal, struck: str) -> None:
        """One message: its text, its normal form, and that with the lexicon's words struck out."""
        counted: set[str] = set()
        for word, start, end in (*self._find_words(struck), *self._strings.places(struck)):
            seen = self.seen[word]
            seen.left[struck[max(start - 1, 0) : start]] += 1
            seen.right[struck[end : end + 1]] += 1
            if word in counted:
                continue
            counted.add(word)
            seen.count(customer_id)
            if len(seen.examples) < _MOST_EXAMPLES and all(each.customer_id != customer_id for each in seen.examples):
                seen.examples.append(Example(customer_id, excerpt(text, *normal.span(start, end))))

    def _find_words(self, struck: str) -> Iterator[tuple[str, int, int]]:
        tokens = self._segmenter.cut(struck)
        for word, end in zip(tokens, accumulate(map(len, tokens)), strict=True):
            if word in self._words:
                yield word, end - len(word), end


class Finder:
    """Finds strings in texts wherever they stand, one within another too."""

    def __init__(self, strings: Collection[str]) -> None:
        self._strings = list(strings)
        self._automaton = AhoCorasick(
            self._strings, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA
        )

    def places(self, text: str) -> list[tuple[str, int, int]]:
        """Every string found with where it begins and ends."""
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [(self._strings[index], start, end) for index, start, end in found]


def excerpt(text: str, start: int, end: int) -> str:
    """What somebody wrote around a place, in one line."""
    first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
    shown = " ".join(text[first:last].split())
    return f"{'…' if first else ''}{shown}{'…' if last < len(text) else ''}"
