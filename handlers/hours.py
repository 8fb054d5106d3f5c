"""营业时间: the doors of the customer's own shop, else how to find a shop's hours."""

from __future__ import annotations

from bot.routing import Rank, Route, answers, said
from core.messages import Inbound, Reply, Text
from guides.nearby import own_shop
from handlers._rooms import Rooms
from handlers._words import WISHES, how_to_send_place, shop_lines

_HOURS = said(
    *"""
    营业时间 几点开门 几点关门 几点打烊 几点营业 几点开始营业 几点下班 几点上班 什么时候开门 什么时候关门
    什么时候营业 营业到几点 开到几点 开门时间 关门时间 门店营业时间 你们几点开门 你们几点关门 门店几点开门
    门店几点关门 门市几点打烊 店里几点开门 店里几点关门 今天营业吗 今天开门吗 现在营业吗 还营业吗 几点开
    opening_hours HOURS OPENING_HOURS
    """.split()
)


def routes(rooms: Rooms) -> list[Route]:
    async def hours(inbound: Inbound) -> Reply:
        shop = await own_shop(rooms.stores, inbound.app_id, inbound.openid, inbound.received_at)
        if shop is None:
            return Text(f"各门店的营业时间不同。{how_to_send_place(inbound)}")
        return Text(f"{shop_lines(shop)}\n\n查询其他门店请回复“附近门店”。")

    return [answers(hours, *WISHES, when=_HOURS, rank=Rank.INTENT)]
