"""附近门店 and 上海门店: shops by what is known of the customer or by the city named, and how to ask by place."""

from __future__ import annotations

from bot.routing import Rank, Route, answers, said
from bot.spoken import wish_of
from core.messages import Inbound, Reply, Text
from guides.nearby import Basis, Shops, shops_for, shops_in
from handlers._rooms import Rooms
from handlers._words import WISHES, city_in, how_to_send_place, paragraphs, shop_on_map

_NEARBY = said(
    *"""
    附近门店 门店 附近的店 附近的门店 附近店铺 附近有店吗 附近有门店吗 附近有没有店 附近有没有门店 最近的店
    最近的门店 离我最近的店 离我最近的门店 附近门店在哪 附近门店在哪里 附近门店有哪些 门店地址 门店在哪 门店在哪里
    店在哪 店在哪里 你们店在哪 你们店在哪里 实体店 附近实体店 附近门市 门市 附近的门市 查门店 查询门店 找门店
    门店查询 nearest_store where_is_the_nearest_store stores NEAREST_STORES
    """.split()
)
_CITY_ENDINGS = ("的门店", "门店", "的店", "分店", "专柜", "门市", "有店吗", "有门店吗")


def routes(rooms: Rooms) -> list[Route]:
    async def nearby(inbound: Inbound) -> Reply:
        shops = await shops_for(rooms.stores, inbound.app_id, inbound.openid, inbound.received_at)
        how = how_to_send_place(inbound)
        return Text(_words(shops, inbound, how) if shops.stores else how)

    def names_city(inbound: Inbound) -> bool:
        city = city_in(wish_of(inbound), _CITY_ENDINGS)
        return bool(city) and bool(rooms.stores.in_city(city))

    async def city_stores(inbound: Inbound) -> Reply:
        city = city_in(wish_of(inbound), _CITY_ENDINGS)
        return Text(_words(await shops_in(rooms.stores, city, inbound.received_at), inbound))

    return [
        answers(nearby, *WISHES, when=_NEARBY, rank=Rank.INTENT),
        answers(city_stores, *WISHES, when=names_city, rank=Rank.INTENT, name="nearby_city"),
    ]


def _words(shops: Shops, inbound: Inbound, end: str = "") -> str:
    more = f"（共{shops.total}家，以下是前{len(shops.stores)}家）" if shops.total > len(shops.stores) else ""
    heads = {
        Basis.OPEN: "离您较近、正在营业的门店：",
        Basis.CLOSED: "离您较近的门店现在都在休息：",
        Basis.FAR: "您附近50公里内还没有门店，最近的是：",
        Basis.CITY: f"{shops.city}的门店{more}：",
        Basis.OWN: "您的导购所在的门店：",
        Basis.NONE: "没有查到门店。",
    }
    return paragraphs([heads[shops.basis], *(shop_on_map(shop, inbound) for shop in shops.stores)], end)
