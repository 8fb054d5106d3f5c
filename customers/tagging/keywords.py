"""Keywords: the words of a text that say most, by how often it has them and how rare they are elsewhere (TF-IDF)."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

from customers.tagging.normal import matched_text
from customers.tagging.segment import Segmenter, read_stop_words

_SHORTEST = 2
_MOST_MET = 20_000


class Keywords:
    """TF-IDF as jieba.analyse has it, with jieba's table of how rare words are. Build it once and share it; it takes
    35 MB and a third of a second, so only what asks for keywords should."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._rarity, self._usual = _read_rarity()
        self._rarity |= dict.fromkeys(read_stop_words(), 0.0)
        self._met = _Met(self.rarity)  # a table of all words is slow: customers use few, near each other here

    def extract(self, text: str, top: int = 20) -> list[tuple[str, float]]:
        """At most ``top`` words of two characters or more with their weight, the heaviest first; the weights are the
        words' shares of the text times their rarity."""
        weights: dict[str, float] = {}
        total, met = 0, self._met
        if len(met) > _MOST_MET:
            met.clear()
        for word in self._segmenter.cut(matched_text(text)):
            if len(word) >= _SHORTEST and (rarity := met[word]):
                weights[word] = weights[word] + rarity if word in weights else rarity
                total += 1
        heaviest = sorted(weights, key=weights.__getitem__, reverse=True)[:top]
        return [(word, weights[word] / total) for word in heaviest]

    def rarity(self, word: str) -> float:
        """How rare a word is: the logarithm of one in so many documents, the median for one nobody knows, 0 for a stop
        word and for signs."""
        known = self._rarity.get(word)
        return known if known is not None else self._usual if any(map(str.isalnum, word)) else 0.0


class _Met(dict[str, float]):
    """How rare each word met so far is."""

    def __init__(self, rarity: Callable[[str], float]) -> None:
        super().__init__()
        self._rarity = rarity

    def __missing__(self, word: str) -> float:
        rarity = self[word] = self._rarity(word)
        return rarity


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
