"""Why not: every refusal of a coupon has a code, its figures, and words for the customer and for the guide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.errors import Refused


class No(StrEnum):
    """A reason to refuse, stable for scripts and figures."""

    UNKNOWN_CODE = "unknown_code"
    NOT_PUBLISHED = "not_published"
    PAUSED = "paused"
    ENDED = "ended"
    SOLD_OUT = "sold_out"
    LIMIT_REACHED = "limit_reached"
    DAY_LIMIT_REACHED = "day_limit_reached"
    BUDGET_SPENT = "budget_spent"
    LEVEL_TOO_LOW = "level_too_low"
    TOO_FAR = "too_far"
    PLACE_UNKNOWN = "place_unknown"
    TOO_FAST = "too_fast"
    SCENE_TOO_FAST = "scene_too_fast"
    STORE_TOO_FAST = "store_too_fast"
    BLOCKED = "blocked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    WRONG_TIME = "wrong_time"
    WRONG_STORE = "wrong_store"
    BELOW_THRESHOLD = "below_threshold"
    ALREADY_REDEEMED = "already_redeemed"
    LOCKED = "locked"
    NOT_LOCKED = "not_locked"
    VOIDED = "voided"
    NOT_STACKABLE = "not_stackable"
    TOO_MANY_TOGETHER = "too_many_together"
    NO_GAIN = "no_gain"
    NOT_REDEEMED = "not_redeemed"
    TOO_LATE = "too_late"


# For the customer · for the guide. ``{…}`` are the refusal's figures.
_WORDS: dict[No, tuple[str, str]] = {
    No.UNKNOWN_CODE: ("没有这张券，请核对后再试。", "没有这个券码，请让顾客重新出示。"),
    No.NOT_PUBLISHED: ("活动还没有开始。", "券模板还没有发布。"),
    No.PAUSED: ("活动暂停了，请稍后再来看看。", "活动已暂停：{why}。"),
    No.ENDED: ("活动已经结束。", "活动已结束。"),
    No.SOLD_OUT: ("已经领完了，下次早点来。", "库存 {stock} 张，已全部发完。"),
    No.LIMIT_REACHED: ("每人限领{limit}张，您已经领过了。", "每人限领 {limit} 张，这位顾客已领 {taken} 张。"),
    No.DAY_LIMIT_REACHED: ("每天限领{limit}张，明天再来吧。", "每人每天限领 {limit} 张，今天已领 {taken} 张。"),
    No.BUDGET_SPENT: ("已经领完了，下次早点来。", "预算 {budget} 已用 {exposure}，再发就超出，活动已暂停。"),
    No.LEVEL_TOO_LOW: ("这张券是{levels}专享。", "仅限 {levels}，这位顾客不是。"),
    No.TOO_FAR: ("到{store}{radius}米以内就能领。", "限 {radius} 米内，离最近的 {store} 有 {distance} 米。"),
    No.PLACE_UNKNOWN: ("请先发送位置，再领取这张券。", "限门店附近领取，还不知道顾客的位置。"),
    No.TOO_FAST: ("操作太频繁，请过一会儿再试。", "{seconds} 秒内已领 {taken} 次，超过 {limit} 次。"),
    No.SCENE_TOO_FAST: (
        "现在扫码领取的人太多，请过一分钟再试。",
        "渠道码“{scene}”{seconds} 秒内已发 {taken} 张，上限 {limit} 张。",
    ),
    No.STORE_TOO_FAST: (
        "门店现在人太多，请过一分钟再试。",
        "{store}{seconds} 秒内已{what} {taken} 张，上限 {limit} 张。",
    ),
    No.BLOCKED: ("暂时不能领取，请联系门店。", "已被限制领取：{why}。"),
    No.NOT_YET: ("还没到使用时间，{since}起可用。", "{since} 起才可用。"),
    No.EXPIRED: ("这张券已于{until}过期。", "已于 {until} 过期。"),
    No.WRONG_TIME: ("这张券限{times}使用。", "限 {times} 使用。"),
    No.WRONG_STORE: ("这张券不能在这家店用，可用门店：{stores}。", "不适用于 {store}，可用：{stores}。"),
    No.BELOW_THRESHOLD: ("满{threshold}可用，还差{missing}。", "满 {threshold} 可用，本单 {basket}，还差 {missing}。"),
    No.ALREADY_REDEEMED: ("这张券已经用过了。", "已于 {at} 在 {store} 核销，订单 {order}。"),
    No.LOCKED: ("这张券正在别处结账，请稍后再试。", "正被另一笔结账占用，{until} 后释放。"),
    No.NOT_LOCKED: ("结账已超时，请重新使用。", "没有这样的占用，或占用已超时。"),
    No.VOIDED: ("这张券已经作废。", "已作废：{why}。"),
    No.NOT_STACKABLE: ("这些券不能一起用。", "{first} 与 {second} 不能同用。"),
    No.TOO_MANY_TOGETHER: ("一单最多用{most}张券。", "一单最多用 {most} 张券，已经够了。"),
    No.NO_GAIN: ("这张券用上也不会再便宜。", "用上也不会再减，留着下次用。"),
    No.NOT_REDEEMED: ("这张券没有核销过。", "没有核销记录，不能撤销。"),
    No.TOO_LATE: ("已超过可撤销的时间。", "核销后 {minutes} 分钟内才能撤销，已过 {passed} 分钟。"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no with its figures, all of them texts or numbers, so that it can be stored and told again."""

    code: No
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def for_customer(self) -> str:
        return _WORDS[self.code][0].format_map(self.figures)

    @property
    def for_guide(self) -> str:
        return _WORDS[self.code][1].format_map(self.figures)

    def error(self) -> Refused:
        """The refusal as an error, with the guide's words."""
        return Refused(self.code.value, self.for_guide, **self.figures)


def refuse(code: No, **figures: object) -> Refusal:
    return Refusal(code, figures)


def refusal_to_json(refusal: Refusal) -> dict[str, Any]:
    """As stored in an answer."""
    return {"refused": refusal.code.value, "figures": dict(refusal.figures)}


def read_refusal(stored: Mapping[str, Any]) -> Refusal:
    """What ``refusal_to_json`` wrote."""
    return Refusal(No(stored["refused"]), stored["figures"])
