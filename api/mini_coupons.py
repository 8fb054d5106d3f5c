"""``/mini/{account}/coupons``: a customer takes a coupon, and sees their own with each code as a picture to scan."""

from __future__ import annotations

import io
from datetime import datetime
from hashlib import sha256
from typing import Any

import segno
from aiohttp import web

from api.bodies import KIB, read_object
from api.coupon_shapes import copy_shape
from api.fields import check_names, find_place, read_text
from api.personal import NO_STORE, personal
from api.visitors import Visitors
from campaigns.coupons.counter import CouponCounter
from campaigns.coupons.refusals import No, Refusal
from campaigns.coupons.wallet import OwnCopy
from core.clock import Now
from core.errors import Invalid, Missing, Refused
from customers.behaviour import Visitor

MAX_BODY = 4 * KIB
SOURCE = "mini"
"""Where copies taken here say they came from."""

_FIELDS = ("template", "key", "place")
_LONGEST_TEMPLATE = 64
_KEY_LENGTHS = (8, 64)
_SHOWN = {
    No.SOLD_OUT: {"stock"},
    No.LIMIT_REACHED: {"limit", "taken"},
    No.DAY_LIMIT_REACHED: {"limit", "taken"},
    No.TOO_FAST: {"limit", "taken", "seconds"},
    No.LEVEL_TOO_LOW: {"levels"},
    No.TOO_FAR: {"store", "radius", "distance"},
}
"""Figures that customers may see: not why they were blocked, what the brand spends, or how fast a store gives."""

_PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


class CouponsResource:
    def __init__(self, visitors: Visitors, counter: CouponCounter, clock: Now) -> None:
        self._visitors = visitors
        self._counter = counter
        self._now = clock

    async def post(self, request: web.Request) -> web.Response:
        """``{"template", "key", "place"?}`` → 201 and the copy, or 409 with the reason; the same key, the same answer.

        Keys belong to a session's person and an offer: nobody meets somebody else's answer. The place serves this
        answer only.
        """
        visitor = await self._visitors.of(request)
        body = await read_object(request, MAX_BODY)
        check_names(body, _FIELDS)
        template = read_text(body, "template", 1, _LONGEST_TEMPLATE, "send the template of an offer")
        key = read_text(body, "key", *_KEY_LENGTHS, "make one per wish and send it again with a repeat")
        point, now = find_place(body), self._now()
        offer = await self._counter.get_offer(template)
        call = _call_key(visitor, template, key)
        taken = await self._counter.take(offer, visitor.app_id, visitor.openid, call, SOURCE, now, point)
        if isinstance(taken, Refusal):
            raise _refused(taken)
        return personal(self._copy(request, taken, now), status=201)

    async def list(self, request: web.Request) -> web.Response:
        """``?state=open`` (usual), those that end first before the others; ``all``, those taken last first."""
        visitor = await self._visitors.of(request)
        state = request.query.get("state", "open")
        if state not in ("open", "all"):
            raise Invalid("state", "is neither open nor all", "send one of them, or leave it out for open")
        now = self._now()
        copies = await self._counter.list_own(visitor.app_id, visitor.openid, now, open_only=state == "open")
        return personal({"coupons": [self._copy(request, copy, now) for copy in copies]})

    async def get(self, request: web.Request) -> web.Response:
        """One copy of one's own; somebody else's is missing, like one that never was."""
        return personal(self._copy(request, await self._own(request), self._now()))

    async def get_picture(self, request: web.Request) -> web.Response:
        """The code as a QR picture, dark on white with its quiet zone; missing once the copy cannot be used."""
        copy = await self._own(request)
        if not copy.code:
            raise Missing("this coupon can no longer be used")
        kind = request.match_info["kind"]
        picture = io.BytesIO()
        segno.make_qr(copy.code, error="m").save(picture, kind=kind, scale=10, border=4, light="white")
        return web.Response(body=picture.getvalue(), content_type=_PICTURES[kind], headers=(NO_STORE,))

    async def _own(self, request: web.Request) -> OwnCopy:
        visitor = await self._visitors.of(request)
        copy = await self._counter.find_own(visitor.customer_id, int(request.match_info["id"]), self._now())
        if copy is None:
            raise Missing("you have no such coupon")
        return copy

    def _copy(self, request: web.Request, copy: OwnCopy, at: datetime) -> dict[str, Any]:
        return copy_shape(copy, request.match_info["account"], at, self._counter.store_name)


def _refused(no: Refusal) -> Refused:
    shown = _SHOWN.get(no.code, set())
    return Refused(no.code.value, no.for_customer, **{name: no.figures[name] for name in shown & no.figures.keys()})


def _call_key(visitor: Visitor, template: str, key: str) -> str:
    """69 characters, other ones for every person, offer and key."""
    return "mini:" + sha256(f"{visitor.identity_id}\0{template}\0{key}".encode()).hexdigest()
