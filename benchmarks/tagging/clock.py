"""CPU time of several ways to do the same, each text by one after another, so that a slow moment is slow for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

STRETCH = 100


class Cost(NamedTuple):
    """CPU µs a text, the median of the rounds; and each text's own wall µs at the 99th percentile."""

    cpu_us: float
    p99_us: float


def measure(ways: Mapping[str, Callable[[str], object]], texts: Sequence[str], rounds: int = 3) -> dict[str, Cost]:
    """Every way does every text ``rounds`` times, a hundred texts at a stretch in turn."""
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    wall: dict[str, list[list[int]]] = {name: [] for name in ways}
    for _ in range(rounds):
        spent, took = dict.fromkeys(ways, 0.0), {name: list[int]() for name in ways}
        for start in range(0, len(texts), STRETCH):
            for name, way in ways.items():
                began = time.process_time()
                took[name].extend(_each(way, texts[start : start + STRETCH]))
                spent[name] += time.process_time() - began
        for name in ways:
            cpu[name].append(spent[name] / len(texts) * 1e6)
            wall[name].append(took[name])
    return {name: Cost(median(cpu[name]), _p99_us(wall[name])) for name in ways}


def _each(way: Callable[[str], object], texts: Sequence[str]) -> list[int]:
    clock, took = time.perf_counter_ns, []
    for text in texts:
        began = clock()
        way(text)
        took.append(clock() - began)
    return took


def _p99_us(rounds: Sequence[Sequence[int]]) -> float:
    """A text's own time is its median over the rounds: what another process took from one round does not count."""
    of_texts = sorted(median(times) for times in zip(*rounds, strict=True))
    return float(of_texts[min(len(of_texts) - 1, int(len(of_texts) * 0.99))]) / 1000
