"""Nearest first on the sphere: a k-d tree over unit vectors, so the date line and the poles need no special case."""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import TypeAlias

from core.places import EARTH_RADIUS_M

_LEAF = 8
_SLACK = 1e-13
"""Added to squared chords of the unit sphere: above ten times the rounding errors of either formula (1.5e-14)."""

_FIRST = 8
_SAMPLE = 200
_VECTORS, _SORTED_OUT, _GROWN = 1000, 8000, 500
"""Spots a step of the growth takes up: turned into vectors, divided, or grown to the last leaf; 2 ms each."""

_Item: TypeAlias = tuple[float, float, float, int]
"""A unit vector and the number of its spot."""

_Node: TypeAlias = "tuple[int, float, _Node, _Node] | list[_Item]"
"""An axis, where it is cut, what lies below and what does not; or a few spots."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Degrees of one coordinate system, and the key by which the caller knows the spot."""

    latitude: float
    longitude: float
    key: str


Found: TypeAlias = tuple[float, Spot]
"""Distance in metres by ``core.places.distance_m``, and the spot; always ascending by distance and then by key."""


class Sphere:
    """Finds the spots nearest to a place, exactly; ``python -m benchmarks stores`` tells how fast."""

    def __init__(self, spots: Sequence[Spot]) -> None:
        self._spots = tuple(spots)
        self._grounds: list[tuple[Spot, float, float]] = []
        self._root: _Node = []
        for _ in self._grow():
            pass

    @classmethod
    def growing(cls, spots: Sequence[Spot]) -> Generator[None, None, Sphere]:
        """Returns the sphere of these spots, and pauses every few milliseconds of the work."""
        sphere = cls(())
        sphere._spots = tuple(spots)
        yield from sphere._grow()
        return sphere

    def nearest(self, latitude: float, longitude: float, k: int, within_m: float = math.inf) -> list[Found]:
        """The ``k`` nearest spots at most ``within_m`` metres away."""
        if k < 1:
            return []
        origin = x, y, z = _vector(latitude, longitude)
        limit = _chord_2(within_m)
        best: list[tuple[float, int]] = []
        waiting = [(0.0, self._root)]
        while waiting:
            least, node = waiting.pop()
            if least > limit:
                continue
            while isinstance(node, tuple):
                axis, cut, below, above = node
                gap = origin[axis] - cut
                node, far = (below, above) if gap < 0.0 else (above, below)
                gap *= gap
                if gap <= limit:
                    waiting.append((gap, far))
            for a, b, c, number in node:
                a -= x
                b -= y
                c -= z
                chord_2 = a * a + b * b + c * c
                if chord_2 <= limit:
                    insort(best, (chord_2, number))
                    if len(best) >= k and (enough := best[k - 1][0] + _SLACK) < limit:
                        limit = enough
        return self._ranked(latitude, longitude, [n for chord_2, n in best if chord_2 <= limit], within_m)[:k]

    def nearest_first(self, latitude: float, longitude: float, within_m: float = math.inf) -> Iterator[Found]:
        """The same one by one, looked for in stretches that double, as far as the caller goes."""
        told, wanted = 0, _FIRST
        while True:
            found = self.nearest(latitude, longitude, wanted, within_m)
            yield from found[told:]
            if len(found) < wanted:
                return
            told, wanted = wanted, 2 * wanted

    def within(self, latitude: float, longitude: float, radius_m: float) -> list[Found]:
        """All spots at most ``radius_m`` metres away."""
        origin = x, y, z = _vector(latitude, longitude)
        limit = _chord_2(radius_m)
        near: list[int] = []
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                axis, cut, below, above = node
                gap = origin[axis] - cut
                waiting.append(below if gap < 0.0 else above)
                if gap * gap <= limit:
                    waiting.append(above if gap < 0.0 else below)
            else:
                near += [n for a, b, c, n in node if (a - x) ** 2 + (b - y) ** 2 + (c - z) ** 2 <= limit]
        return self._ranked(latitude, longitude, near, radius_m)

    def _ranked(self, latitude: float, longitude: float, numbers: Sequence[int], within_m: float) -> list[Found]:
        """``core.places.distance_m``, its parts that belong to one of the points worked out once."""
        phi = radians(latitude)
        level = cos(phi)
        found = []
        for number in numbers:
            spot, spot_phi, spot_level = self._grounds[number]
            half_phi, half_lambda = (spot_phi - phi) / 2, radians(spot.longitude - longitude) / 2
            half_chord = sqrt(sin(half_phi) ** 2 + level * spot_level * sin(half_lambda) ** 2)
            metres = 2 * EARTH_RADIUS_M * asin(half_chord if half_chord < 1.0 else 1.0)
            if metres <= within_m:
                found.append((metres, spot.key, number))
        found.sort()
        return [(metres, self._grounds[number][0]) for metres, _, number in found]

    def _grow(self) -> Generator[None, None, None]:
        items: list[_Item] = []
        for start in range(0, len(self._spots), _VECTORS):
            for number, spot in enumerate(self._spots[start : start + _VECTORS], start):
                phi = radians(spot.latitude)
                self._grounds.append((spot, phi, cos(phi)))
                items.append((*_vector(spot.latitude, spot.longitude), number))
            yield
        self._root = yield from _branch(items)


def _branch(items: list[_Item]) -> Generator[None, None, _Node]:
    """Divide until little is left to grow at once."""
    if len(items) <= _GROWN:
        yield
        return _grown(items)
    division = _cut(items)
    if division is None:
        return items
    axis, cut = division
    below: list[_Item] = []
    above: list[_Item] = []
    for start in range(0, len(items), _SORTED_OUT):
        some = items[start : start + _SORTED_OUT]
        below += [item for item in some if item[axis] < cut]
        above += [item for item in some if item[axis] >= cut]
        yield
    return axis, cut, (yield from _branch(below)), (yield from _branch(above))


def _grown(items: list[_Item]) -> _Node:
    division = _cut(items) if len(items) > _LEAF else None
    if division is None:
        return items
    axis, cut = division
    below = [item for item in items if item[axis] < cut]
    return axis, cut, _grown(below), _grown([item for item in items if item[axis] >= cut])


def _cut(items: list[_Item]) -> tuple[int, float] | None:
    """The widest axis and the middle of a sample on it, spots on both sides of it; None where all are one point."""
    axes = list(zip(*items[:: len(items) // _SAMPLE + 1], strict=True))[:3]
    axis, low, high = _widest(axes)
    if low < high:
        ordered = sorted(axes[axis])
        middle = ordered[len(ordered) // 2]
        return axis, middle if middle > low else next(value for value in ordered if value > low)
    axis, low, high = _widest(list(zip(*items, strict=True))[:3])
    if low == high:
        return None
    return axis, middle if low < (middle := (low + high) / 2) <= high else high


def _widest(axes: Sequence[tuple[float, ...]]) -> tuple[int, float, float]:
    ends = [(min(values), max(values)) for values in axes]
    axis = max(range(3), key=lambda each: ends[each][1] - ends[each][0])
    return axis, *ends[axis]


def _vector(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, lam = radians(latitude), radians(longitude)
    level = cos(phi)
    return level * cos(lam), level * sin(lam), sin(phi)


def _chord_2(metres: float) -> float:
    """The square of the chord under an arc, on the unit sphere, with the slack; below 0 for distances below 0."""
    if metres < 0.0:
        return -1.0
    angle = min(metres / EARTH_RADIUS_M, math.pi)
    return (2.0 * sin(angle / 2.0)) ** 2 + _SLACK
