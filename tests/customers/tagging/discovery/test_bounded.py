"""Counting without keeping everything."""

from __future__ import annotations

from customers.tagging.discovery.bounded import Bounded


def test_what_is_frequent_is_kept_and_nothing_is_counted_too_low() -> None:
    counts = Bounded(most=100)
    for number in range(1000):
        counts.add(["often", f"once {number}"])
    kept = dict(counts.items())
    assert kept["often"] == 1000
    assert len(kept) <= 100
    assert counts.count("once 3") >= 1  # forgotten: it is told as often as it can have been


def test_within_bounds_counts_are_exact() -> None:
    counts = Bounded(most=100)
    counts.add(["a", "b", "a"])
    counts.add(["a"])
    assert (counts.count("a"), counts.count("b"), counts.count("c")) == (3, 1, 0)
