"""Cutting queries into what is trained on and what is scored, so that the second was never looked at."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.tagging.slots.queries import Pair, Query

SCORED_PAIRS = 0.3
"""Share of the distinct (mention, type) pairs that the scored part of a disjoint split may use."""


class Split(NamedTuple):
    """What a tagger learns from, and what it is scored on."""

    training: list[Query]
    scored: list[Query]


def random_fifth(queries: Sequence[Query], seed: int) -> Split:
    """A fifth of the queries, drawn by chance, is scored; most of its words also stand in the other four."""
    order = list(range(len(queries)))
    random.Random(seed).shuffle(order)
    scored = set(order[: len(order) // 5])
    return Split(
        [query for place, query in enumerate(queries) if place not in scored],
        [query for place, query in enumerate(queries) if place in scored],
    )


def disjoint(queries: Sequence[Query], seed: int, share: float = SCORED_PAIRS) -> Split:
    """No (mention, type) pair stands on both sides: a hash puts every pair on one side, a query goes where all of its
    pairs are, and one with pairs of both sides is left out."""
    training, scored = [], []
    for query in queries:
        sides = {_is_scored(pair, seed, share) for pair in query.pairs()}
        if sides == {True}:
            scored.append(query)
        elif sides == {False}:
            training.append(query)
    return Split(training, scored)


def only_new(training: Sequence[Query], queries: Sequence[Query]) -> list[Query]:
    """The queries that share no pair with the training."""
    known = {pair for query in training for pair in query.pairs()}
    return [query for query in queries if query.spans and known.isdisjoint(query.pairs())]


def _is_scored(pair: Pair, seed: int, share: float) -> bool:
    digest = hashlib.sha256(f"{seed}\x1f{pair[0]}\x1f{pair[1]}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64
