"""A customer sends a place: the nearest open shops, and what becomes of the place."""

from __future__ import annotations

from bot.routing import Route, answers
from core.messages import Inbound, Reply, Text
from guides.nearby import Basis, Shops, shops_near
from handlers._rooms import Rooms
from handlers._words import how_to_send_place, shop_lines

_HEADS = {
    Basis.OPEN: "离您最近、正在营业的门店：",
    Basis.CLOSED: "离您最近的门店现在都在休息：",
    Basis.FAR: "您附近50公里内还没有门店，最近的是：",
}


def routes(rooms: Rooms) -> list[Route]:
    async def place(inbound: Inbound) -> Reply:
        if inbound.point is None:
            return Text(f"没有读到位置，请再发送一次。{how_to_send_place(inbound)}")
        shops = await shops_near(rooms.stores, inbound.point, inbound.received_at)
        return Text(f"{_words(shops)}\n\n{_what_becomes_of(inbound)}")

    return [answers(place, "location")]


def _words(shops: Shops) -> str:
    if shops.basis is Basis.NONE:
        return "暂时查不到门店的地图位置。回复“城市＋门店”，例如“上海门店”，可以按城市查询；也可以回复“人工”。"
    return "\n\n".join([_HEADS[shops.basis], *map(shop_lines, shops.stores)])


def _what_becomes_of(inbound: Inbound) -> str:
    """The channel has blanked the coordinates already, unless the customer agreed to have a coarse place kept."""
    if inbound.fields.get("Location_X"):
        return "按您的同意，我们只记住大致区域，到期自动删除；回复“撤回位置”可随时撤回并删除。"
    return "您的位置只用于这次查询，不会保存。回复“同意位置”，我们会记住大致区域，以后推荐门店更方便。"
