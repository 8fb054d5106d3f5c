"""Scores: what a customer's words for and against one tag are worth, and whether they have it. Arithmetic only.

Evidence is counted by the UTC day, which turns at eight in the morning in Shanghai, and halves with every half-life
that has passed since its day. A tag is gained at ``GAINED_FROM`` and kept until it is worth less than ``LOST_BELOW``,
so that one near the line does not come and go; a refusal is the same below zero. All of it follows from the evidence
alone: the same evidence gives the same bits whatever the order or the batches it arrives in.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import groupby

from customers.tagging.lexicon import Lexicon

GAINED_FROM = 0.5  # half a plain mention
LOST_BELOW = 0.25  # what one plain mention is worth after two half-lives
WORD_CAP = 2.0  # what one word may count a day however often it is repeated, unless one mention weighs more
DAY_CAP = 3.0  # what one day may count at most, for and against alike

TagKey = tuple[str, str]
"""Group and name of a tag."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One hit of one customer for one tag; ``at`` is aware. Sorts by time, message and place in the message.

    ``weight`` is the hit's, quarters times halves, so that sums of a day are exact; ``negated`` makes it count against
    the tag. ``subject`` is the person it is said of where that is not the customer.
    """

    at: datetime
    interaction_id: int
    start: int
    word: str
    weight: float
    negated: bool
    subject: str = ""


class Uncounted(StrEnum):
    """Why a piece of evidence is kept and shown, and counts nothing."""

    SUBJECT = "subject"  # of a personal group, and said of somebody else
    REMOVED = "removed"  # not newer than the tag's removal


@dataclass(frozen=True, slots=True)
class Scored:
    """A score as it was worth on the day of ``last_at``, the time of the latest evidence, and how the tag stood then.

    ``since`` is when it was last gained or refused; where it never was, its first evidence.
    """

    score: float
    last_at: datetime
    is_held: bool
    is_refused: bool
    since: datetime


def tally(
    evidence: Iterable[Evidence],
    half_life_days: float,
    *,
    is_personal: bool = False,
    removed_at: datetime | None = None,
) -> Scored | None:
    """The score of one tag from all its evidence, None where nothing counts.

    ``is_personal``: the group is about the customer only; ``removed_at``: when somebody last took the tag off.
    """
    counted = sorted(each for each in evidence if find_uncounted(each, is_personal, removed_at) is None)
    if not counted:
        return None
    walk = _Walk(half_life_days)
    for (at, _), message in groupby(counted, key=lambda each: (each.at, each.interaction_id)):
        walk.hear(at, message)
    return Scored(walk.worth, counted[-1].at, walk.is_held, walk.is_refused, walk.since or counted[0].at)


def find_uncounted(each: Evidence, is_personal: bool, removed_at: datetime | None) -> Uncounted | None:
    """Why this evidence counts nothing; None where it counts."""
    if removed_at is not None and each.at <= removed_at:
        return Uncounted.REMOVED
    return Uncounted.SUBJECT if is_personal and each.subject else None


def score_at(stored: Scored, now: datetime, half_life_days: float) -> float:
    """What a stored score is worth at ``now``; before ``last_at`` it is worth what it is at ``last_at``."""
    return stored.score * decay(max(0, (day_of(now) - day_of(stored.last_at)).days), half_life_days)


def list_held(scored: Mapping[TagKey, Scored], lexicon: Lexicon, now: datetime) -> list[TagKey]:
    """The tags a customer has at ``now``: by group, best first; of an exclusive group the best one alone.

    Ties go by name.
    """
    worth = _worth_of({key: each for key, each in scored.items() if each.is_held}, lexicon, now)
    held = sorted((key for key in worth if worth[key] >= LOST_BELOW), key=lambda key: (key[0], -worth[key], key[1]))
    exclusive = {key for key, group in lexicon.groups.items() if group.exclusive}
    return [
        key
        for group, keys in groupby(held, key=lambda key: key[0])
        for number, key in enumerate(keys)
        if number == 0 or group not in exclusive
    ]


def list_refused(scored: Mapping[TagKey, Scored], lexicon: Lexicon, now: datetime) -> list[TagKey]:
    """The tags a customer speaks against as plainly as others are held: by group, most refused first.

    Refusals fade as wishes do and are none: nothing that acts on wishes may read them.
    """
    worth = _worth_of({key: each for key, each in scored.items() if each.is_refused}, lexicon, now)
    return sorted((key for key in worth if worth[key] <= -LOST_BELOW), key=lambda key: (key[0], worth[key], key[1]))


def half_life_of(group: str, lexicon: Lexicon) -> float:
    """In days. A group that left the lexicon no longer fades, until a replay removes its evidence."""
    return lexicon.groups[group].half_life_days if group in lexicon.groups else math.inf


def decay(days: int, half_life_days: float) -> float:
    """What is left of a worth after so many days, as a share."""
    return float(0.5 ** (days / half_life_days))


def day_of(moment: datetime) -> date:
    """The UTC day a moment is counted on."""
    return moment.astimezone(UTC).date()


class Day:
    """What one day's messages count together."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, bool], float] = {}
        self._heaviest: dict[tuple[str, bool], float] = {}

    def hear(self, message: Iterable[Evidence]) -> None:
        """One message more. A word counts once in it, however often it is repeated there."""
        once: dict[tuple[str, bool], float] = {}
        for each in message:
            key = each.word, each.negated
            once[key] = max(each.weight, once.get(key, 0.0))
        for key, weight in once.items():
            self._words[key] = self._words.get(key, 0.0) + weight
            self._heaviest[key] = max(weight, self._heaviest.get(key, 0.0))

    def uncapped(self, negated: bool) -> float:
        return sum(weight for (_, against), weight in self._words.items() if against is negated)

    def capped(self, negated: bool) -> float:
        """A word counts up to its cap and the day up to its own."""
        words = (
            min(max(WORD_CAP, self._heaviest[key]), weight) for key, weight in self._words.items() if key[1] is negated
        )
        return min(DAY_CAP, sum(words))

    @property
    def worth(self) -> float:
        return self.capped(negated=False) - self.capped(negated=True)


class _Walk:
    """Goes through messages in order of time, as a card looked at after each of them would show the tag."""

    def __init__(self, half_life_days: float) -> None:
        self._half_life_days = half_life_days
        self._on: date | None = None
        self._day = Day()
        self._brought = 0.0
        """What the days before are worth on this one."""
        self.worth = 0.0
        self.is_held = self.is_refused = False
        self.since: datetime | None = None

    def hear(self, at: datetime, message: Iterator[Evidence]) -> None:
        on = day_of(at)
        if on != self._on:
            self._brought = self.worth * decay((on - self._on).days, self._half_life_days) if self._on else 0.0
            self._on, self._day = on, Day()
            self._lose(self._brought)
        self._day.hear(message)
        self.worth = self._brought + self._day.worth
        self._lose(self.worth)
        if not self.is_held and self.worth >= GAINED_FROM:
            self.is_held, self.since = True, at
        elif not self.is_refused and self.worth <= -GAINED_FROM:
            self.is_refused, self.since = True, at

    def _lose(self, worth: float) -> None:
        self.is_held = self.is_held and worth >= LOST_BELOW
        self.is_refused = self.is_refused and worth <= -LOST_BELOW


def _worth_of(scored: Mapping[TagKey, Scored], lexicon: Lexicon, now: datetime) -> dict[TagKey, float]:
    return {key: score_at(each, now, half_life_of(key[0], lexicon)) for key, each in scored.items()}
