"""附近门店 and 上海门店: shops by what is known of the customer or by the city named, and how to ask by place."""

from __future__ import annotations

from bot.routing import Rank, Route, answers, said
from bot.spoken import wish_of
from core.messages import Inbound, Reply, Text
from guides.nearby import Basis, Shops, shops_for, shops_in
from handlers._rooms import Rooms
from handlers._words import WISHES, how_to_send_place, shop_lines

_NEARBY = said(
    *"""
    附近门店 门店 附近的店 附近的门店 附近店铺 附近有店吗 附近有门店吗 附近有没有店 附近有没有门店 最近的店
    最近的门店 离我最近的店 离我最近的门店 附近门店在哪 附近门店在哪里 附近门店有哪些 门店地址 门店在哪 门店在哪里
    店在哪 店在哪里 你们店在哪 你们店在哪里 实体店 附近实体店 附近门市 门市 附近的门市 查门店 查询门店 找门店
    门店查询 nearest_store where_is_the_nearest_store stores NEAREST_STORES
    """.split()
)
_CITY_ENDINGS = ("的门店", "门店", "的店", "分店", "专柜", "门市", "有店吗", "有门店吗")
_LONGEST_CITY = 12


def routes(rooms: Rooms) -> list[Route]:
    async def nearby(inbound: Inbound) -> Reply:
        shops = await shops_for(rooms.stores, inbound.app_id, inbound.openid, inbound.received_at)
        return Text(f"{_words(shops)}\n\n{how_to_send_place(inbound)}" if shops.stores else how_to_send_place(inbound))

    def names_city(inbound: Inbound) -> bool:
        city = _city_in(wish_of(inbound))
        return bool(city) and bool(rooms.stores.in_city(city))

    async def city_stores(inbound: Inbound) -> Reply:
        return Text(_words(await shops_in(rooms.stores, _city_in(wish_of(inbound)), inbound.received_at)))

    return [
        answers(nearby, *WISHES, when=_NEARBY, rank=Rank.INTENT),
        answers(city_stores, *WISHES, when=names_city, rank=Rank.INTENT, name="nearby_city"),
    ]


def _city_in(wish: str) -> str:
    """The city of ``上海门店`` or ``上海有店吗``, empty where the words are no such question."""
    if not wish.endswith(_CITY_ENDINGS):
        return ""
    ending = next(ending for ending in _CITY_ENDINGS if wish.endswith(ending))
    city = wish.removesuffix(ending)
    return city if 2 <= len(city) <= _LONGEST_CITY else ""


def _words(shops: Shops) -> str:
    more = f"（共{shops.total}家，以下是前{len(shops.stores)}家）" if shops.total > len(shops.stores) else ""
    heads = {
        Basis.OPEN: "离您较近、正在营业的门店：",
        Basis.CLOSED: "离您较近的门店现在都在休息：",
        Basis.FAR: "您附近50公里内还没有门店，最近的是：",
        Basis.CITY: f"{shops.city}的门店{more}：",
        Basis.OWN: "您的导购所在的门店：",
        Basis.NONE: "没有查到门店。",
    }
    return "\n\n".join([heads[shops.basis], *map(shop_lines, shops.stores)])
