"""人工: a customer wants a person; the request is stored once and, where set, handed to WeChat's customer service."""

from __future__ import annotations

from bot.routing import Rank, Route, changes, said
from bot.spoken import words_of
from core.messages import Inbound, Reply, Text, Transfer
from core.ports import Subject
from guides.nearby import PersonAsked, ask_for_person
from handlers._rooms import Rooms
from handlers._words import WISHES, guide_at, while_waiting

_HUMAN = said(
    *"""
    人工 导购 转人工 人工客服 人工服务 转人工客服 转人工服务 找人工 接人工 联系人工 联系客服 找客服 客服 在线客服
    联系导购 找导购 叫导购 人呢 有人吗 有没有人 有人工吗 有没有人工 人工在吗 客服在吗 导购在吗 找店长 叫店长
    叫你们店长来 叫你们店长 店长 换导购 换一个导购 换个导购 换一个导购可以吗 想换导购 真人 真人客服
    human agent HUMAN CUSTOMER_SERVICE
    """.split()
)


def routes(rooms: Rooms) -> list[Route]:
    async def human(inbound: Inbound, who: Subject) -> Reply:
        reason = f"客户请求人工：“{words_of(inbound)}”"
        asked = await ask_for_person(rooms.stores, who, reason, inbound.received_at)
        if rooms.accounts[inbound.account].customer_service_transfer:
            return Transfer()
        return Text(_words(asked))

    return [changes(human, *WISHES, when=_HUMAN, rank=Rank.INTENT)]


def _words(asked: PersonAsked) -> str:
    task, shop = asked.task, asked.shop
    if not task.is_new:
        told = "您之前的请求已经记下，还在等待处理，不用重复发送。"
    elif task.guide_name:
        told = f"已记下您的请求，并列入{guide_at(task.guide_name, shop.store.name if shop else '')}的待办。"
    else:
        told = "已记下您的请求，等待同事处理。"
    return "\n".join([told, *while_waiting(asked)])
