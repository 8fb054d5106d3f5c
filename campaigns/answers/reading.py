"""Reading a question: the terms it is found by, each worth something, and what it must not be confused with."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from campaigns.answers.vocabulary import Meaning, Sense, Vocabulary
from customers.tagging.normal import normalise

WORD, LONE, ASKS, TAG, PAIR, LETTER = 1.0, 0.5, 0.4, 0.3, 0.1, 0.5
"""What a word, a character standing alone, what is asked for, a tag, two neighbouring characters and one are worth."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LONGEST = 200
"""Characters of a message that are looked at."""

_YES_OR_NO = frozenset(("?能否", "?有无", "?是否"))


class Cutter(Protocol):
    """Cuts plain text into words; ``knows`` those that are no guess."""

    def cut(self, folded: str) -> list[str]: ...

    def knows(self, word: str) -> bool: ...


class Question(NamedTuple):
    """A text as it is searched. ``terms`` have their worth: a word as itself, ``?何时``, ``~两字``, ``#组.标签``.

    ``topics`` are the words that are the vocabulary's own, ``kinds`` what is asked for beyond yes or no. ``numbers``
    and ``contrasts`` (words by contrast) are what two questions may not differ in.
    """

    terms: Mapping[str, float]
    topics: frozenset[str]
    kinds: frozenset[str]
    numbers: frozenset[str]
    contrasts: Mapping[str, frozenset[str]]

    @property
    def is_about_something(self) -> bool:
        """False for courtesy and small words alone."""
        return any(term[0] not in "?~#" for term in self.terms)


class Reader:
    """Reads questions; ``tag_words`` are the lexicon's words with the tag each speaks for, as ``group.tag``.

    Tags of a group in ``contrasting`` contrast with each other: a scarf is no coat, whatever is asked of it.
    """

    def __init__(
        self,
        words: Vocabulary,
        cutter: Cutter,
        tag_words: Iterable[tuple[str, str]] = (),
        contrasting: Collection[str] = (),
    ) -> None:
        self._words = words
        self._cutter = cutter
        self._contrasting = frozenset(contrasting)
        self._tags: dict[str, list[tuple[str, str]]] = {}
        for word, tag in tag_words:
            if len(word) > 1:
                self._tags.setdefault(word[:2], []).append((word, f"#{tag}"))

    def read(self, text: str) -> Question:
        """The terms of a customer's words or of a stored question."""
        plain = normalise(text[:_LONGEST]).folded
        terms: dict[str, float] = {}
        for piece in self._words.pieces(plain):
            if piece.meaning is not None:
                _note(piece.meaning, terms)
            else:
                self._read_stretch(piece.text, terms)
        topics = frozenset(filter(self._words.is_topic, terms))
        kinds = frozenset(term for term in terms if term[0] == "?") - _YES_OR_NO
        _note_letters(plain, terms)
        self._note_tags(plain, terms)
        return Question(terms, topics, kinds, frozenset(_NUMBER.findall(plain)), self._contrasts(topics, terms))

    def _read_stretch(self, stretch: str, terms: dict[str, float]) -> None:
        for token in self._tokens(stretch):
            if not token[0].isalnum():
                continue
            meaning = self._words.single.get(token)
            if meaning is not None:
                _note(meaning, terms)
            else:
                terms[token] = WORD if len(token) > 1 or token.isascii() else LONE

    def _tokens(self, stretch: str) -> Iterator[str]:
        """A word that was only guessed ("鞋能放") says no more than its characters, some of which are fillers."""
        for token in self._cutter.cut(stretch):
            if len(token) == 1 or token.isascii() or self._cutter.knows(token):
                yield token
            else:
                yield from token

    def _note_tags(self, plain: str, terms: dict[str, float]) -> None:
        for at in range(len(plain) - 1):
            for word, tag in self._tags.get(plain[at : at + 2], ()):
                if tag not in terms and plain.startswith(word, at):
                    terms[tag] = TAG

    def _contrasts(self, topics: frozenset[str], terms: Mapping[str, float]) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for topic in topics:
            for name in self._words.contrasts_of(topic):
                found[name] = found.get(name, frozenset()) | {topic}
        for term in terms:
            if term[0] == "#" and (group := term[1:].partition(".")[0]) in self._contrasting:
                found[group] = found.get(group, frozenset()) | {term}
        return found


def _note(meaning: Meaning, terms: dict[str, float]) -> None:
    if meaning.sense is Sense.SAME:
        terms[meaning.word] = WORD
    elif meaning.sense is Sense.ASKS:
        terms[f"?{meaning.word}"] = ASKS


def _note_letters(plain: str, terms: dict[str, float]) -> None:
    letters = "".join(filter(str.isalnum, plain))
    for at, letter in enumerate(letters):
        terms[f"~{letter}"] = LETTER
        if at:
            terms[f"~{letters[at - 1 : at + 1]}"] = PAIR
