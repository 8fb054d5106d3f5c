"""Keywords: the words of a text that say most, by how often it has them and how rare they are elsewhere (TF-IDF)."""

from __future__ import annotations

from importlib.metadata import distribution
from operator import itemgetter
from pathlib import Path

from customers.tagging.normal import normalise
from customers.tagging.segment import Segmenter, read_stop_words

_SHORTEST = 2
_MOST_MET = 20_000
_WEIGHT = itemgetter(1)


class Keywords:
    """TF-IDF as jieba.analyse has it, with jieba's table of how rare words are. Build it once and share it; it takes
    35 MB and a third of a second, so only what asks for keywords should."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._rarity, self._usual = _read_rarity()
        self._rarity |= dict.fromkeys(read_stop_words(), 0.0)
        self._met: dict[
            str, float
        ] = {}  # a table of all words is slow: customers use few of them, near each other here

    def extract(self, text: str, top: int = 20) -> list[tuple[str, float]]:
        """At most ``top`` words of two characters or more with their weight, the heaviest first; the weights are the
        words' shares of the text times their rarity."""
        weights: dict[str, float] = {}
        total, known = 0, self._met.get
        for word in self._segmenter.cut(normalise(text).folded):
            if len(word) >= _SHORTEST:
                rarity = known(word)
                if rarity is None:
                    rarity = self._meet(word)
                if rarity:
                    weights[word] = weights.get(word, 0.0) + rarity
                    total += 1
        heaviest = sorted(weights.items(), key=_WEIGHT, reverse=True)[:top]
        return [(word, weight / total) for word, weight in heaviest]

    def _meet(self, word: str) -> float:
        if len(self._met) >= _MOST_MET:
            self._met.clear()
        rarity = self._met[word] = self.rarity(word)
        return rarity

    def rarity(self, word: str) -> float:
        """How rare a word is: the logarithm of one in so many documents, the median for one nobody knows, 0 for a stop
        word and for signs."""
        known = self._rarity.get(word)
        return known if known is not None else self._usual if any(map(str.isalnum, word)) else 0.0


class _Floats(dict[str, float]):
    """Each number once, however many words have it: a tenth of a second less and six megabytes."""

    def __missing__(self, written: str) -> float:
        self[written] = number = float(written)
        return number


def _read_rarity() -> tuple[dict[str, float], float]:
    """The table jieba ships, a word and its inverse document frequency a line, and its median."""
    table = Path(str(distribution("jieba").locate_file("jieba/analyse/idf.txt")))  # importing jieba would cost more
    numbers = _Floats()
    with table.open(encoding="utf-8") as lines:
        rarity = {word: numbers[written] for word, written in (line.split(" ") for line in lines)}
    return rarity, sorted(rarity.values())[len(rarity) // 2]
