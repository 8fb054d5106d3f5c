"""The shops near a customer: every store in memory, reloaded when an import moved ``Revision("stores")``."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Collection, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TypeVar

from core import clock
from core.accounts import Crs
from core.coordinates import to_gcj02, to_wgs84
from core.places import Point
from guides.hours import Hours, hours_at
from guides.sphere import Sphere, Spot
from models import Revision, Store

REVISION = "stores"
T = TypeVar("T")
_CHECK_EVERY_S = 1.0
_MOST_LOOKED_AT = 200
_BATCH = 200
"""Stores read at a time; with their cards made, about as long a step as one of the sphere's growth."""


@dataclass(frozen=True, slots=True)
class StoreCard:
    """A shop as customers may know it. ``point`` is GCJ-02, for maps; ``ground`` is WGS-84, to measure by: GCJ-02 bends
    distances by up to half a percent. None where nobody knows the place.
    """

    code: str
    name: str
    city: str
    address: str
    phone: str
    opening_hours: str
    point: Point | None
    ground: Point | None = None


@dataclass(frozen=True)
class NearStore:
    """A shop, how far it is by great circle (metres) and whether it is open ``at`` the moment asked for.

    ``hours`` are looked up when they are asked for; ``is_open`` is None where unknown.
    """

    store: StoreCard
    distance_m: float
    at: datetime

    @cached_property
    def hours(self) -> Hours:
        return hours_at(self.store.opening_hours, self.at)

    @property
    def is_open(self) -> bool | None:
        return self.hours.is_open

    @property
    def hours_today(self) -> str:
        return self.hours.today


class _Shelf:
    """All stores of one look at the database."""

    def __init__(self) -> None:
        self.by_code: dict[str, StoreCard] = {}
        self.by_city: dict[str, list[StoreCard]] = {}
        self.sphere = Sphere([])


class StoreDirectory:
    """Every store in memory: a cache, rebuilt from the database. ``refresh`` before asking."""

    def __init__(self, monotonic_s: Callable[[], float] = clock.monotonic_s) -> None:
        self._monotonic_s = monotonic_s
        self._checked_at_s = 0.0
        self._revision: int | None = None
        self._is_reloading = False
        self._shelf = _Shelf()

    def __len__(self) -> int:
        return len(self._shelf.by_code)

    async def refresh(self) -> None:
        """Reload if stores changed; looks at the database at most once a second.

        Takes no lock, so it may be called inside a transaction; while one caller reloads the others use what is there.
        The work pauses every few milliseconds for the rest of the process; what was made is taken over whole.
        """
        moment_s = self._monotonic_s()
        if self._revision is not None and (self._is_reloading or moment_s - self._checked_at_s < _CHECK_EVERY_S):
            return
        checked_before_s, self._checked_at_s = self._checked_at_s, moment_s
        self._is_reloading = True
        try:
            # The number first: stores committed after it was read make the next look reload once more, never miss.
            number = await _revision()
            if number != self._revision:
                self._shelf = await _load()
                self._revision = number
        except BaseException:
            self._checked_at_s = checked_before_s
            raise
        finally:
            self._is_reloading = False

    def nearest(
        self, point: Point, k: int, now: datetime, *, open_only: bool = False, within_m: float = math.inf
    ) -> list[NearStore]:
        """The ``k`` (at most 200) nearest shops with a known place, nearest first, equal distances by code.

        ``open_only`` passes over shops known to be closed at ``now``, among the 200 nearest (at night all are closed);
        ``within_m`` leaves out those farther away, in metres.
        """
        if open_only:
            ranked = islice(self.nearest_first(point, within_m), _MOST_LOOKED_AT)
            near = (NearStore(store, metres, now) for metres, store in ranked)
            return list(islice((each for each in near if each.is_open is not False), k))
        here, shelf = to_wgs84(point), self._shelf
        found = shelf.sphere.nearest(here.latitude, here.longitude, min(k, _MOST_LOOKED_AT), within_m)
        return [NearStore(shelf.by_code[spot.key], metres, now) for metres, spot in found]

    def nearest_first(self, point: Point, within_m: float = math.inf) -> Iterator[tuple[float, StoreCard]]:
        """(metres, shop) of all with a known place, in the order of ``nearest``; found as far as the caller goes."""
        here, shelf = to_wgs84(point), self._shelf
        for metres, spot in shelf.sphere.nearest_first(here.latitude, here.longitude, within_m):
            yield metres, shelf.by_code[spot.key]

    def within(self, point: Point, radius_m: float, now: datetime) -> list[NearStore]:
        """Every shop with a known place at most ``radius_m`` metres away, nearest first, equal distances by code."""
        here, shelf = to_wgs84(point), self._shelf
        found = shelf.sphere.within(here.latitude, here.longitude, radius_m)
        return [NearStore(shelf.by_code[spot.key], metres, now) for metres, spot in found]

    def in_city(self, city: str) -> list[StoreCard]:
        """All shops of a city by code, with or without a known place; ``上海`` and ``上海市`` are one city."""
        return list(self._shelf.by_city.get(_city(city), ())) if _city(city) else []

    def codes(self) -> Collection[str]:
        """The code of every shop."""
        return self._shelf.by_code.keys()

    def find(self, store_code: str) -> StoreCard | None:
        return self._shelf.by_code.get(store_code)

    def name_of(self, store_code: str) -> str:
        """A shop's name; the code itself where nobody has it."""
        card = self.find(store_code)
        return card.name if card else store_code

    def hours_of(self, store_code: str, now: datetime | None = None) -> Hours | None:
        """The doors of one shop at ``now`` (default: this moment); None for a code nobody has."""
        card = self._shelf.by_code.get(store_code)
        return hours_at(card.opening_hours, now or clock.now()) if card else None


async def _revision() -> int:
    row = await Revision.get_or_none(name=REVISION)
    return row.number if row else 0


async def _load() -> _Shelf:
    """Every store, in steps between which the rest of the process has its turn."""
    shelf, spots = _Shelf(), list[Spot]()
    async for cards in _read():
        for card in cards:
            shelf.by_code[card.code] = card
            shelf.by_city.setdefault(_city(card.city), []).append(card)
            if card.ground:
                spots.append(Spot(card.ground.latitude, card.ground.longitude, card.code))
        await asyncio.sleep(0)
    shelf.sphere = await in_turns(Sphere.growing(spots))
    return shelf


async def in_turns(steps: Generator[None, None, T]) -> T:
    """What the steps return; between them everything else of the loop has its turn."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            value: T = done.value
            return value
        await asyncio.sleep(0)


async def _read() -> AsyncIterator[list[StoreCard]]:
    """The cards in batches by code."""
    after = ""
    while stores := await Store.filter(code__gt=after).order_by("code").limit(_BATCH):
        yield [_card(store) for store in stores]
        after = stores[-1].code


def _card(store: Store) -> StoreCard:
    point = ground = None
    if store.latitude is not None and store.longitude is not None:
        given = Point(store.latitude, store.longitude, Crs(store.crs))
        point, ground = to_gcj02(given), to_wgs84(given)
    return StoreCard(store.code, store.name, store.city, store.address, store.phone, store.opening_hours, point, ground)


def _city(name: str) -> str:
    return name.strip().removesuffix("市")
