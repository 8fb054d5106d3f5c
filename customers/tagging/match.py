"""Matching: finds the lexicon's words in what a customer wrote, each at its place and with its sense turned right."""

from __future__ import annotations

from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from customers.tagging.lexicon import Kind, Lexicon, TagRule
from customers.tagging.normal import Normal, normalise
from customers.tagging.scope.registry import waking
from customers.tagging.scope.saying import Verdict
from customers.tagging.scope.senses import Sense, read_senses
from customers.tagging.scope.stretches import Mention


class Hit(NamedTuple):
    """One word that speaks for a tag, or against it. ``text[start:end]`` is what the customer wrote, ``word`` what the
    lexicon calls it; ``weight`` is what this mention is worth, before negation: the tag's weight times what ``because``
    names. ``subject`` is the person it is said of where that is not the customer."""

    group: str
    tag: str
    start: int
    end: int
    word: str
    negated: bool
    weight: float
    subject: str = ""
    because: tuple[str, ...] = ()


class _Entry(NamedTuple):
    tag: TagRule
    kind: Kind
    word: str
    is_latin_edged: bool


class Tagger:
    """Finds tags in texts. Build it once for a lexicon (2,000 words take some milliseconds) and share it."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        waking(frozenset(group.kind for group in lexicon.groups.values()))  # a wrong turn stops the start, no message
        self._rules: list[_Entry | None] = []
        patterns: list[str] = []
        for group in lexicon.groups.values():
            for tag in group.tags:
                patterns.extend(word.folded for word in tag.words)
                self._rules.extend(
                    _Entry(tag, group.kind, word.text, _is_latin(word.folded[0]) or _is_latin(word.folded[-1]))
                    for word in tag.words
                )
            patterns.extend(word.folded for word in group.blocked)
            self._rules.extend(None for _ in group.blocked)
        self._automaton = AhoCorasick(
            patterns, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
        )

    def find(self, text: str) -> list[Hit]:
        """Every hit of a message in order of place, none overlapping; the longest word wins. Places are str indices."""
        return self.find_in(normalise(text))

    def find_in(self, normal: Normal) -> list[Hit]:
        """``find`` for a text that is normalised already; places are in the customer's own text all the same."""
        folded = normal.folded
        found = [
            (rule, start, end)
            for index, start, end in self._automaton.find_matches_as_indexes(folded)
            if (rule := self._rules[index]) is not None and (not rule.is_latin_edged or _is_whole(folded, start, end))
        ]
        if not found:
            return []
        mentions = [Mention(start, end, rule.kind, rule.tag.group, rule.tag.name) for rule, start, end in found]
        senses = read_senses(folded, mentions)
        return [
            _hit(rule, normal.span(start, end), sense)
            for (rule, start, end), sense in zip(found, senses, strict=True)
            if sense.verdict is not Verdict.UNSTATED
        ]


def _hit(rule: _Entry, span: tuple[int, int], sense: Sense) -> Hit:
    tag = rule.tag
    weight, is_negated = tag.weight * sense.factor, sense.verdict is Verdict.NEGATED
    return Hit(tag.group, tag.name, *span, rule.word, is_negated, weight, sense.subject, sense.because)


def _is_whole(folded: str, start: int, end: int) -> bool:
    """False for Latin letters or digits cut out of a longer run: no "xl" in "xlr", no "38码" in "138码"."""
    return not (_runs_on(folded, start - 1, start) or _runs_on(folded, end - 1, end))


def _runs_on(folded: str, left: int, right: int) -> bool:
    return left >= 0 and right < len(folded) and _is_latin(folded[left]) and _is_latin(folded[right])


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
