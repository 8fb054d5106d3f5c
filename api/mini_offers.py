"""``POST /mini/{account}/offers``: what a customer could take now, and where it is good near them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from api.bodies import KIB, read_object
from api.coupon_shapes import offer_shape
from api.fields import check_names, find_place
from api.personal import personal
from api.visitors import Visitors
from campaigns.coupons.counter import CouponCounter, OfferedNear
from campaigns.coupons.offers.listing import left_for
from core.clock import Now
from guides.stores import StoreDirectory

MAX_BODY = 4 * KIB

_FIELDS = ("place",)
_MOST = 50


class OffersResource:
    def __init__(self, visitors: Visitors, stores: StoreDirectory, counter: CouponCounter, clock: Now) -> None:
        self._visitors = visitors
        self._stores = stores
        self._counter = counter
        self._now = clock

    async def post(self, request: web.Request) -> web.Response:
        """``{"place"?}`` → offers, those good nearest by first, then those that end first; the place is not kept."""
        visitor = await self._visitors.of(request)
        body = await read_object(request, MAX_BODY)
        check_names(body, _FIELDS)
        point, now = find_place(body), self._now()
        await self._stores.refresh()
        found = self._counter.offers_near(point, now)[:_MOST]
        left = await left_for([each.offer for each in found], visitor.app_id, visitor.openid, now)
        return personal(
            {
                "offers": [
                    offer_shape(each.offer, self._stores.name_of)
                    | _here(each, is_placed=point is not None)
                    | {"left": left.get(each.offer.code, 0)}
                    for each in found
                ]
            }
        )


def _here(found: OfferedNear, *, is_placed: bool) -> dict[str, Any]:
    """``is_within`` is null where the offer asks for a place and none was told."""
    radius_m = found.offer.terms.radius_m
    return {
        "radius_m": radius_m or None,
        "store": _store(found),
        "is_within": found.is_within if is_placed or not radius_m else None,
    }


def _store(found: OfferedNear) -> dict[str, Any] | None:
    if found.store is None or found.distance_m is None:
        return None
    return {"code": found.store.code, "name": found.store.name, "distance_m": round(found.distance_m)}
