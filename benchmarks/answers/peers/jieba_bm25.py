"""jieba's words and BM25 with its usual constants, over an inverted index; no synonyms, the sum as it is."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Sequence

import jieba

_K1, _B = 1.2, 0.75

jieba.setLogLevel(logging.WARNING)


class JiebaBm25:
    """``find`` gives the groups most likely meant, each once, with the BM25 sum."""

    name = "jieba + BM25"

    def __init__(self, stored: Sequence[tuple[str, int]]) -> None:
        counts = [Counter(jieba.lcut(question)) for question, _ in stored]
        self._groups = [group for _, group in stored]
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for place, words in enumerate(counts):
            for word, count in words.items():
                self._postings.setdefault(word, []).append((place, count))
        lengths = [words.total() for words in counts]
        average = sum(lengths) / max(1, len(lengths))
        self._norms = [_K1 * (1 - _B + _B * length / average) for length in lengths]
        self._idf = {
            word: math.log(1 + (len(stored) - len(places) + 0.5) / (len(places) + 0.5))
            for word, places in self._postings.items()
        }

    def find(self, words: str) -> list[tuple[int, float]]:
        sums: dict[int, float] = {}
        for word in jieba.lcut(words):
            for place, count in self._postings.get(word, ()):
                worth = self._idf[word] * count * (_K1 + 1) / (count + self._norms[place])
                sums[place] = sums.get(place, 0.0) + worth
        found: dict[int, float] = {}
        for place, total in sums.items():
            group = self._groups[place]
            found[group] = max(found.get(group, 0.0), total)
        return sorted(found.items(), key=lambda item: -item[1])[:3]
