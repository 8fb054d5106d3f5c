"""What a code in a shop window brings: the coupon it gives or why not, the store's doors, the offers good there."""

from __future__ import annotations

import hashlib

from campaigns.coupons.claiming.claims import Claim
from campaigns.coupons.claiming.issuing import Near
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.words import offer_line, own_copy
from core.messages import Inbound
from core.ports import Subject
from guides.hours import hours_at
from guides.nearby import StoreNow
from guides.scenes import Window
from handlers._rooms import Rooms
from handlers._words import shop_lines

_MOST = 3
_MORE = "回复“附近优惠”查看更多优惠。"
_OWN = "回复“我的优惠券”可以查看已有的券。"


async def at_window(rooms: Rooms, inbound: Inbound, who: Subject, window: Window) -> list[str]:
    """A paragraph each, in the push's own transaction: a push that comes again finds its answer stored."""
    told = [await _given(rooms, inbound, who, window)] if window.template else []
    if card := rooms.stores.find(window.store_code):
        told.append(shop_lines(StoreNow(card, hours_at(card.opening_hours, who.at))))
    offers = [
        offer
        for offer in rooms.coupons.list_offers(who.at, [window.store_code])
        if offer.code != window.template and not offer.terms.on_follow
    ]
    if offers:
        lines = [offer_line(offer.terms, rooms.stores.name_of) for offer in offers[:_MOST]]
        told += ["这家店现在可以领取的优惠：", *lines]
    return [*told, _MORE] if len(offers) > _MOST else told


async def _given(rooms: Rooms, inbound: Inbound, who: Subject, window: Window) -> str:
    """Who scans the window stands before it: an offer's radius is kept."""
    claim = Claim(
        key=f"scan:{hashlib.sha256(inbound.key.encode()).hexdigest()}",
        template=window.template,
        customer_id=who.customer_id,
        source=f"scene:{window.scene}",
        at=who.at,
        near=Near(window.store_name, 0.0, window.store_code),
    )
    taken = await rooms.coupons.hand_out(claim)
    if isinstance(taken, Refusal):
        return f"{taken.for_customer}{_OWN}"
    return f"送您一张优惠券：\n{own_copy(taken, rooms.stores.name_of)}"
