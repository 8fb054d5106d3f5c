"""What was asked in vain: asked again of today's base, grouped by likeness, the most asked first, nobody named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.answers.base import AnswerBase
from campaigns.answers.unanswered import Group, as_json, list_unanswered
from core.ports import InteractionState
from models import Interaction
from tests.campaigns.answers.answers import NOON, row, stored
from tests.guides.brand import person

pytestmark = pytest.mark.usefixtures("database")
_numbers = iter(range(1, 10_000))


async def said(openid: str, words: str, handler: str = "answer_missed", kind: str = "text", days_ago: int = 1) -> None:
    who = await person(openid)
    at = NOON - timedelta(days=days_ago)
    field = "Content" if kind == "text" else "Recognition"
    await Interaction.create(
        message_key=f"k{next(_numbers)}", app_id=who.app_id, identity_id=who.identity_id, kind=kind, occurred_at=at,
        received_at=at, fields_={field: words}, state=InteractionState.ANSWERED, handler=handler,
    )  # fmt: skip


def told(groups: list[Group]) -> list[tuple[int, int, tuple[str, ...]]]:
    return [(group.customers, group.times, group.examples) for group in groups]


async def test_alike_are_one_group_and_the_most_asked_comes_first() -> None:
    base = await stored()
    await said("a", "羽绒服是什么颜色")
    await said("b", "羽绒服是哪种颜色")
    await said("c", "羽绒服是什么颜色？", kind="voice")
    await said("c", "羽绒服是什么颜色？")
    for _ in range(3):
        await said("a", "你们招聘店员吗")
    await said("b", "好的，谢谢", handler="fallback")
    groups = await list_unanswered(base, NOON - timedelta(days=30), NOON)
    assert told(groups) == [
        (3, 4, ("羽绒服是什么颜色", "羽绒服是哪种颜色")),
        (1, 3, ("你们招聘店员吗",)),
    ]
    assert groups[0].nearest is not None and groups[0].nearest.answer.code == "down-wash"
    assert as_json(groups[1]) == {"customers": 1, "times": 3, "examples": ["你们招聘店员吗"], "nearest": None}


async def test_only_what_missed_within_the_days_and_still_has_no_answer() -> None:
    base = await stored()
    await said("a", "怎么退货啊")  # asked before the answer was stored
    await said("a", "鞋子可以机洗吗", handler="question")
    await said("a", "鞋子可以机洗吗", days_ago=8)
    await said("a", "鞋子可以机洗吗", kind="image")
    assert await list_unanswered(base, NOON - timedelta(days=7), NOON) == []
    await stored(row("other", "另一个问题", "答"))
    assert told(await list_unanswered(base, NOON - timedelta(days=9), NOON)) == [(1, 1, ("鞋子可以机洗吗",))]


async def test_with_nothing_stored_what_the_fallback_took_is_listed() -> None:
    await said("a", "有没有停车场", handler="fallback")
    groups = await list_unanswered(AnswerBase(), NOON - timedelta(days=7), NOON)
    assert told(groups) == [(1, 1, ("有没有停车场",))]


async def test_numbers_of_orders_and_phones_are_not_shown() -> None:
    base = await stored()
    await said("a", "订单JD2026112300017的围巾是哪款，打13800001111，满300吗")
    (group,) = await list_unanswered(base, NOON - timedelta(days=7), NOON)
    assert group.examples == ("订单…的围巾是哪款，打…，满300吗",)
