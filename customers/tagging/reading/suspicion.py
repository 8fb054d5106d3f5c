"""Suspicion: a look at a message, cheap enough for every reply, whether it may hold a complaint or a bad mood."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from customers.tagging.fold import fold
from customers.tagging.lexicon import Lexicon
from customers.tagging.normal import Normal
from customers.tagging.reading.intent import Intent
from customers.tagging.reading.reader import ENOUGH, LOUD, LOUD_WORTH
from customers.tagging.reading.signs import NOTHING, Sign, read_lists, signs_of_tags
from customers.tagging.scope.cues import may_negate
from customers.tagging.scope.registry import all_turns

_END = itemgetter(1)


class Suspect(IntEnum):
    """What of a message must be read to know whether it is a complaint."""

    NOTHING = 0
    WORDS = 1  # the house's own words: no tag of the lexicon it holds can matter
    ALL = 2  # the lexicon's tags as well


class _Clue(NamedTuple):
    """The most a word can make of a message: a complaint at once, or so much of a bad mood.

    ``if_negated`` is the bad mood of a satisfied word, which takes another word that negates it.
    """

    complains: bool = False
    upset: float = 0.0
    if_negated: float = 0.0
    is_tag: bool = False

    def worth(self, may_turn: bool) -> float:
        """The bad mood where a message holds a word that negates, or holds none."""
        return self.upset + self.if_negated if may_turn else self.upset

    def or_else(self, other: _Clue) -> _Clue:
        """The most of both."""
        return _Clue(
            self.complains or other.complains,
            max(self.upset, other.upset),
            max(self.if_negated, other.if_negated),
            self.is_tag or other.is_tag,
        )


class Suspicion:
    """Knows every word that may make a reading a complaint, and how much each can say at most."""

    def __init__(self, lexicon: Lexicon) -> None:
        clues: dict[str, _Clue] = {}
        for word, clue in chain(_clues_of_lists(), _clues_of_tags(lexicon)):
            clues[word] = clue.or_else(clues.get(word, _Clue()))
        self._clues = list(clues.values())
        self._words = AhoCorasick(list(clues), implementation=Implementation.ContiguousNFA)
        self._pictures = frozenset(picture for picture, worth in read_lists().pictures.items() if worth < 0)

    def of(self, text: str, normal: Normal) -> Suspect:
        """What to read: ``NOTHING`` where a full reading can be no complaint and not upset. ``normal`` is the text as
        it is matched."""
        found = self._words.find_matches_as_indexes(normal.folded, overlapping=True)
        shows = normal.places is not None and any(picture in text for picture in self._pictures)
        if not found:
            return Suspect.WORDS if shows else Suspect.NOTHING
        clues = [self._clues[index] for index, _, _ in found]
        if not shows and not any(clue.complains for clue in clues) and not self._is_enough(text, normal, found):
            return Suspect.NOTHING
        return Suspect.ALL if any(clue.is_tag for clue in clues) else Suspect.WORDS

    def _is_enough(self, text: str, normal: Normal, found: Sequence[tuple[int, int, int]]) -> bool:
        """Whether the bad mood can suffice: each word counts once, and no two that share a character."""
        enough = ENOUGH - LOUD_WORTH if LOUD.search(text) else ENOUGH
        may_turn = may_negate(normal.folded)
        worth = {index: self._clues[index].worth(may_turn) for index, _, _ in found}
        if sum(worth.values()) < enough:
            return False
        return _heaviest((start, end, worth[index]) for index, start, end in found) >= enough


def _heaviest(spans: Iterable[tuple[int, int, float]]) -> float:
    """The most that spans weigh together, (start, end, weight) each, of which no two overlap."""
    ends, most = [0], [0.0]
    for start, end, weight in sorted(spans, key=_END):
        with_it = most[bisect_right(ends, start) - 1] + weight
        ends.append(end)
        most.append(max(most[-1], with_it))
    return most[-1]


def _clues_of_lists() -> Iterator[tuple[str, _Clue]]:
    lists = read_lists()
    for word, sign in chain(lists.intents.items(), lists.moods.items()):
        if _tells(sign):
            upset, satisfied = max(-sign.mood, 0.0), max(sign.mood, 0.0)
            yield fold(word), _Clue(Intent.COMPLAINT in sign.intents, upset, satisfied / 2)


def _clues_of_tags(lexicon: Lexicon) -> Iterator[tuple[str, _Clue]]:
    """A tag of a kind that turns act on may be turned round without a word that negates ("哪里显瘦了")."""
    of_tags = signs_of_tags(lexicon)
    turned = frozenset(kind for turn in all_turns().values() for kind in turn.kinds)
    for rule in lexicon.rules():
        if _tells(sign := of_tags.get((rule.group, rule.name), NOTHING)):
            upset, if_negated = max(-sign.mood, 0.0), max(sign.mood, 0.0) / 2
            if lexicon.groups[rule.group].kind in turned:
                upset, if_negated = upset + if_negated, 0.0
            for word in rule.words:
                yield word.folded, _Clue(Intent.COMPLAINT in sign.intents, upset, if_negated, is_tag=True)


def _tells(sign: Sign) -> bool:
    """A satisfied word too: negated it is a bad mood."""
    return sign.mood != 0 or Intent.COMPLAINT in sign.intents
