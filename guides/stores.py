"""The shops near a customer: every store in memory, reloaded when an import moved ``Revision("stores")``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from core import clock
from core.accounts import Crs
from core.coordinates import to_gcj02
from core.places import Point
from guides.hours import Hours, hours_at
from guides.sphere import Sphere, Spot
from models import Revision, Store

REVISION = "stores"
_CHECK_EVERY_S = 1.0
_MOST_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class StoreCard:
    """A shop as customers may know it. ``point`` is GCJ-02, None where nobody knows the place."""

    code: str
    name: str
    city: str
    address: str
    phone: str
    opening_hours: str
    point: Point | None


@dataclass(frozen=True, slots=True)
class NearStore:
    """A shop, how far it is by great circle (metres) and whether it is open; ``is_open`` is None where unknown."""

    store: StoreCard
    distance_m: float
    hours: Hours

    @property
    def is_open(self) -> bool | None:
        return self.hours.is_open

    @property
    def hours_today(self) -> str:
        return self.hours.today


class StoreDirectory:
    """Every store in memory: a cache, rebuilt from the database. ``refresh`` before asking."""

    def __init__(self, monotonic_s: Callable[[], float] = clock.monotonic_s) -> None:
        self._monotonic_s = monotonic_s
        self._checked_at_s = 0.0
        self._revision: int | None = None
        self._by_code: dict[str, StoreCard] = {}
        self._sphere = Sphere([])

    def __len__(self) -> int:
        return len(self._by_code)

    async def refresh(self) -> None:
        """Reload if stores changed; looks at the database at most once a second.

        Takes no lock, so it may be called inside a transaction; while one caller reloads the others use what is there.
        """
        moment_s = self._monotonic_s()
        if self._revision is not None and moment_s - self._checked_at_s < _CHECK_EVERY_S:
            return
        checked_before_s, self._checked_at_s = self._checked_at_s, moment_s
        try:
            # The number first: stores committed after it was read make the next look reload once more, never miss.
            number = await _revision()
            if number != self._revision:
                self._fill([_card(store) for store in await Store.all().order_by("code")])
                self._revision = number
        except BaseException:
            self._checked_at_s = checked_before_s
            raise

    def _fill(self, cards: Iterable[StoreCard]) -> None:
        self._by_code = {card.code: card for card in cards}
        placed = ((card.code, card.point) for card in self._by_code.values() if card.point)
        self._sphere = Sphere([Spot(point.latitude, point.longitude, code) for code, point in placed])

    def nearest(self, point: Point, k: int, now: datetime, *, open_only: bool = False) -> list[NearStore]:
        """The ``k`` (at most 200) nearest shops with a known place, nearest first, equal distances by code.

        ``open_only`` passes over shops known to be closed at ``now``, among the 200 nearest (at night all are closed).
        """
        here = to_gcj02(point)
        found = (
            NearStore(self._by_code[spot.key], metres, hours_at(self._by_code[spot.key].opening_hours, now))
            for metres, spot in islice(self._sphere.nearest_first(here.latitude, here.longitude), _MOST_LOOKED_AT)
        )
        return list(islice((near for near in found if not open_only or near.is_open is not False), k))

    def in_city(self, city: str) -> list[StoreCard]:
        """All shops of a city by code, with or without a known place; ``上海`` and ``上海市`` are one city."""
        wanted = _city(city)
        return [card for card in self._by_code.values() if wanted and _city(card.city) == wanted]

    def find(self, store_code: str) -> StoreCard | None:
        return self._by_code.get(store_code)

    def hours_of(self, store_code: str, now: datetime | None = None) -> Hours | None:
        """The doors of one shop at ``now`` (default: this moment); None for a code nobody has."""
        card = self._by_code.get(store_code)
        return hours_at(card.opening_hours, now or clock.now()) if card else None


async def _revision() -> int:
    row = await Revision.get_or_none(name=REVISION)
    return row.number if row else 0


def _card(store: Store) -> StoreCard:
    point = None
    if store.latitude is not None and store.longitude is not None:
        point = to_gcj02(Point(store.latitude, store.longitude, Crs(store.crs)))
    return StoreCard(store.code, store.name, store.city, store.address, store.phone, store.opening_hours, point)


def _city(name: str) -> str:
    return name.strip().removesuffix("市")
