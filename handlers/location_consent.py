"""同意位置 and 撤回位置: consent to keep a coarse place; withdrawing deletes what is kept of it."""

from __future__ import annotations

from bot.routing import Rank, Route, changes, said
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from customers import consent
from handlers._rooms import Rooms
from handlers._words import WISHES
from models import Purpose

_AGREE = said("同意位置", "同意保存位置", "同意记录位置", "同意使用位置")
_WITHDRAW = said(
    *"""
    撤回位置 撤销位置 取消位置 删除位置 删除我的位置 不同意位置 撤回位置授权 不要保存位置 不要保存我的位置
    """.split()
)


def routes(rooms: Rooms) -> list[Route]:
    async def agree(inbound: Inbound, who: Subject) -> Reply:
        await consent.grant(who, Purpose.LOCATION, inbound.channel.value)
        return Text(f"好的，已为您记录：{consent.CONSENT_TEXTS[Purpose.LOCATION].words}")

    async def withdraw(inbound: Inbound, who: Subject) -> Reply:
        await consent.withdraw(who, Purpose.LOCATION, inbound.channel.value)
        return Text("已撤回，保存的位置已删除。之后您发来的位置只用于当次查询，不会保存；想再次开启请回复“同意位置”。")

    return [
        changes(agree, *WISHES, when=_AGREE, rank=Rank.INTENT, name="location_agree"),
        changes(withdraw, *WISHES, when=_WITHDRAW, rank=Rank.INTENT, name="location_withdraw"),
    ]
