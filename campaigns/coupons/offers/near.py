"""Offers by place: each with the nearest store it is good at, how far that is, and whether that is near enough."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from campaigns.coupons.terms import Terms
from core.coordinates import to_wgs84
from core.places import Point, distance_m
from guides.stores import StoreCard, StoreDirectory

AREA_M = 1_000
"""How far around a store its offers are told unasked, where an offer names no radius of its own."""

_MOST_LOOKED_AT = 200
_FAR = math.inf


@dataclass(frozen=True, slots=True)
class Offered:
    """A published template. ``where`` are the codes of the stores it is good at, None for all."""

    code: str
    terms: Terms
    where: frozenset[str] | None

    def is_good_at(self, store_code: str) -> bool:
        return self.where is None or store_code in self.where


@dataclass(frozen=True, slots=True)
class OfferedNear:
    """An offer and the store to use it at: the nearest one, or one of those named; None where none is known.

    ``distance_m`` is how far that store is from the place told, which may be off by ``accuracy_m``; None without one.
    """

    offer: Offered
    store: StoreCard | None = None
    distance_m: float | None = None
    accuracy_m: float = 0.0

    @property
    def least_m(self) -> float:
        """The least the distance may really be."""
        return _FAR if self.distance_m is None else max(0.0, self.distance_m - self.accuracy_m)

    @property
    def is_within(self) -> bool:
        """True where the offer's radius is kept, or it has none."""
        return not self.offer.terms.radius_m or self.least_m <= self.offer.terms.radius_m

    @property
    def is_in_area(self) -> bool:
        """True in the store's area: the offer's radius, else ``AREA_M``."""
        return self.least_m <= (self.offer.terms.radius_m or AREA_M)


def by_place(offers: Iterable[Offered], directory: StoreDirectory, point: Point) -> list[OfferedNear]:
    """Each offer with its nearest good store. Stores without a known place are near nobody."""
    offers = list(offers)
    nearest = _nearest_of_each({offer.where for offer in offers}, directory, point)
    found = []
    for offer in offers:
        metres, store = nearest.get(offer.where, (None, None))
        found.append(OfferedNear(offer, store, metres, point.accuracy_m))
    return found


def at_stores(offers: Iterable[Offered], stores: Sequence[StoreCard]) -> list[OfferedNear]:
    """Each offer with the first of these stores it is good at; offers that are good at none are left out."""
    firsts = ((offer, next((store for store in stores if offer.is_good_at(store.code)), None)) for offer in offers)
    return [OfferedNear(offer, store) for offer, store in firsts if store]


def in_order(found: Iterable[OfferedNear], at: datetime) -> list[OfferedNear]:
    """The nearest first, of equally near ones those whose copies end first."""

    def place(each: OfferedNear) -> tuple[float, datetime, str]:
        metres = _FAR if each.distance_m is None else each.distance_m
        return metres, each.offer.terms.span(at)[1], each.offer.code

    return sorted(found, key=place)


Nearest = tuple[float, StoreCard]


def _nearest_of_each(
    wanted: set[frozenset[str] | None], directory: StoreDirectory, point: Point
) -> dict[frozenset[str] | None, Nearest]:
    """The nearest store of each group; most are found among the first few, those far away by looking at all."""
    nearest: dict[frozenset[str] | None, Nearest] = {}
    for metres, store in islice(directory.nearest_first(point), _MOST_LOOKED_AT):
        for group in [group for group in wanted if group is None or store.code in group]:
            nearest[group] = metres, store
            wanted.discard(group)
        if not wanted:
            break
    for group in wanted:
        if group and (found := _nearest_in(group, directory, point)):
            nearest[group] = found
    return nearest


def _nearest_in(codes: Collection[str], directory: StoreDirectory, point: Point) -> Nearest | None:
    here = to_wgs84(point)
    stores = (store for code in sorted(codes) if (store := directory.find(code)))
    far = (
        (distance_m(here.latitude, here.longitude, store.ground.latitude, store.ground.longitude), store)
        for store in stores
        if store.ground
    )
    return min(far, key=lambda each: each[0], default=None)
