"""我的导购: who serves this customer, and where."""

from __future__ import annotations

from bot.routing import Rank, Route, answers, said
from core.clock import BRAND_ZONE
from core.messages import Inbound, Reply, Text
from guides.binding import GuideCard, guide_of
from handlers._rooms import Rooms
from handlers._words import WISHES, guide_at

_MY_GUIDE = said(
    *"""
    我的导购 我的专属导购 我的导购是谁 我的导购是哪位 导购是谁 谁是我的导购 专属导购 查看我的导购 我的顾问
    我的专属顾问 my_guide MY_GUIDE
    """.split()
)


def routes(rooms: Rooms) -> list[Route]:
    async def my_guide(inbound: Inbound) -> Reply:
        return Text(_words(await guide_of(inbound.app_id, inbound.openid)))

    return [answers(my_guide, *WISHES, when=_MY_GUIDE, rank=Rank.INTENT)]


def _words(guide: GuideCard | None) -> str:
    if guide is None:
        return "您还没有专属导购。到店扫一扫导购的二维码就可以绑定；需要帮助请回复“人工”。"
    since = guide.since.astimezone(BRAND_ZONE)
    since_on = f"{since.year}年{since.month}月{since.day}日"
    lines = [f"您的专属导购是{guide_at(guide.name, guide.store_name)}，{since_on}起为您服务。"]
    if guide.store_address:
        lines.append(f"地址：{guide.store_address}")
    if guide.store_phone:
        lines.append(f"电话：{guide.store_phone}")
    return "\n".join([*lines, "有事请回复“人工”，您的请求会列入导购的待办。"])
