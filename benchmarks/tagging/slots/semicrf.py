"""A semi-Markov model in numpy: a query is cut into spans, each scored by its features and the type before it.

Sarawagi and Cohen, "Semi-Markov conditional random fields for information extraction" (2004). Every character belongs
to a span; queries of one length are worked on at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

LONGEST, LONGEST_LATIN = 7, 16
"""Characters of the longest span, and of the longest that is all Latin letters, digits and signs."""
_NEVER = np.float32(-1e30)


class Lattice(NamedTuple):
    """Every candidate span of queries of one length: ``rows[query, start, size - 1]`` is its row, -1 for none."""

    length: int
    rows: Ints


class Chances(NamedTuple):
    """The logarithm of each query's sum over all cuts; how likely each row is a span of each type; how many spans of
    each type are expected to come first, and to follow one of each type."""

    log_sums: Floats
    spans: Floats
    first: Floats
    steps: Floats


def window(length: int) -> int:
    """Sizes a span of a query of this length may have."""
    return min(length, LONGEST_LATIN)


def candidates(text: str) -> list[tuple[int, int]]:
    """Every place that may be one span, as (start, end)."""
    return [
        (start, end)
        for start in range(len(text))
        for end in range(start + 1, min(len(text), start + LONGEST_LATIN) + 1)
        if end - start <= LONGEST or text[start:end].isascii()
    ]


def marginals(lattice: Lattice, scores: Floats, first: Floats, steps: Floats) -> Chances:
    """Forward and backward over every cut. ``scores`` has a row for each candidate and a column for each type."""
    laid, length = _laid(lattice, scores), lattice.length
    into, ends = _forward(laid, first, steps)
    starts, after = _backward(laid, steps)
    log_sums = _log_sum(ends[length], 1)
    total = log_sums[:, None]
    chance = np.zeros((len(scores) + 1, scores.shape[1]), np.float32)
    for start in range(length):
        for size in range(1, _sizes(laid, length - start) + 1):
            logs = into[start] + laid[:, start, size - 1] + after[start + size] - total
            chance[lattice.rows[:, start, size - 1]] = np.exp(logs)
    follows = np.zeros_like(steps)
    for place in range(1, length):
        shift = (ends[place] - total).max(axis=1, keepdims=True)
        follows += np.exp(ends[place] - total - shift).T @ np.exp(np.minimum(starts[place] + shift, 60))
    expected_first = np.exp(first + starts[0] - total).sum(axis=0)
    return Chances(log_sums, chance[:-1], expected_first, follows * np.exp(steps))


def best(lattice: Lattice, scores: Floats, first: Floats, steps: Floats) -> list[list[tuple[int, int, int]]]:
    """The best cut of each query as (start, end, type)."""
    laid, length = _laid(lattice, scores), lattice.length
    into = np.broadcast_to(first, (len(laid), len(first)))
    intos, ended, sizes, came = [into], [into], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for end in range(1, length + 1):
        ways = np.stack([intos[end - size] + laid[:, end - size, size - 1] for size in _every_size(laid, end)])
        sizes.append(ways.argmax(axis=0) + 1)
        ended.append(ways.max(axis=0))
        stepped = ended[end][:, :, None] + steps
        came.append(stepped.argmax(axis=1))
        intos.append(stepped.max(axis=1))
    return [_walk_back(query, ended[length][query], sizes, came) for query in range(len(laid))]


def _walk_back(query: int, last: Floats, sizes: list[Ints], came: list[Ints]) -> list[tuple[int, int, int]]:
    place, kind = len(sizes) - 1, int(last.argmax())
    spans = []
    while place > 0:
        start = place - int(sizes[place][query, kind])
        spans.append((start, place, kind))
        kind = int(came[start][query, kind]) if start else kind
        place = start
    return spans[::-1]


def _laid(lattice: Lattice, scores: Floats) -> Floats:
    return np.vstack([scores, np.full((1, scores.shape[1]), _NEVER, np.float32)])[lattice.rows]


def _sizes(laid: Floats, room: int) -> int:
    return min(int(laid.shape[2]), room)


def _every_size(laid: Floats, room: int) -> range:
    return range(1, _sizes(laid, room) + 1)


def _forward(laid: Floats, first: Floats, steps: Floats) -> tuple[list[Floats], list[Floats]]:
    """Sums over every way to a span of each type that starts at a place, and to one that ends there."""
    into = [np.broadcast_to(first, (len(laid), len(first)))]
    ends = [np.full_like(into[0], _NEVER)]
    for end in range(1, laid.shape[1] + 1):
        ways = [into[end - size] + laid[:, end - size, size - 1] for size in _every_size(laid, end)]
        ends.append(_log_sum(np.stack(ways), 0))
        into.append(_through(ends[end], steps))
    return into, ends


def _backward(laid: Floats, steps: Floats) -> tuple[list[Floats], list[Floats]]:
    """Sums over everything from a span of each type on that starts at a place, and over everything behind one."""
    length = laid.shape[1]
    starts = [np.zeros((len(laid), len(steps)), np.float32)] * (length + 1)
    after = list(starts)
    for start in range(length - 1, -1, -1):
        ways = [laid[:, start, size - 1] + after[start + size] for size in _every_size(laid, length - start)]
        starts[start] = _log_sum(np.stack(ways), 0)
        after[start] = _through(starts[start], steps.T)
    return starts, after


def _log_sum(values: Floats, axis: int) -> Floats:
    top = np.maximum(values.max(axis=axis, keepdims=True), _NEVER)
    return np.asarray(np.log(np.exp(values - top).sum(axis=axis)) + np.squeeze(top, axis), np.float32)


def _through(values: Floats, steps: Floats) -> Floats:
    top = values.max(axis=1, keepdims=True)
    return np.asarray(np.log(np.exp(values - top) @ np.exp(steps) + 1e-30) + top, np.float32)
