"""Who is held out: always the same people, more of them with a greater share, and about as many as the share says."""

from __future__ import annotations

from itertools import pairwise

import pytest

from delivery.policy import is_held_out

CUSTOMERS = range(1, 20_001)


def held_out(percent: int) -> set[int]:
    return {customer_id for customer_id in CUSTOMERS if is_held_out(customer_id, percent)}


def test_nobody_is_held_out_of_nothing_and_everybody_of_all() -> None:
    assert held_out(0) == set()
    assert held_out(100) == set(CUSTOMERS)


@pytest.mark.parametrize("percent", [1, 5, 10, 50])
def test_share_is_about_what_was_asked_for(percent: int) -> None:
    assert len(held_out(percent)) / len(CUSTOMERS) == pytest.approx(percent / 100, rel=0.15)


def test_greater_share_keeps_everybody_of_the_smaller() -> None:
    shares = [held_out(percent) for percent in (1, 5, 20, 50)]
    assert all(smaller < greater for smaller, greater in pairwise(shares))


def test_the_same_people_in_every_process_and_version() -> None:
    assert [customer_id for customer_id in range(1, 60) if is_held_out(customer_id, 10)] == [23, 30, 32, 39, 54, 57, 58]
