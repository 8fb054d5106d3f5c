"""``POST /mini/{account}/stores/nearby``: the stores near a place or in a city, with what is on offer there.

A POST, so that no address and no log holds where somebody is. The place serves this answer and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from api.bodies import KIB, read_object
from api.coupon_shapes import short_offer_shape, store_shape
from api.fields import PLACE_FIELDS, check_names, read_count, read_flag, read_point, read_text
from api.personal import personal
from api.visitors import Visitors
from campaigns.coupons.counter import CouponCounter
from core.clock import Now
from core.errors import Invalid
from guides.hours import hours_at
from guides.nearby import StoreNow
from guides.stores import StoreDirectory

MAX_BODY = 4 * KIB
MOST = 20

_FIELDS = (*PLACE_FIELDS, "city", "limit", "open_only")
_USUAL = 10
_LONGEST_CITY = 32


class StoresResource:
    def __init__(self, visitors: Visitors, stores: StoreDirectory, counter: CouponCounter, clock: Now) -> None:
        self._visitors = visitors
        self._stores = stores
        self._counter = counter
        self._now = clock

    async def post(self, request: web.Request) -> web.Response:
        """``{"latitude", "longitude", …}`` → the nearest stores first; ``{"city"}`` → those of the city, by code."""
        await self._visitors.of(request)
        body = await read_object(request, MAX_BODY)
        check_names(body, _FIELDS)
        limit, open_only = read_count(body, "limit", _USUAL, MOST), read_flag(body, "open_only")
        now = self._now()
        await self._stores.refresh()
        is_city = body.get("city") is not None
        shops = self._in_city(body, now, open_only) if is_city else self._near(body, now, limit, open_only)
        offers = self._counter.list_offers(now)
        return personal(
            {
                "stores": [
                    store_shape(shop)
                    | {"offers": [short_offer_shape(each) for each in offers if each.is_good_at(shop.store.code)]}
                    for shop in shops[:limit]
                ]
            }
        )

    def _near(self, body: Mapping[str, Any], now: datetime, limit: int, open_only: bool) -> list[StoreNow]:
        if body.get("latitude") is None and body.get("longitude") is None:
            raise Invalid("latitude", "is missing, and so is city", "send latitude and longitude, or city")
        found = self._stores.nearest(read_point(body), limit, now, open_only=open_only)
        return [StoreNow(near.store, near.hours, near.distance_m) for near in found]

    def _in_city(self, body: Mapping[str, Any], now: datetime, open_only: bool) -> list[StoreNow]:
        if beside := [name for name in PLACE_FIELDS if body.get(name) is not None]:
            raise Invalid(beside[0], "stands beside city", "send either a place or a city")
        city = read_text(body, "city", 1, _LONGEST_CITY, "send a name such as 上海")
        shops = [StoreNow(card, hours_at(card.opening_hours, now)) for card in self._stores.in_city(city)]
        return [shop for shop in shops if not open_only or shop.hours.is_open is not False]
