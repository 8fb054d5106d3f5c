"""What is known of words beyond the training queries: a public thesaurus' classes, and how unlabelled texts use them.

The thesaurus (同义词词林: class codes such as Ed02B, one letter more for each finer class) knows no slot types;
neither do the chats and reviews. Both are measured with and never shipped.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils.extmath import randomized_svd

Names = Callable[[str], Iterable[str]]
"""Names the features of a span by its characters."""

_LEVELS = (2, 4, 5)  # letters of a class code: from "tools and materials" to "kinds of cloth"
_CHINESE = re.compile("[\u4e00-\u9fff]+")
_LONGEST, _FEWEST, _DIMENSIONS, _CLUSTERS, _SEED = 4, 8, 64, 100, 0


def read_thesaurus(path: Path) -> Names:
    """Classes of the span itself, of the longest word it ends with and of the longest it begins with."""
    classes: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            code, *words = line.split()
            for word in words:
                classes[word].add(code)
    return lambda inner: sorted(set(_classes_of(inner, classes)))


def _classes_of(inner: str, classes: Mapping[str, set[str]]) -> Iterator[str]:
    own = {code[:level] for code in classes.get(inner, ()) for level in _LEVELS}
    yield from (f"t{code}" for code in own)
    if not own:
        yield "t-"
    sizes = range(min(3, len(inner) - 1), 0, -1)
    for name, parts in (("tl", [inner[-size:] for size in sizes]), ("tf", [inner[:size] for size in sizes])):
        longest = next((part for part in parts if part in classes), "")
        for code in classes.get(longest, ()):
            yield f"{name}{len(longest) > 1}{code[:2]}"
            yield f"{name}{len(longest) > 1}{code[:4]}"


def read_usage(texts: Iterable[str]) -> Names:
    """How texts use a span: the class of words it is like, how freely its neighbours change, how it holds together.

    A span's neighbours, counted over every text, make a vector (PPMI with smoothed contexts, then SVD: Levy and
    Goldberg 2014); k-means makes classes of these. Costs half a minute of CPU for 9 MB of text.
    """
    runs = [run for text in texts for run in _CHINESE.findall(text)]
    counts = _count(runs)
    numbers = {span: number for number, span in enumerate(each for each, count in counts.items() if count >= _FEWEST)}
    if len(numbers) <= _DIMENSIONS + _CLUSTERS:
        return lambda _inner: ("e-",)
    beside = [_beside(runs, numbers, side) for side in (-1, 1)]
    freedom = np.minimum(*(_freedom(table) for table in beside))
    clusters = _clusters(beside)
    usage = _Usage(counts, sum(count for span, count in counts.items() if len(span) == 1), numbers, freedom, clusters)
    return usage.names


class _Usage:
    def __init__(
        self,
        counts: Mapping[str, int],
        total: int,
        numbers: Mapping[str, int],
        freedom: NDArray[np.float64],
        clusters: NDArray[np.int32],
    ) -> None:
        self._counts, self._total, self._numbers = counts, total, numbers
        self._freedom, self._clusters = freedom, clusters

    def names(self, inner: str) -> Iterator[str]:
        number = self._numbers.get(inner)
        if number is None:
            yield "e-"
            return
        size = min(len(inner), 4)
        yield f"ew{self._clusters[number]}"
        yield f"em{int(min(self._freedom[number], 4) * 2)}n{size}"
        if len(inner) > 1:
            yield f"ep{int(max(-2, min(self._cohesion(inner), 10)))}n{size}"

    def _cohesion(self, inner: str) -> float:
        """How much oftener it stands than its two parts would side by side by chance, at the weakest cut."""
        counts = self._counts
        parts = max(counts[inner[:at]] * counts[inner[at:]] for at in range(1, len(inner)))
        return math.log(counts[inner] * self._total / parts)


def _count(runs: list[str]) -> Counter[str]:
    counts = Counter[str]()
    for size in range(1, _LONGEST + 1):
        shorter = counts.copy()
        for run in runs:
            spans = (run[at : at + size] for at in range(len(run) - size + 1))
            counts.update(span for span in spans if size < 3 or shorter[span[:-1]] >= _FEWEST)
    return counts


def _beside(runs: Iterable[str], numbers: Mapping[str, int], side: int) -> csr_array:
    """How often each character stands just before (-1) or just behind (1) each span."""
    seen = Counter[tuple[int, str]]()
    for run in runs:
        fenced = f"^{run}$"
        for size in range(1, _LONGEST + 1):
            for at in range(1, len(fenced) - size):
                number = numbers.get(fenced[at : at + size])
                if number is not None:
                    seen[number, fenced[at - 1] if side < 0 else fenced[at + size]] += 1
    columns = {char: column for column, char in enumerate(sorted({char for _, char in seen}))}
    rows = np.array([number for number, _ in seen])
    places = np.array([columns[char] for _, char in seen])
    return csr_array((np.array(list(seen.values()), float), (rows, places)), shape=(len(numbers), len(columns)))


def _freedom(table: csr_array) -> NDArray[np.float64]:
    """Entropy of the neighbours on one side."""
    cells = table.tocoo()
    share = cells.data / np.asarray(table.sum(axis=1)).ravel()[cells.row]
    return np.asarray(np.bincount(cells.row, -share * np.log(share), minlength=table.shape[0]), np.float64)


def _clusters(beside: Iterable[csr_array]) -> NDArray[np.int32]:
    cells = hstack(list(beside)).tocoo()
    of_spans = np.asarray(cells.sum(axis=1)).ravel()
    smoothed = np.asarray(cells.sum(axis=0)).ravel() ** 0.75
    values = np.log(cells.data / of_spans[cells.row] / (smoothed / smoothed.sum())[cells.col])
    positive = csr_array((np.maximum(values, 0), (cells.row, cells.col)), shape=cells.shape)
    left, strengths, _right = randomized_svd(positive, _DIMENSIONS, n_iter=3, random_state=_SEED)
    vectors = left * np.sqrt(strengths)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    means = MiniBatchKMeans(_CLUSTERS, random_state=_SEED, batch_size=4096, n_init=1, max_iter=30)
    return np.asarray(means.fit_predict(vectors.astype(np.float32)))
