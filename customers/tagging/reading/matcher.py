"""Finds signs in a text and judges each by what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from customers.tagging.fold import fold
from customers.tagging.lexicon import Kind
from customers.tagging.normal import Normal
from customers.tagging.reading.signs import Sign, read_lists
from customers.tagging.scope.negation import judge
from customers.tagging.scope.saying import Saying, Verdict
from customers.tagging.scope.stretches import Mention

# Without one of these outside the signs themselves nothing is negated, asked or supposed: judging would say "stated".
_NEGATES = re.compile("[不没别无未非莫勿甭免拒讨除]")
_TURNS = re.compile("[不没别无未非莫勿甭免拒讨除吗么嘛吧怕]|如果|要是|假如|倘|万一|担心|是否|的话")


Matches = list[tuple[int, int, int]]
"""Words found: index, start and end of each."""


class Place(NamedTuple):
    """A sign at its place in the customer's own text."""

    start: int
    end: int
    word: str
    sign: Sign
    is_negated: bool = False


class _Found(NamedTuple):
    """A sign at its place in the folded text."""

    start: int
    end: int
    word: str
    sign: Sign


class Matcher:
    """The words of both lists, found in one pass. Build it once and share it."""

    def __init__(self, intents: Mapping[str, Sign], moods: Mapping[str, Sign]) -> None:
        wants, feels = ({fold(word): (word, sign) for word, sign in signs.items()} for signs in (intents, moods))
        words = sorted(wants.keys() | feels.keys())
        self._wants = [wants.get(word) for word in words]
        self._feels = [feels.get(word) for word in words]
        self._automaton = AhoCorasick(words, implementation=Implementation.ContiguousNFA)

    def find(self, folded: str) -> Matches:
        """Every word of either list that a folded text holds, the longest of those that begin first first."""
        found = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        found.sort(key=_first_and_longest)
        return found

    def wants(self, normal: Normal, found: Matches) -> list[Place]:
        """The signs of intents that a text states or negates, in order; one that is only asked about is left out."""
        return _places(normal, _pick(normal.folded, found, self._wants)) if found else []

    def feels(self, normal: Normal, found: Matches) -> list[Place]:
        """The signs of moods, likewise."""
        return _places(normal, _pick(normal.folded, found, self._feels)) if found else []


@cache
def house_matcher() -> Matcher:
    """The matcher of the house's own lists, which no edition of the lexicon changes."""
    lists = read_lists()
    return Matcher(lists.intents, lists.moods)


def _first_and_longest(found: tuple[int, int, int]) -> tuple[int, int]:
    return found[1], -found[2]


def _pick(folded: str, found: Matches, entries: Sequence[tuple[str, Sign] | None]) -> list[_Found]:
    """Those of one list, none overlapping."""
    picked: list[_Found] = []
    free_from = 0
    for index, start, end in found:
        entry = entries[index]
        if entry is not None and start >= free_from and (not entry[0].isascii() or _is_whole(folded, start, end)):
            picked.append(_Found(start, end, *entry))
            free_from = end
    return picked


def _is_whole(folded: str, start: int, end: int) -> bool:
    """No "hi" in "white"."""
    before, after = folded[start - 1 : start], folded[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _places(normal: Normal, found: Sequence[_Found]) -> list[Place]:
    if not found:
        return []
    verdicts = dict(_verdicts(normal.folded, found))
    return [
        Place(*normal.span(each.start, each.end), each.word, each.sign, verdict is Verdict.NEGATED)
        for each in found
        if (verdict := verdicts.get(each.start)) is not Verdict.UNSTATED
    ]


def _verdicts(folded: str, found: Sequence[_Found]) -> Iterator[tuple[int, Verdict]]:
    """By start, of those signs that something may turn round."""
    judged = [(each, each.sign.kind) for each in found if each.sign.kind is not None]
    if not judged or not _may_be_turned(folded, found, any(kind is Kind.FACT for _, kind in judged)):
        return
    mentions = [Mention(each.start, each.end, kind, "", "") for each, kind in judged]
    for mention, judgement in zip(mentions, judge(Saying(folded, mentions)), strict=True):
        yield mention.start, judgement.verdict


def _may_be_turned(folded: str, found: Sequence[_Found], has_facts: bool) -> bool:
    pattern = _TURNS if has_facts else _NEGATES
    return any(not any(each.start <= match.start() < each.end for each in found) for match in pattern.finditer(folded))
