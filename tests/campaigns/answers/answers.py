"""A small base of answers, as HQ would keep it."""

from __future__ import annotations

from datetime import UTC, datetime

from campaigns.answers.base import AnswerBase
from campaigns.answers.storing import import_rows

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai."""


def row(code: str, question: str, answer: str = "", **more: str) -> dict[str, str]:
    return {"code": code, "question": question, "answer": answer, **more}


SHOP = [
    row("down-wash", "羽绒服可以机洗吗|羽绒服怎么洗", "羽绒服请手洗，不要机洗。"),
    row("return", "怎么退货|退货流程是什么", "7天内可在小程序“我的订单”申请退货。"),
    row("exchange", "怎么换货|可以换尺码吗", "到任一门店或寄回都可以换尺码。"),
    row("refund-time", "退款多久到账|退款什么时候到", "审核通过后1到3天原路退回。"),
    row("dispatch", "什么时候发货|下单后多久发货", "付款后48小时内发货。"),
    row("invoice", "怎么开发票|可以开发票吗", "在订单页点“申请发票”。"),
    row("coupon", "优惠券怎么领|优惠券怎么用", "在会员中心领取，结账时自动抵扣。"),
    row("member", "怎么成为会员|会员怎么办理", "微信一键注册即可。"),
]


async def stored(*rows: dict[str, str]) -> AnswerBase:
    """A base with these answers, or the shop's."""
    await import_rows(rows or SHOP, NOON)
    base = AnswerBase()
    await base.refresh()
    return base
