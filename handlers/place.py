"""A customer sends a place: the nearest open shops, the offers good there, and what becomes of the place."""

from __future__ import annotations

from bot.routing import Route, answers
from campaigns.coupons.offers.listing import list_for
from core.messages import Inbound, Reply, Text
from core.places import Point
from guides.nearby import FAR_M, Basis, Shops, shops_near
from handlers._offers import Told, offer_blocks
from handlers._rooms import Rooms
from handlers._words import how_to_send_place, paragraphs, shop_on_map

_HEADS = {
    Basis.OPEN: "离您最近、正在营业的门店：",
    Basis.CLOSED: "离您最近的门店现在都在休息：",
    Basis.FAR: "您附近50公里内还没有门店，最近的是：",
}
_NO_MAP = "暂时查不到门店的地图位置。回复“城市＋门店”，例如“上海门店”，可以按城市查询；也可以回复“人工”。"
_BESIDE_OFFERS = 2
"""Shops told of beside offers: a text has room for no more."""


def routes(rooms: Rooms) -> list[Route]:
    async def place(inbound: Inbound) -> Reply:
        if inbound.point is None:
            return Text(f"没有读到位置，请再发送一次。{how_to_send_place(inbound)}")
        shops = await shops_near(rooms.stores, inbound.point, inbound.received_at)
        offers = await _offers(rooms, inbound, inbound.point, shops)
        stores = shops.stores[:_BESIDE_OFFERS] if offers else shops.stores
        told = [_HEADS[shops.basis], *(shop_on_map(shop, inbound) for shop in stores)] if stores else [_NO_MAP]
        return Text(paragraphs([*told, *offers], _what_becomes_of(inbound)))

    return [answers(place, "location")]


async def _offers(rooms: Rooms, inbound: Inbound, point: Point, shops: Shops) -> list[str]:
    """Those good at stores near the place, whose radius is kept, and that the customer can still take."""
    at = inbound.received_at
    near = [each for each in rooms.coupons.offers_near(point, at) if each.is_within and each.least_m <= FAR_M]
    listing = await list_for(near, inbound.app_id, inbound.openid, at)
    if not listing.offers:
        return []
    shown = [shop.store.code for shop in shops.stores[:_BESIDE_OFFERS]]
    first, *others = offer_blocks(rooms.coupons, listing.offers, inbound, Told.NOW, shown)
    return [f"附近可以领取的优惠：\n\n{first}", *others]


def _what_becomes_of(inbound: Inbound) -> str:
    """The channel has blanked the coordinates already, unless the customer agreed to have a coarse place kept."""
    if inbound.fields.get("Location_X"):
        return "按您的同意，我们只记住大致区域，到期自动删除；回复“撤回位置”可随时撤回并删除。"
    return "您的位置只用于这次查询，不会保存。回复“同意位置”，我们会记住大致区域，以后推荐门店更方便。"
