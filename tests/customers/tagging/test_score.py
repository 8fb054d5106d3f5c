"""The arithmetic of scores, to the bit where it must be."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.score import Evidence, Scored, add, holds, list_holding, list_refused, score, score_at, tally

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def said(
    *, day: int = 0, message: int = 1, word: str = "黑色", weight: float = 1.0, negated: bool = False, start: int = 0
) -> Evidence:
    return Evidence(NOON + timedelta(days=day), message, start, word, weight, negated)


def test_a_mention_is_worth_its_weight_today_and_half_of_it_after_a_half_life() -> None:
    evidence = [said(weight=1.5)]
    assert score(evidence, NOON, 30) == 1.5
    assert score(evidence, NOON + timedelta(days=30), 30) == 0.75
    assert score(evidence, NOON + timedelta(days=60), 30) == 0.375


def test_nothing_said_is_worth_nothing() -> None:
    assert score([], NOON, 30) == 0.0
    assert tally([], 30) is None
    assert add(None, [], [], 30) is None


def test_worth_falls_once_a_day_when_the_utc_day_turns() -> None:
    evidence = [said()]
    assert score(evidence, NOON + timedelta(hours=11, minutes=59), 1) == 1.0
    assert score(evidence, NOON + timedelta(hours=12), 1) == 0.5


def test_a_refusal_counts_against() -> None:
    assert score([said(message=1), said(message=2, negated=True)], NOON, 30) == 0.0
    assert score([said(negated=True)], NOON, 30) == -1.0


def test_one_word_counts_once_a_message_however_often_repeated() -> None:
    spam = [said(start=2 * place) for place in range(50)]
    assert score(spam, NOON, 30) == 1.0
    assert score([*spam, said(word="纯黑", start=200)], NOON, 30) == 2.0


def test_a_day_counts_up_to_its_cap_each_way() -> None:
    spam = [said(message=number) for number in range(50)]
    assert score(spam, NOON, 30) == 3.0
    assert score([*spam, said(message=51, negated=True)], NOON, 30) == 2.0
    assert score([said(message=number, negated=True) for number in range(50)], NOON, 30) == -3.0
    assert (
        score([*spam, *(said(day=1, message=99 + number) for number in range(50))], NOON + timedelta(days=1), 1) == 4.5
    )


def test_a_tally_is_dated_by_the_latest_evidence() -> None:
    assert tally([said(day=30), said(message=2)], 30) == Scored(1.5, NOON + timedelta(days=30))


def test_looking_back_before_the_latest_evidence_shows_its_worth_then() -> None:
    assert score_at(Scored(2.0, NOON), NOON - timedelta(days=10), 30) == 2.0


def test_adding_decays_what_was_stored() -> None:
    first, second = said(), said(day=30, message=2)
    stored = add(None, [], [first], 30)
    assert stored == Scored(1.0, NOON)
    assert add(stored, [first], [second], 30) == Scored(1.5, NOON + timedelta(days=30))


def test_evidence_that_comes_late_is_worth_what_its_day_makes_it() -> None:
    early, late = said(), said(day=30, message=2)
    assert add(add(None, [], [late], 30), [], [early], 30) == Scored(1.5, NOON + timedelta(days=30))


def test_adding_again_changes_nothing() -> None:
    evidence = [said(), said(message=2, negated=True), said(day=3, message=3)]
    stored = add(None, [], evidence, 30)
    assert add(stored, evidence, evidence, 30) == stored
    assert add(stored, evidence, [], 30) == stored


def test_the_days_cap_holds_across_batches() -> None:
    first = [said(message=number) for number in range(3)]
    stored = add(None, [], first, 30)
    assert add(stored, first, [said(message=9)], 30) == stored


def test_a_plain_mention_holds_for_two_half_lives() -> None:
    assert holds(score([said()], NOON + timedelta(days=60), 30))
    assert not holds(score([said()], NOON + timedelta(days=61), 30))


def test_an_exclusive_group_keeps_the_best_tag() -> None:
    worth = {"M": 1.0, "L": 2.0, "S": 0.1, "XL": 2.0}
    assert list_holding(worth, is_exclusive=False) == ["L", "XL", "M"]
    assert list_holding(worth, is_exclusive=True) == ["L"]
    assert list_holding({"S": 0.1}, is_exclusive=True) == []


def test_what_is_refused_is_told_most_refused_first_and_holds_nowhere() -> None:
    worth = {"黑色": -1.0, "红色": -3.0, "灰色": -0.24, "米色": 0.0, "白色": 1.0, "蓝色": -1.0}
    assert list_refused(worth) == ["红色", "蓝色", "黑色"]
    assert list_holding(worth, is_exclusive=False) == ["白色"]


def test_evidence_sorts_by_time_message_and_place() -> None:
    rows = [said(day=1), said(message=2), said(start=5), said()]
    assert sorted(rows) == [said(), said(start=5), said(message=2), said(day=1)]


MESSAGES = st.lists(
    st.tuples(
        st.integers(0, 400 * 24),  # hours after noon
        st.lists(
            st.tuples(st.sampled_from(["黑色", "纯黑", "黑的"]), st.sampled_from([0.25, 1.0, 1.5, 3.0]), st.booleans()),
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


@given(MESSAGES, st.randoms(use_true_random=False), st.sampled_from([7.0, 21.0, 60.0, 365.0]))
def test_any_order_gives_the_same_bits(evidence: list[Evidence], shuffler: random.Random, half_life: float) -> None:
    shuffled = list(evidence)
    shuffler.shuffle(shuffled)
    assert tally(shuffled, half_life) == tally(evidence, half_life)


@given(MESSAGES, st.randoms(use_true_random=False), st.sampled_from([7.0, 21.0, 60.0, 365.0]))
def test_batches_agree_with_a_count_from_scratch(
    evidence: list[Evidence], shuffler: random.Random, half_life: float
) -> None:
    shuffled = list(evidence)
    shuffler.shuffle(shuffled)
    stored: Scored | None = None
    counted: list[Evidence] = []
    for _, batch in groupby(shuffled, key=lambda _: shuffler.randrange(3)):
        new = list(batch)
        stored = add(stored, counted, [*new, *counted[:2]], half_life)
        counted += new
    scratch = tally(evidence, half_life)
    if scratch is None or stored is None:
        assert stored is scratch is None
    else:
        assert stored.last_at == scratch.last_at
        assert stored.score == pytest.approx(scratch.score, abs=1e-9, rel=0)
        later = scratch.last_at + timedelta(days=40)
        assert score_at(stored, later, half_life) == pytest.approx(score(evidence, later, half_life), abs=1e-9, rel=0)
