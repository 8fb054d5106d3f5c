"""What each word of a lexicon should weigh: the weights under which the training texts' own categories score best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array

_STEPS, _RATE, _SHRINK = 150, 0.1, 3e-4
_FIRST, _SECOND, _TINY = 0.9, 0.99, 1e-8  # Adam's


def weigh(texts: Sequence[set[str]], categories: Sequence[str], speaks_for: Mapping[str, str]) -> dict[str, float]:
    """A weight of 0 or more for each word: softmax regression where a word adds to one category and to no other."""
    names = {category: number for number, category in enumerate(sorted(set(categories)))}
    vocabulary = {word: number for number, word in enumerate(speaks_for)}
    group = np.array([names[category] for category in speaks_for.values()], np.int64)
    gold = np.array([names[category] for category in categories])
    held = _held(texts, vocabulary)
    weights, speed, swing = np.full(len(group), 0.5), np.zeros(len(group)), np.zeros(len(group))
    words = np.arange(len(group))
    for step in range(1, _STEPS + 1):
        table = csr_array((weights, (words, group)), shape=(len(group), len(names)))
        scores = (held @ table).toarray()
        chance = np.exp(scores - scores.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        chance[np.arange(len(gold)), gold] -= 1
        slope = (held.T @ chance)[words, group] / len(gold) + _SHRINK * weights
        speed = _FIRST * speed + (1 - _FIRST) * slope
        swing = _SECOND * swing + (1 - _SECOND) * slope**2
        size = np.sqrt(swing / (1 - _SECOND**step)) + _TINY
        weights = np.maximum(weights - _RATE * speed / (1 - _FIRST**step) / size, 0)
    return dict(zip(speaks_for, weights.tolist(), strict=True))


def _held(texts: Sequence[set[str]], vocabulary: Mapping[str, int]) -> csr_array:
    columns, ends = list[int](), [0]
    for words in texts:
        columns.extend(sorted(vocabulary[word] for word in words if word in vocabulary))
        ends.append(len(columns))
    return csr_array((np.ones(len(columns)), columns, ends), shape=(len(texts), len(vocabulary)))
