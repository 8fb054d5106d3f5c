"""A saying: one message as the rules of scope look at it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from customers.tagging.lexicon import Kind
from customers.tagging.scope.cues import Cue, find_cues
from customers.tagging.scope.stretches import Mention, Stretch, split_stretches

WANTED = frozenset({Kind.THING, Kind.QUALITY})
"""Kinds of mention that say what a customer would like to have."""


class Verdict(StrEnum):
    """What a mention amounts to."""

    STATED = "stated"
    NEGATED = "negated"
    UNSTATED = "unstated"  # nothing is said: a fact asked about or supposed, the loser of a comparison


class Judgement(NamedTuple):
    """What the negations and questions of a message make of one mention, and the names of those that did."""

    verdict: Verdict
    because: tuple[str, ...] = ()


PLAIN = Judgement(Verdict.STATED)


@dataclass(frozen=True, slots=True)
class Clause:
    """What stands between two separators, at most 120 characters. ``wanted``: indices of its things and qualities."""

    start: int
    end: int
    before: str
    after: str
    stretches: tuple[Stretch, ...]
    members: tuple[int, ...]
    wanted: tuple[int, ...]


class Saying:
    """One folded message with its mentions in order, none overlapping; ``judgements`` holds one for each."""

    def __init__(self, folded: str, mentions: Sequence[Mention]) -> None:
        self.folded = folded
        self.mentions = mentions
        self.cues: list[Cue] = find_cues(folded, ((mention.start, mention.end) for mention in mentions))
        self.judgements: Sequence[Judgement] = ()

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The parts of clauses within which a negation reaches."""
        return split_stretches(self.folded, self.mentions, self.cues)

    @cached_property
    def clauses(self) -> list[Clause]:
        """The clauses in order."""
        clauses: list[Clause] = []
        opened: list[Stretch] = []
        for stretch in self.stretches:
            opened.append(stretch)
            if stretch.precedes is not None:
                clauses.append(self._clause(opened))
                opened = []
        return clauses

    def find_clause(self, place: int) -> int:
        """The index of the clause that holds a place; of the one before, where the place is a separator."""
        return max(0, bisect_right(self._starts, place) - 1)

    def is_stated(self, index: int) -> bool:
        """True for a mention that nothing negates."""
        return self.judgements[index].verdict is Verdict.STATED

    @cached_property
    def _starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]

    def _clause(self, stretches: Sequence[Stretch]) -> Clause:
        first, last = stretches[0], stretches[-1]
        members = tuple(index for stretch in stretches for index in stretch.members)
        wanted = tuple(index for index in members if self.mentions[index].kind in WANTED)
        return Clause(
            first.start, last.end, first.follows or "", last.precedes or "", tuple(stretches), members, wanted
        )
