"""投诉 and anger: the words reach the guide, the reply promises no more than that, and nothing else answers first."""

from __future__ import annotations

import pytest

from core.messages import Transfer
from models import Task, TaskState
from tests.handlers.shop import HOTLINE, MINI, Shop, planned, words_in
from tests.handlers.test_chat import configure, voice

ANGRY = "怎么还没发货啊急死了"


async def reason_of_task() -> str:
    return (await Task.get()).reason


async def test_anger_goes_to_the_own_guide_with_the_customers_words(any_shop: Shop) -> None:
    await any_shop.happen("subscribe", EventKey="qrscene_g_G1")
    assert await any_shop.say(ANGRY) == (
        "很抱歉让您有不好的体验。您的话已转给人民广场店的导购小李，等待处理。\n"
        "着急的话可以直接致电门店：021-11111111\n人民广场店：今日10:00-22:00（营业中，22:00打烊）"
    )
    task = await Task.get().prefetch_related("guide")
    told = (task.guide.code, task.kind, task.state, task.reason)
    assert told == ("G1", "complaint", TaskState.OPEN, f"客户不满：“{ANGRY}”")
    assert await any_shop.handler_of_last() == "complaint_said"


async def test_more_words_are_added_to_the_open_task(any_shop: Shop) -> None:
    await any_shop.happen("subscribe", EventKey="qrscene_g_G1")
    await any_shop.say("你们发错货了")
    reply = await any_shop.say("垃圾店，再也不来了")
    assert reply.startswith("您补充的话也已转给人民广场店的导购小李，还在等待处理。")
    assert await reason_of_task() == "客户不满：“你们发错货了”；客户不满：“垃圾店，再也不来了”"


async def test_without_a_guide_nobody_is_named(shop: Shop) -> None:
    assert await shop.say("收到的衣服破了个洞") == "很抱歉让您有不好的体验。您的话已记下，等待同事处理。"
    assert await shop.say("我很生气") == "您补充的话也已记下，还在等待同事处理。"
    assert (await Task.get()).guide_id is None


async def test_anger_in_a_voice_message_counts(shop: Shop) -> None:
    await shop.push(voice("你们的客服态度太差了。"))
    assert await reason_of_task() == "客户不满：“你们的客服态度太差了。”"


@pytest.mark.parametrize("words", ["投诉", "我要投诉！", "怎么投诉"])
async def test_the_bare_word_is_a_complaint(shop: Shop, words: str) -> None:
    await shop.say(words)
    assert (await Task.get()).kind == "complaint"
    assert await shop.handler_of_last() == "complaint"


async def test_a_menu_button_may_be_for_complaints(shop: Shop) -> None:
    assert words_in(await shop.happen("CLICK", EventKey="投诉")).startswith("很抱歉")
    assert await Task.all().count() == 1


async def test_the_reply_configured_for_the_bare_word_is_given_and_the_guide_asked_all_the_same(shop: Shop) -> None:
    await configure(shop, ("投诉", "exact", "投诉热线：400-000-0000"))
    assert await shop.say("投诉") == "投诉热线：400-000-0000"
    assert (await Task.get()).kind == "complaint"


async def test_anger_goes_before_a_configured_keyword(shop: Shop) -> None:
    await configure(shop, ("退货", "contains", "七天内可退"))
    assert await shop.say("怎么退货") == "七天内可退"
    assert await Task.all().count() == 0
    assert "七天内可退" not in await shop.say("垃圾质量，我要退货")
    assert await Task.all().count() == 1


@pytest.mark.parametrize(
    ("words", "handler"),
    [
        ("天天发广告烦死了，退订", "marketing_stop_said"),
        ("垃圾店，把我的信息都删掉", "erasure_request_said"),
        ("人工", "human"),
        ("会掉色吗", "fallback"),
        ("别生气嘛", "fallback"),
        ("有没有垃圾桶", "fallback"),
        ("质量很好，很满意", "fallback"),
    ],
)
async def test_what_is_no_complaint_or_asks_for_something_else(shop: Shop, words: str, handler: str) -> None:
    await shop.say(words)
    assert await shop.handler_of_last() == handler
    assert await Task.filter(kind="complaint").count() == 0


async def test_a_complaint_is_handed_over_where_the_account_can(shop: Shop) -> None:
    assert await shop.push({"MsgType": "text", "Content": "你们就是骗子"}, account=HOTLINE) == Transfer()
    assert await reason_of_task() == "客户不满：“你们就是骗子”"


async def test_a_complaint_in_a_mini_program_is_answered_by_a_delivery(shop: Shop) -> None:
    assert await shop.push({"MsgType": "text", "Content": "气死我了"}, account=MINI) is None
    assert await planned() == ["很抱歉让您有不好的体验。您的话已记下，等待同事处理。"]


async def test_a_complaint_and_a_wish_for_a_person_are_two_requests(shop: Shop) -> None:
    await shop.say("人工")
    await shop.say("气死我了")
    assert sorted(await Task.all().values_list("kind", flat=True)) == ["complaint", "human"]
