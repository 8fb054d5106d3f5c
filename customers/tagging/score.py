"""Scores: what a customer's words for and against one tag are worth today. Arithmetic only.

Evidence is counted by the UTC day, which turns at eight in the morning in Shanghai, and halves with every half-life
that has passed since its day. Every result is the same whatever the order or the batches evidence arrives in.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

HOLDS_FROM = 0.25  # one plain mention holds for two half-lives
DAY_CAP = 3.0  # what one day may count at most, for and against alike


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One hit of one customer for one tag; ``at`` is aware. Sorts by time, message and place in the message.

    ``weight`` is the hit's, a multiple of a quarter; ``negated`` makes it count against the tag.
    """

    at: datetime
    interaction_id: int
    start: int
    word: str
    weight: float
    negated: bool


@dataclass(frozen=True, slots=True)
class Scored:
    """A score as it was worth on the day of ``last_at``, the time of the latest evidence."""

    score: float
    last_at: datetime


def score(evidence: Iterable[Evidence], now: datetime, half_life_days: float) -> float:
    """The worth of all evidence at ``now``; 0.0 without any, below 0 where more speaks against than for."""
    tallied = tally(evidence, half_life_days)
    return 0.0 if tallied is None else score_at(tallied, now, half_life_days)


def tally(evidence: Iterable[Evidence], half_life_days: float) -> Scored | None:
    """The score from scratch, exactly rounded: the same evidence gives the same bits in any order. None without any."""
    by_day = _by_day(evidence)
    if not by_day:
        return None
    last_at = max(each.at for each in by_day[max(by_day)])
    return Scored(math.fsum(_terms(by_day, last_at, half_life_days)), last_at)


def add(
    stored: Scored | None, counted: Iterable[Evidence], new: Iterable[Evidence], half_life_days: float
) -> Scored | None:
    """The stored score with new evidence, without reading all the old: decay, then add what the new days gain.

    ``counted`` must hold all evidence already in ``stored`` of the UTC days that ``new`` falls on (more does no harm).
    Evidence given again changes nothing. Agrees with ``tally`` within rounding.
    """
    added = _by_day(new)
    if not added:
        return stored
    before = {day: seen for day, seen in _by_day(counted).items() if day in added}
    after = {day: seen | before.get(day, set()) for day, seen in added.items()}
    latest = max(each.at for each in after[max(after)])
    last_at = latest if stored is None else max(stored.last_at, latest)
    kept = 0.0 if stored is None else score_at(stored, last_at, half_life_days)
    gained = [*_terms(after, last_at, half_life_days), *(-term for term in _terms(before, last_at, half_life_days))]
    return Scored(math.fsum([kept, *gained]), last_at)


def score_at(stored: Scored, now: datetime, half_life_days: float) -> float:
    """What a stored score is worth at ``now``; before ``last_at`` it is worth what it is at ``last_at``."""
    return stored.score * _decay(max(0, _days_between(stored.last_at, now)), half_life_days)


def holds(worth: float) -> bool:
    """True while a score is high enough for the customer to have the tag."""
    return worth >= HOLDS_FROM


def list_holding(worth_by_tag: Mapping[str, float], *, is_exclusive: bool) -> list[str]:
    """The tags of one group a customer has, best first; of an exclusive group the best one alone. Ties go by name."""
    holding = sorted(
        (tag for tag, worth in worth_by_tag.items() if holds(worth)), key=lambda tag: (-worth_by_tag[tag], tag)
    )
    return holding[:1] if is_exclusive else holding


def list_refused(worth_by_tag: Mapping[str, float]) -> list[str]:
    """The tags a customer speaks against as plainly as others are held, most refused first. Refusals fade as wishes do
    and are none: nothing that acts on wishes may read them."""
    refused = (tag for tag, worth in worth_by_tag.items() if holds(-worth))
    return sorted(refused, key=lambda tag: (worth_by_tag[tag], tag))


def _by_day(evidence: Iterable[Evidence]) -> dict[date, set[Evidence]]:
    days: dict[date, set[Evidence]] = {}
    for each in evidence:
        days.setdefault(each.at.astimezone(UTC).date(), set()).add(each)
    return days


def _terms(by_day: Mapping[date, Collection[Evidence]], last_at: datetime, half_life_days: float) -> list[float]:
    on = last_at.astimezone(UTC).date()
    return [_day_worth(seen) * _decay((on - day).days, half_life_days) for day, seen in by_day.items()]


def _day_worth(evidence: Iterable[Evidence]) -> float:
    """A word counts once a message however often it is repeated there; a day counts up to its cap, each way."""
    once: dict[tuple[int, str, bool], float] = {}
    for each in evidence:
        key = each.interaction_id, each.word, each.negated
        once[key] = max(each.weight, once.get(key, 0.0))
    for_it = sum(weight for (_, _, negated), weight in once.items() if not negated)
    against = sum(weight for (_, _, negated), weight in once.items() if negated)
    return min(DAY_CAP, for_it) - min(DAY_CAP, against)


def _decay(days: int, half_life_days: float) -> float:
    return float(0.5 ** (days / half_life_days))


def _days_between(earlier: datetime, later: datetime) -> int:
    return (later.astimezone(UTC).date() - earlier.astimezone(UTC).date()).days
