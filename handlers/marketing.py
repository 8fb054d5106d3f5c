"""退订 and 恢复: consent to marketing, withdrawn as easily as given."""

from __future__ import annotations

from bot.routing import Rank, Route, changes, said
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from customers import consent
from handlers._rooms import Rooms
from handlers._words import WISHES
from models import Purpose

_STOP = said(
    *"""
    退订 TD T 取消订阅 不要再发 不要再发了 别再发 别再发了 不要再推送 不要再推送了 别推送了 停止推送 取消推送
    不再接收 拒收 停止发送 不要发广告 不要给我发广告 别发广告 别发广告了 unsubscribe stop
    """.split()
)
_RESUME = said(
    *"""
    恢复 恢复订阅 恢复推送 恢复接收 重新订阅 取消退订 同意接收 订阅 subscribe
    """.split()
)


_STOP_WORDS = ("退订", "退訂", "取消订阅", "取消訂閱", "别再发", "別再發", "不要再发", "不要再發", "不要再推送")
_NOT_YET = ("取消退订", "怎么退订", "如何退订", "不退订", "不用退订", "没退订", "没有退订", "退订单", "退订金")
_HESITANT = ("不想退订", "别退订", "再想想", "再考虑")
_LONGEST = 40


def _asks_to_stop(inbound: Inbound) -> bool:
    """A sentence that says it: “消息太多了，退订”. When in doubt it counts: a wrong stop is mended by one word."""
    text = inbound.text
    if len(text) > _LONGEST or not inbound.openid:
        return False
    return any(word in text for word in _STOP_WORDS) and not any(word in text for word in (*_NOT_YET, *_HESITANT))


def routes(rooms: Rooms) -> list[Route]:
    async def stop(inbound: Inbound, who: Subject) -> Reply:
        await consent.withdraw(who, Purpose.MARKETING, inbound.channel.value)
        return Text("已为您退订，我们不会再主动发送营销信息。您随时可以继续咨询；想重新接收请回复“恢复”。")

    async def resume(inbound: Inbound, who: Subject) -> Reply:
        await consent.grant(who, Purpose.MARKETING, inbound.channel.value)
        return Text(f"好的，已为您记录：{consent.CONSENT_TEXTS[Purpose.MARKETING].words}")

    return [
        changes(stop, *WISHES, when=_STOP, rank=Rank.INTENT, name="marketing_stop"),
        changes(resume, *WISHES, when=_RESUME, rank=Rank.INTENT, name="marketing_resume"),
        changes(stop, "text", "voice", when=_asks_to_stop, rank=Rank.INTENT, name="marketing_stop_said"),
    ]
