"""The arithmetic of scores, to the bit where it must be."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.lexicon import Group, Kind, Lexicon
from customers.tagging.score import (
    GAINED_FROM,
    LOST_BELOW,
    Evidence,
    Scored,
    Uncounted,
    find_uncounted,
    half_life_of,
    list_held,
    list_refused,
    score_at,
    tally,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(
    *,
    day: float = 0,
    message: int = 1,
    word: str = "黑色",
    weight: float = 1.0,
    negated: bool = False,
    start: int = 0,
    subject: str = "",
) -> Evidence:
    return Evidence(NOON + timedelta(days=day), message, start, word, weight, negated, subject)


def against(*, day: float = 0, message: int = 1, weight: float = 1.0) -> Evidence:
    return said(day=day, message=message, weight=weight, negated=True)


def score(evidence: list[Evidence], now: datetime, half_life_days: float) -> float:
    scored = tally(evidence, half_life_days)
    return score_at(scored, now, half_life_days) if scored else 0.0


def test_a_mention_is_worth_its_weight_today_and_half_of_it_after_a_half_life() -> None:
    evidence = [said(weight=1.5)]
    assert score(evidence, NOON, 30) == 1.5
    assert score(evidence, NOON + timedelta(days=30), 30) == 0.75
    assert score(evidence, NOON + timedelta(days=60), 30) == 0.375


def test_nothing_said_has_no_score() -> None:
    assert tally([], 30) is None


def test_worth_falls_once_a_day_when_the_utc_day_turns() -> None:
    evidence = [said()]
    assert score(evidence, NOON + timedelta(hours=11, minutes=59), 1) == 1.0
    assert score(evidence, NOON + timedelta(hours=12), 1) == 0.5


def test_a_refusal_counts_against() -> None:
    assert score([said(), against(message=2)], NOON, 30) == 0.0
    assert score([against()], NOON, 30) == -1.0


def test_one_word_counts_once_a_message_however_often_repeated() -> None:
    spam = [said(start=2 * place) for place in range(50)]
    assert score(spam, NOON, 30) == 1.0
    assert score([*spam, said(word="纯黑", start=200)], NOON, 30) == 2.0


def test_of_one_word_in_one_message_the_strongest_mention_counts() -> None:
    assert score([said(weight=0.5), said(weight=1.5, start=4), said(start=8)], NOON, 30) == 1.5


def test_one_word_counts_up_to_its_cap_a_day_and_starts_anew_the_next() -> None:
    spam = [said(message=number) for number in range(50)]
    assert score(spam, NOON, 30) == 2.0
    assert score([*spam, *(said(day=1, message=99 + n) for n in range(50))], NOON + timedelta(days=1), 1) == 3.0


def test_a_word_that_weighs_more_than_its_cap_counts_what_one_mention_weighs() -> None:
    assert score([said(weight=2.5)], NOON, 30) == 2.5
    assert score([said(message=number, weight=2.5) for number in range(9)], NOON, 30) == 2.5
    assert score([said(weight=4.5)], NOON, 30) == 3.0


def test_a_day_counts_up_to_its_cap_each_way() -> None:
    words = [said(message=number, word=f"{number % 3}") for number in range(50)]
    assert score(words, NOON, 30) == 3.0
    assert score([*words, against(message=51)], NOON, 30) == 2.0
    assert score([replace(each, negated=True) for each in words], NOON, 30) == -3.0


def test_a_tally_is_dated_by_the_latest_evidence() -> None:
    assert tally([said(day=30), said(message=2)], 30) == Scored(
        1.5, NOON + timedelta(days=30), is_held=True, is_refused=False, since=NOON
    )


def test_looking_back_before_the_latest_evidence_shows_its_worth_then() -> None:
    assert score_at(Scored(2.0, NOON, True, False, NOON), NOON - timedelta(days=10), 30) == 2.0


# ── gained and lost ──────────────────────────────────────────────────────────────────────────────────────────────
def standing(*evidence: Evidence, half_life: float = 30) -> tuple[bool, bool, float]:
    """Held, refused, and the days after noon since when."""
    scored = tally(evidence, half_life)
    assert scored is not None
    return scored.is_held, scored.is_refused, (scored.since - NOON) / timedelta(days=1)


def test_a_tag_is_gained_at_half_a_mention_and_not_below() -> None:
    assert standing(said(weight=0.5)) == (True, False, 0)
    assert standing(said(weight=0.375)) == (False, False, 0)
    assert standing(said(weight=0.375), said(weight=0.125, message=2, day=0.1, word="纯黑")) == (True, False, 0.1)


def test_a_gained_tag_is_kept_between_the_lines_and_lost_below_them() -> None:
    kept = standing(said(weight=0.5), against(weight=0.25, message=2, day=0.1))
    lost = standing(said(weight=0.5), against(weight=0.375, message=2, day=0.1))
    assert (kept, lost) == ((True, False, 0), (False, False, 0))


def test_between_the_lines_one_is_whatever_one_was() -> None:
    never = standing(said(weight=0.25), said(weight=0.125, message=2, day=0.1, word="纯黑"))
    assert never == (False, False, 0)


def test_what_faded_away_meanwhile_has_to_be_gained_again() -> None:
    once, again = said(), said(day=61, message=2, weight=0.25)
    assert standing(once, replace(again, at=NOON + timedelta(days=60))) == (True, False, 0)
    assert standing(once, again)[0] is False
    assert standing(once, said(day=61, message=2)) == (True, False, 61)


def test_since_is_when_it_was_gained_last() -> None:
    changed = [said(), against(day=1, message=2, weight=1.25), said(day=2, message=3, weight=1.5)]
    assert standing(*changed) == (True, False, 2)
    assert standing(*changed[:2]) == (False, False, 0)


def test_a_refusal_is_the_same_below_zero() -> None:
    assert standing(against(weight=0.5)) == (False, True, 0)
    assert standing(against(weight=0.375)) == (False, False, 0)
    assert standing(against(weight=0.5), said(weight=0.25, message=2, day=0.1)) == (False, True, 0)
    assert standing(against(weight=0.5), said(weight=0.375, message=2, day=0.1)) == (False, False, 0)
    assert standing(against(), said(weight=0.25, message=2, day=61))[1] is False


def test_from_wished_to_refused_in_one_message() -> None:
    assert standing(said(), against(day=0.1, message=2, weight=2.0)) == (False, True, 0.1)


# ── what does not count ──────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_said_of_somebody_else_counts_unless_the_group_is_personal() -> None:
    hers, mine = said(subject="妈妈"), said(message=2)
    assert tally([hers, mine], 30) == Scored(2.0, NOON, True, False, NOON)
    assert tally([hers, mine], 30, is_personal=True) == Scored(1.0, NOON, True, False, NOON)
    assert tally([hers], 30, is_personal=True) is None
    assert find_uncounted(hers, True, None) is Uncounted.SUBJECT
    assert find_uncounted(mine, True, None) is None


def test_nothing_up_to_the_removal_counts_any_more() -> None:
    old, new = said(), said(day=3, message=2, weight=0.5)
    assert tally([old, new], 30, removed_at=NOON) == Scored(0.5, new.at, True, False, new.at)
    assert tally([old], 30, removed_at=NOON) is None
    assert tally([old], 30, removed_at=NOON - timedelta(microseconds=1)) is not None
    assert find_uncounted(old, False, NOON) is Uncounted.REMOVED


# ── a customer's tags ────────────────────────────────────────────────────────────────────────────────────────────
def group(key: str, half_life_days: float = 30, exclusive: bool = False) -> Group:
    return Group(key, key, Kind.QUALITY, half_life_days, exclusive, (), ())


LEXICON = Lexicon(MappingProxyType({"colour": group("colour"), "size": group("size", 60, exclusive=True)}), "v")


def held(worth: float, is_held: bool = True) -> Scored:
    return Scored(worth, NOON, is_held, False, NOON)


def refused(worth: float) -> Scored:
    return Scored(worth, NOON, False, True, NOON)


def test_what_is_held_comes_by_group_best_first_and_one_of_an_exclusive_group() -> None:
    scored = {
        ("size", "M"): held(1.0),
        ("size", "XL"): held(2.0),
        ("size", "L"): held(2.0),
        ("colour", "白色"): held(1.0),
        ("colour", "黑色"): held(2.0),
        ("colour", "灰色"): held(0.4, is_held=False),
    }
    assert list_held(scored, LEXICON, NOON) == [("colour", "黑色"), ("colour", "白色"), ("size", "L")]


def test_what_is_held_fades_with_its_group() -> None:
    scored = {("colour", "黑色"): held(1.0), ("size", "M"): held(1.0), ("gone", "旧"): held(1.0)}
    assert list_held(scored, LEXICON, NOON + timedelta(days=60)) == [("colour", "黑色"), ("gone", "旧"), ("size", "M")]
    assert list_held(scored, LEXICON, NOON + timedelta(days=61)) == [("gone", "旧"), ("size", "M")]
    assert list_held(scored, LEXICON, NOON + timedelta(days=121)) == [("gone", "旧")]
    assert half_life_of("gone", LEXICON) == float("inf")


def test_what_is_refused_is_told_most_refused_first_and_held_nowhere() -> None:
    scored = {
        ("colour", "黑色"): refused(-1.0),
        ("colour", "红色"): refused(-3.0),
        ("colour", "灰色"): held(-0.4, is_held=False),
        ("colour", "白色"): held(1.0),
        ("colour", "蓝色"): refused(-1.0),
    }
    assert list_refused(scored, LEXICON, NOON) == [("colour", "红色"), ("colour", "蓝色"), ("colour", "黑色")]
    assert list_held(scored, LEXICON, NOON) == [("colour", "白色")]
    assert list_refused(scored, LEXICON, NOON + timedelta(days=61)) == [("colour", "红色")]


def test_evidence_sorts_by_time_message_and_place() -> None:
    rows = [said(day=1), said(message=2), said(start=5), said()]
    assert sorted(rows) == [said(), said(start=5), said(message=2), said(day=1)]


# ── whatever comes ───────────────────────────────────────────────────────────────────────────────────────────────
MESSAGES = st.lists(
    st.tuples(
        st.integers(0, 400 * 24),  # hours after noon
        st.lists(
            st.tuples(
                st.sampled_from(["黑色", "纯黑", "黑的"]), st.sampled_from([0.125, 0.5, 1.0, 1.5, 2.25]), st.booleans()
            ),
            min_size=1,
            max_size=4,
        ),
    ),
    max_size=12,
).map(
    lambda messages: [
        Evidence(NOON + timedelta(hours=hours), number, place, word, weight, negated)
        for number, (hours, words) in enumerate(messages)
        for place, (word, weight, negated) in enumerate(words)
    ]
)
HALF_LIVES = st.sampled_from([7.0, 21.0, 60.0, 365.0])


@given(MESSAGES, st.randoms(use_true_random=False), HALF_LIVES)
def test_any_order_and_any_copies_give_the_same_bits(
    evidence: list[Evidence], shuffler: random.Random, half_life: float
) -> None:
    shuffled = [*evidence, *evidence[:2]]
    shuffler.shuffle(shuffled)
    assert tally(shuffled, half_life) == tally(evidence, half_life)


@given(MESSAGES, HALF_LIVES)
def test_a_score_is_the_sum_of_its_days(evidence: list[Evidence], half_life: float) -> None:
    scored = tally(evidence, half_life)
    days = {each.at.date() for each in evidence}
    parts = [tally([each for each in evidence if each.at.date() == day], half_life) for day in days]
    if scored is not None:
        total = sum(score_at(part, scored.last_at, half_life) for part in parts if part is not None)
        assert scored.score == pytest.approx(total, abs=1e-9, rel=0)


@given(MESSAGES, HALF_LIVES)
def test_a_standing_follows_from_the_one_before(evidence: list[Evidence], half_life: float) -> None:
    """Message by message: gained only at the line, lost only below it, and never both held and refused."""
    before: Scored | None = None
    ordered = sorted(evidence)
    for number, each in enumerate(ordered, 1):
        if number < len(ordered) and ordered[number].interaction_id == each.interaction_id:
            continue
        now = tally(ordered[:number], half_life)
        assert now is not None
        assert not (now.is_held and now.is_refused)
        was = before is not None and before.is_held and score_at(before, now.last_at, half_life) >= LOST_BELOW
        assert now.is_held is (now.score >= (LOST_BELOW if was else GAINED_FROM))
        before = now
