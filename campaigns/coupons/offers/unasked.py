"""Offers told unasked, when a phone reports that it is at a store: once a person, store and day.

A phone reports every five seconds. So who was told, or has nothing left to take, is remembered in memory, and only a
report that may bring words asks the database, in the transaction that stores the push with its answer.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from campaigns.coupons.counter import CouponCounter
from campaigns.coupons.offers.listing import Listing, list_for
from campaigns.coupons.offers.near import AREA_M, Offered, OfferedNear, in_order
from core.clock import BRAND_ZONE
from core.places import Point
from core.ports import Subject
from customers.consent import has_withdrawn
from guides.hours import hours_at
from guides.stores import StoreCard, StoreDirectory
from models import Purpose
from models.dialect.coupons import CallRow, add_calls, answers_to

_MOST_REMEMBERED = 20_000
_MOST_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class AtStore:
    """An open store and the offers in whose area somebody is."""

    store: StoreCard
    offers: tuple[OfferedNear, ...]


class Unasked:
    """Finds what to tell somebody whose phone reports a place. One a process."""

    def __init__(self, counter: CouponCounter, directory: StoreDirectory) -> None:
        self._counter = counter
        self._directory = directory
        self._quiet: OrderedDict[tuple[str, str, str], tuple[date, object]] = OrderedDict()

    def may_tell(self, app_id: str, openid: str, point: Point, at: datetime) -> bool:
        """False where there is nothing to tell here, as far as memory knows."""
        here = self.find(point, at)
        return here is not None and self._quiet.get((app_id, openid, here.store.code)) != self._today(at)

    def find(self, point: Point, at: datetime) -> AtStore | None:
        """The nearest open store with offers in whose area the point is: their radius, else ``AREA_M``.

        The point's accuracy is added to each. From memory.
        """
        reach_m = max((offer.terms.radius_m or AREA_M for offer in self._counter.published), default=None)
        if reach_m is None:
            return None
        stores = self._directory.nearest_first(point, reach_m + point.accuracy_m)
        offers: list[Offered] | None = None  # most reports come from nowhere near a store, and need none
        for metres, store in islice(stores, _MOST_LOOKED_AT):
            offers = self._counter.list_offers(at) if offers is None else offers
            good = (each for each in offers if each.is_good_at(store.code))
            here = [near for each in good if (near := OfferedNear(each, store, metres, point.accuracy_m)).is_in_area]
            if here and hours_at(store.opening_hours, at).is_open is not False:
                return AtStore(store, tuple(in_order(here, at)))
        return None

    async def tell(self, who: Subject, point: Point, at: datetime) -> tuple[StoreCard, Listing] | None:
        """The store and its offers, once a person, store and day; None where they were told, have nothing left to take,
        or want no promotions. In the caller's transaction, which stores the answer too."""
        here = self.find(point, at)
        if here is None:
            return None
        key = self._counter.passes.name_day(who.customer_id, here.store.code, at.astimezone(BRAND_ZONE).date())
        listing = Listing()
        if not await answers_to([key]) and not await has_withdrawn(who.customer_id, Purpose.MARKETING):
            listing = await list_for(here.offers, who.app_id, who.openid, at)
        if not listing.offers:
            self._remember((who.app_id, who.openid, here.store.code), at)
            return None
        await add_calls([CallRow(key, who.customer_id, at, "{}")])
        return here.store, listing

    def _remember(self, key: tuple[str, str, str], at: datetime) -> None:
        """Only what was read: this transaction may yet be undone, and then the next report must be told."""
        self._quiet[key] = self._today(at)
        self._quiet.move_to_end(key)
        if len(self._quiet) > _MOST_REMEMBERED:
            self._quiet.popitem(last=False)

    def _today(self, at: datetime) -> tuple[date, object]:
        """The day, and what is on offer: when that changes, memory is no answer any more."""
        return at.astimezone(BRAND_ZONE).date(), self._counter.revision
