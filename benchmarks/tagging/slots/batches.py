"""Queries laid out for the sequence model: those of one length together, every candidate span a row of features."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from benchmarks.tagging.slots.features import Features
from benchmarks.tagging.slots.queries import Query
from benchmarks.tagging.slots.semicrf import Floats, Ints, Lattice, candidates, window

_SIZE = 256


class Example(NamedTuple):
    """A query to learn from or to cut; ``is_hidden`` takes from its mentions what no other mention has."""

    query: Query
    is_hidden: bool


class Batch(NamedTuple):
    """Up to 256 queries of one length. ``places`` says which ones; ``columns`` and ``ends`` are the features of each
    row; the spans that are there are ``rows`` of ``types``, ``first`` and ``steps`` their order."""

    lattice: Lattice
    places: list[int]
    columns: Ints
    ends: Ints
    rows: Ints
    types: Ints
    first: Ints
    steps: Floats

    def table(self, width: int, values: Floats | None = None) -> csr_array:
        """The features as a sparse table, each 1 where no values are given."""
        filled = np.ones(len(self.columns), np.float32) if values is None else values
        return csr_array((filled, self.columns, self.ends), shape=(len(self.ends) - 1, width))


def batches(
    examples: Sequence[Example], features: Features, types: Sequence[str], holders: Ints | None = None
) -> Iterator[Batch]:
    """Every query that has a text. ``holders`` says how many mentions have a feature, for hiding."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        if example.query.text:
            by_length[len(example.query.text)].append(place)
    for length, places in sorted(by_length.items()):
        for start in range(0, len(places), _SIZE):
            part = places[start : start + _SIZE]
            yield _lay(length, part, [examples[place] for place in part], features, types, holders)


def _lay(
    length: int,
    places: list[int],
    examples: Sequence[Example],
    features: Features,
    types: Sequence[str],
    holders: Ints | None,
) -> Batch:
    number_of = {slot: number for number, slot in enumerate(types)}
    laid = np.full((len(examples), length, window(length)), -1, np.int64)
    columns, ends, rows, kinds = list[Ints](), [0], list[int](), list[int]()
    first, steps = list[int](), np.zeros((len(types), len(types)), np.float32)
    for number, (query, is_hidden) in enumerate(examples):
        gold = {(span.start, span.end): number_of[span.type] for span in query.spans}
        for start, end in candidates(query.text):
            laid[number, start, end - start - 1] = len(ends) - 1
            inner, around = features.of(query.text, start, end)
            if (start, end) in gold:
                rows.append(len(ends) - 1)
                kinds.append(gold[start, end])
                inner = inner[holders[inner] > 1] if is_hidden and holders is not None else inner
            columns += (inner, around)
            ends.append(ends[-1] + len(inner) + len(around))
        order = list(gold.values())
        first += order[:1]
        np.add.at(steps, (order[:-1], order[1:]), 1)
    ended, held, kinded, begun = (np.array(each, np.int64) for each in (ends, rows, kinds, first))
    return Batch(Lattice(length, laid), places, np.concatenate(columns), ended, held, kinded, begun, steps)
