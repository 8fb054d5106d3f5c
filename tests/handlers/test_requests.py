"""Asking for a person, consent given and withdrawn."""

from __future__ import annotations

import pytest

from core.messages import Transfer
from customers.consent import has_location_consent, is_granted
from models import Consent, Customer, Interaction, Purpose, Task, TaskState
from tests.guides.brand import APP
from tests.handlers.shop import HOTLINE, MINI, Shop, planned


async def test_human_stores_one_open_request_for_the_own_guide(any_shop: Shop) -> None:
    await any_shop.happen("subscribe", EventKey="qrscene_g_G1")
    assert await any_shop.say("人工！！") == (
        "已记下您的请求，并列入人民广场店的导购小李的待办。\n"
        "着急的话可以直接致电门店：021-11111111\n人民广场店：今日10:00-22:00（营业中，22:00打烊）"
    )
    task = await Task.get().prefetch_related("guide")
    assert (task.guide.code, task.state, task.reason) == ("G1", TaskState.OPEN, "客户请求人工：“人工！！”")
    assert (await any_shop.say("转人工")).startswith("您之前的请求已经记下，还在等待处理，不用重复发送。")
    assert await Task.all().count() == 1


async def test_human_without_guide_promises_nothing(shop: Shop) -> None:
    assert await shop.say("人工") == "已记下您的请求，等待同事处理。"
    assert (await Task.get()).guide_id is None


async def test_human_is_handed_over_where_the_account_can(shop: Shop) -> None:
    reply = await shop.push({"MsgType": "text", "Content": "人工客服呢"}, account=HOTLINE)
    assert reply == Transfer()
    assert await Task.all().count() == 1


async def test_human_in_a_mini_program_is_answered_by_a_delivery(shop: Shop) -> None:
    assert await shop.push({"MsgType": "text", "Content": "人工"}, account=MINI) is None
    assert await planned() == ["已记下您的请求，等待同事处理。"]


@pytest.mark.parametrize("words", ["退订", "退訂", "TD", "td。", "我要退订", "不要再发了"])
async def test_marketing_is_withdrawn(shop: Shop, words: str) -> None:
    assert await shop.say(words) == (
        "已为您退订，我们不会再主动发送营销信息。您随时可以继续咨询；想重新接收请回复“恢复”。"
    )
    line = await Consent.get()
    assert (line.purpose, line.is_granted, line.channel) == (Purpose.MARKETING, False, "official_account")
    assert line.interaction_id == (await Interaction.get()).id


async def test_marketing_is_given_back_with_the_text_agreed_to(shop: Shop) -> None:
    await shop.say("退订")
    assert await shop.say("恢复") == (
        "好的，已为您记录：同意我们通过微信向您发送新品、活动和优惠信息。回复“退订”可随时停止。"
    )
    assert await is_granted((await Customer.get()).id, Purpose.MARKETING)
    assert await Consent.all().count() == 2


@pytest.mark.parametrize("words", ["不想退订", "怎么退订", "我不要恢复", "退订短信的事我再想想"])
async def test_words_about_consent_are_no_consent(shop: Shop, words: str) -> None:
    await shop.say(words)
    assert await shop.handler_of_last() == "fallback"
    assert await Consent.all().count() == 0


async def test_location_consent_is_given_and_withdrawn(shop: Shop) -> None:
    assert (await shop.say("同意位置")).startswith("好的，已为您记录：同意我们保存您的大致位置")
    assert await has_location_consent(APP, "o1")
    assert (await shop.say("撤回位置")).startswith("已撤回，保存的位置已删除。")
    assert not await has_location_consent(APP, "o1")


async def test_withdrawn_location_deletes_what_the_journal_kept(shop: Shop) -> None:
    await shop.say("同意位置")
    await shop.push({"MsgType": "location", "Location_X": "31.2354", "Location_Y": "121.4756", "Label": "黄浦区"})
    kept = (await Interaction.get(kind="location")).fields_
    assert abs(float(kept["Location_X"]) - 31.2354) < 0.006
    await shop.say("撤回位置")
    blanked = (await Interaction.get(kind="location")).fields_
    assert (blanked["Location_X"], blanked["Location_Y"], blanked["Label"]) == ("", "", "")


async def test_who_says_in_a_sentence_to_stop_is_no_longer_written_to(shop: Shop) -> None:
    assert "已为您退订" in await shop.say("消息太多了，退订")
    assert "已为您退订" in await shop.say("別再發廣告給我了好嗎", openid="o2")
