"""Learning the sequence model so that it also reads words it never saw, and tagging with what it learnt.

A model that sees its training words as they are learns them by heart. To read new words it learns from each query with
every mention swapped for another of its type, which makes rare mentions as frequent as common ones, and with whatever
features only this one mention has hidden. To read known words it learns from the queries as they are.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.tagging.slots.batches import Batch, Example, batches
from benchmarks.tagging.slots.features import Features
from benchmarks.tagging.slots.queries import Query, Span
from benchmarks.tagging.slots.semicrf import LONGEST, Floats, Ints, best, marginals

_EPOCHS, _RATE, _DROPPED = 6, 0.05, 0.1
_FIRST, _SECOND, _TINY = 0.9, 0.99, 1e-6  # Adam's


@dataclass(frozen=True, slots=True)
class Practice:
    """What to learn from: each query ``as_is``, or with its mentions ``swapped`` and hidden, or both. ``shrink`` pulls
    weights towards 0, so that no single feature decides."""

    as_is: bool
    swapped: bool
    shrink: float


AS_IS = Practice(as_is=True, swapped=False, shrink=1e-5)
KNOWN_WORDS = Practice(as_is=True, swapped=True, shrink=1e-5)
NEW_WORDS = Practice(as_is=False, swapped=True, shrink=1e-3)


class Parameters(NamedTuple):
    """What is learnt: a weight of each feature for each type, of each type to come first, and of one after another."""

    weights: Floats
    first: Floats
    steps: Floats


class SlotModel:
    """Learns from queries, then tags. Everything comes out the same for the same seed."""

    def __init__(self, features: Features, practice: Practice, seed: int = 0) -> None:
        self._features, self._practice = features, practice
        self._chance, self._noise = random.Random(seed), np.random.default_rng(seed)
        self._types: list[str] = []
        self.parameters = _zeros(0, 0)

    def learn(self, queries: Sequence[Query]) -> SlotModel:
        """Learns from queries whose every character belongs to a slot, leaves out others, and returns itself."""
        queries = [query for query in queries if _is_covered(query)]
        self._types = sorted({span.type for query in queries for span in query.spans})
        examples = [Example(query, False) for query in queries if self._practice.as_is]
        if self._practice.swapped:
            examples += [Example(query, True) for query in swap_mentions(queries, self._chance)]
        self._features.freeze((query.text, [span[:2] for span in query.spans]) for query, _ in examples)
        laid = list(batches(examples, self._features, self._types, _holders(self._features, queries)))
        self.parameters = _zeros(len(self._features), len(self._types))
        adam = _Adam(self.parameters)
        for epoch in range(_EPOCHS):
            self._chance.shuffle(laid)
            for batch in laid:
                adam.step(self._slope(batch), _RATE * (1 - epoch / _EPOCHS))
        return self

    def tag(self, texts: Sequence[str]) -> list[list[Span]]:
        """The best cut of each text into spans."""
        found: list[list[Span]] = [[] for _ in texts]
        examples = [Example(Query(text, ()), False) for text in texts]
        weights, first, steps = self.parameters
        for batch in batches(examples, self._features, self._types):
            cuts = best(batch.lattice, batch.table(len(self._features)) @ weights, first, steps)
            for place, cut in zip(batch.places, cuts, strict=True):
                found[place] = [Span(start, end, self._types[kind]) for start, end, kind in cut]
        return found

    def _slope(self, batch: Batch) -> Parameters:
        kept = (self._noise.random(len(batch.columns)) > _DROPPED) / np.float32(1 - _DROPPED)
        table = batch.table(len(self._features), kept.astype(np.float32))
        weights, first, steps = self.parameters
        chances = marginals(batch.lattice, table @ weights, first, steps)
        chances.spans[batch.rows, batch.types] -= 1
        size = np.float32(len(batch.places))
        begun = np.bincount(batch.first, minlength=len(self._types)).astype(np.float32)
        return Parameters(
            (table.T @ chances.spans) / size + np.float32(self._practice.shrink) * weights,
            (chances.first - begun) / size,
            (chances.steps - batch.steps) / size,
        )


def swap_mentions(queries: Iterable[Query], chance: random.Random) -> list[Query]:
    """Each query with other mentions of the same types, every distinct mention of a type as likely as another."""
    listed = [query.pairs() for query in queries]
    mentions: dict[str, set[str]] = defaultdict(set)
    for mention, slot in (pair for pairs in listed for pair in pairs):
        mentions[slot].add(mention)
    choices = {slot: sorted(found) for slot, found in mentions.items()}
    return [_query_of([(chance.choice(choices[slot]), slot) for _, slot in pairs]) for pairs in listed]


def _query_of(pairs: Iterable[tuple[str, str]]) -> Query:
    text, spans = "", list[Span]()
    for mention, slot in pairs:
        spans.append(Span(len(text), len(text) + len(mention), slot))
        text += mention
    return Query(text, tuple(spans))


def _is_covered(query: Query) -> bool:
    ends = [0, *(span.end for span in query.spans)]
    starts = [*(span.start for span in query.spans), len(query.text)]
    return starts == ends and all(
        span.end - span.start <= LONGEST or query.text[span.start : span.end].isascii() for span in query.spans
    )


def _holders(features: Features, queries: Iterable[Query]) -> Ints:
    """How many distinct mentions have each feature; one that is of no mention's own counts as had by many."""
    counts = Counter[int]()
    for mention in {mention for query in queries for mention, _slot in query.pairs()}:
        counts.update(set(features.inner(mention).tolist()))
    return np.array([counts.get(number, 2) for number in range(len(features))], np.int64)


def _zeros(features: int, types: int) -> Parameters:
    shapes = ((features, types), (types,), (types, types))
    return Parameters(*(np.zeros(shape, np.float32) for shape in shapes))


class _Adam:
    """Kingma and Ba, "Adam" (2015): steps down the slope, each weight's of a size of its own."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters, self._count = parameters, 0
        self._speed: list[Floats] = [np.zeros_like(each) for each in parameters]
        self._swing: list[Floats] = [np.zeros_like(each) for each in parameters]

    def step(self, slope: Parameters, rate: float) -> None:
        """Moves the parameters one step."""
        self._count += 1
        warm_speed, warm_swing = 1 - _FIRST**self._count, 1 - _SECOND**self._count
        for values, slant, speed, swing in zip(self._parameters, slope, self._speed, self._swing, strict=True):
            speed *= _FIRST
            speed += (1 - _FIRST) * slant
            swing *= _SECOND
            swing += (1 - _SECOND) * slant * slant
            values -= np.float32(rate / warm_speed) * speed / (np.sqrt(swing / np.float32(warm_swing)) + _TINY)
