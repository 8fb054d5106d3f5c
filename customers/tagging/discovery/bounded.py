"""Bounded counts: how often each of any number of strings was met, without keeping all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_MOST = 500_000


class Bounded:
    """Counts strings; past ``most`` of them (some 60 MB) the rarest half is forgotten, and may begin again at one."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._counts: dict[str, int] = {}
        self._floor = 0

    def add(self, strings: Iterable[str]) -> None:
        counts = self._counts
        for string in strings:
            counts[string] = counts.get(string, 0) + 1
        while len(self._counts) > self._most:
            self._forget()

    def count(self, string: str) -> int:
        """How often; where nothing is known any more, the most it can have been."""
        return self._counts.get(string, self._floor)

    def items(self) -> Iterator[tuple[str, int]]:
        yield from self._counts.items()

    def _forget(self) -> None:
        while len(self._counts) > self._most // 2:
            self._floor += 1
            self._counts = {string: count for string, count in self._counts.items() if count > self._floor}
