"""Questions with a stored answer, near misses, choices, and the person who is asked after two misses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from campaigns.answers.storing import import_rows, remove
from campaigns.keyword_replies import import_rows as import_keywords
from core.messages import Transfer
from models import Task
from tests.campaigns.answers.answers import NOON, SHOP, row
from tests.handlers.shop import HOTLINE, MINI, Shop, planned, words_in
from tests.handlers.test_chat import NOT_UNDERSTOOD, voice

DOWN = "羽绒服请手洗，不要机洗。"
UNKNOWN = "这个牌子的创始人叫啥名字"


async def store(shop: Shop, *rows: dict[str, str]) -> None:
    await import_rows(rows or SHOP, NOON)
    await shop.rooms.answers.refresh()


async def test_the_issues_questions_get_their_stored_answers(any_shop: Shop) -> None:
    await store(any_shop)
    assert await any_shop.say("这件羽绒服可以机洗吗") == DOWN
    assert await any_shop.say("怎么退货啊") == "7天内可在小程序“我的订单”申请退货。"
    assert await any_shop.say("請問 退款幾天到帳？？？😊") == "审核通过后1到3天原路退回。"
    assert await any_shop.handler_of_last() == "question"
    assert await Task.all().count() == 0


async def test_fixed_wishes_and_keywords_come_first(shop: Shop) -> None:
    await store(shop, *SHOP, row("hours", "你们几点关门|发票抬头", "stored"))
    await import_keywords([{"keyword": "发票", "match": "contains", "reply": "发票请看这里"}])
    await shop.rooms.keywords.refresh()
    assert (await shop.say("你们几点关门")).startswith("各门店的营业时间不同。")
    assert await shop.say("怎么开发票") == "发票请看这里"


async def test_with_nothing_stored_all_is_as_before(shop: Shop) -> None:
    await shop.rooms.answers.refresh()
    for words in ("这件羽绒服可以机洗吗", "1", UNKNOWN, UNKNOWN):
        assert await shop.say(words) == NOT_UNDERSTOOD
        assert await shop.handler_of_last() == "fallback"
    assert await Task.all().count() == 0


async def test_voice_is_asked_like_text(shop: Shop) -> None:
    await store(shop)
    assert words_in(await shop.push(voice("羽绒服可以机洗吗。"))) == DOWN


async def test_near_misses_are_suggested_and_chosen_by_number(any_shop: Shop) -> None:
    await store(any_shop)
    said = await any_shop.say("羽绒服是什么颜色的呀")
    assert said.splitlines()[:2] == ["您是不是想问：", "1. 羽绒服怎么洗"]
    assert await any_shop.handler_of_last() == "answer_missed"
    await any_shop.happen("VIEW", EventKey="https://example.com/")  # says nothing and takes no suggestion away
    assert await any_shop.say("１") == DOWN
    assert await any_shop.handler_of_last() == "answer_choice"
    assert await any_shop.say("1") == NOT_UNDERSTOOD  # nothing waits for a number any more


async def test_a_suggestion_made_by_another_process_is_chosen_from_the_journal(shop: Shop) -> None:
    await store(shop)
    await shop.say("羽绒服是什么颜色的呀")
    await remove("return")  # and the base changed meanwhile
    await shop.rooms.answers.refresh()
    assert await shop.say("第一个") == DOWN


@pytest.mark.parametrize(("minutes", "expected"), [(29, DOWN), (31, NOT_UNDERSTOOD)])
async def test_a_suggestion_waits_half_an_hour(shop: Shop, minutes: int, expected: str) -> None:
    await store(shop)
    await shop.say("羽绒服是什么颜色的呀")
    shop.moment += timedelta(minutes=minutes)
    assert await shop.say("1") == expected


async def test_a_number_without_a_suggestion_may_be_a_keyword(shop: Shop) -> None:
    await store(shop)
    await import_keywords([{"keyword": "1", "match": "exact", "reply": "新品目录"}])
    await shop.rooms.keywords.refresh()
    assert await shop.say("1") == "新品目录"
    await shop.say("羽绒服是什么颜色的呀")
    assert await shop.say("1") == DOWN
    assert await shop.say("9") == NOT_UNDERSTOOD


async def test_what_nothing_comes_near_is_answered_honestly(shop: Shop) -> None:
    await store(shop)
    assert await shop.say(UNKNOWN) == NOT_UNDERSTOOD
    assert await shop.handler_of_last() == "answer_missed"


async def test_courtesy_is_no_miss(shop: Shop) -> None:
    await store(shop)
    for words in ("好的，谢谢", "嗯嗯", "你好", "👌"):
        assert await shop.say(words) == NOT_UNDERSTOOD
        assert await shop.handler_of_last() == "fallback"
    assert await Task.all().count() == 0


async def test_a_second_miss_within_ten_minutes_goes_to_a_person_with_both_questions(any_shop: Shop) -> None:
    await store(any_shop)
    await any_shop.say(UNKNOWN)
    any_shop.moment += timedelta(minutes=9)
    words = await any_shop.say("模特戴的围巾是哪一季的")
    assert words == "这个问题自动回复答不上来，已把您的问题记下，等待同事处理。"
    task = await Task.get()
    assert (task.kind, task.reason) == (
        "human",
        f"自动回复连续两次没答上来：“{UNKNOWN}”“模特戴的围巾是哪一季的”",
    )
    assert "您之前的请求还在等待处理" in await any_shop.say("模特戴的手表是什么款")
    assert await Task.all().count() == 1


async def test_an_answer_between_or_a_longer_while_is_no_row(shop: Shop) -> None:
    await store(shop)
    await shop.say(UNKNOWN)
    assert await shop.say("怎么退货") == "7天内可在小程序“我的订单”申请退货。"
    await shop.say(UNKNOWN)
    shop.moment += timedelta(minutes=11)
    assert await shop.say(UNKNOWN) == NOT_UNDERSTOOD
    assert await Task.all().count() == 0


async def test_another_persons_miss_does_not_count(shop: Shop) -> None:
    await store(shop)
    await shop.say(UNKNOWN)
    assert await shop.say(UNKNOWN, "o2") == NOT_UNDERSTOOD
    assert await Task.all().count() == 0


async def test_the_own_guide_gets_the_task_and_is_named(shop: Shop) -> None:
    await store(shop)
    await shop.happen("subscribe", EventKey="qrscene_g_G1")
    await shop.say(UNKNOWN)
    lines = (await shop.say(UNKNOWN)).splitlines()
    assert lines[0] == "这个问题自动回复答不上来，已把您的问题列入人民广场店的导购小李的待办。"
    assert lines[1] == "着急的话可以直接致电门店：021-11111111"
    assert (await Task.get().prefetch_related("guide")).guide.code == "G1"


async def test_a_second_miss_is_handed_to_wechats_service_where_that_is_set(shop: Shop) -> None:
    await store(shop)
    await shop.say(UNKNOWN, account=HOTLINE)
    assert await shop.push({"MsgType": "text", "Content": UNKNOWN}, account=HOTLINE) == Transfer()
    assert await Task.all().count() == 1
    assert await shop.say("1", account=HOTLINE) == NOT_UNDERSTOOD  # nothing was suggested


PARKING = [
    row("parking", "有停车场吗", "请以门店现场为准。"),
    row("parking-s1", "有停车场吗", "地下二层停车，消费满200元免两小时。", stores="S1|S2"),
    row("tailor", "可以改裤长吗", "人民广场店可以改裤长。", stores="S1"),
]


async def test_a_stores_own_answer_is_for_its_customers(any_shop: Shop) -> None:
    await store(any_shop, *PARKING)
    await any_shop.happen("subscribe", EventKey="qrscene_g_G1")
    assert await any_shop.say("你们有停车场吗") == "地下二层停车，消费满200元免两小时。"
    assert await any_shop.handler_of_last() == "question_here"
    assert await any_shop.say("你们有停车场吗", "o2") == "请以门店现场为准。"
    assert await any_shop.say("可以改裤长吗") == "人民广场店可以改裤长。"
    assert await any_shop.say("可以改裤长吗", "o2") == NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-10-31T15:59:00+00:00", NOT_UNDERSTOOD),
        ("2026-10-31T16:00:00+00:00", "全场八折"),
        ("2026-11-11T15:59:00+00:00", "全场八折"),
        ("2026-11-11T16:00:00+00:00", NOT_UNDERSTOOD),
    ],
)
async def test_answers_hold_from_day_to_day_in_the_brands_zone(shop: Shop, moment: str, expected: str) -> None:
    await store(shop, row("sale", "双十一有什么活动", "全场八折", valid_from="2026-11-01", valid_until="2026-11-11"))
    shop.moment = datetime.fromisoformat(moment) - timedelta(seconds=1)
    assert await shop.say("双十一有什么活动") == expected


async def test_mini_program_suggestions_are_found_again(shop: Shop) -> None:
    await store(shop)
    await shop.push({"MsgType": "text", "Content": "羽绒服是什么颜色的呀"}, account=MINI)
    await shop.push({"MsgType": "text", "Content": "1"}, account=MINI)
    words = await planned()
    assert words[0].startswith("您是不是想问：\n1. 羽绒服怎么洗") and words[1:] == [DOWN]


async def test_no_reply_is_longer_than_wechat_takes(shop: Shop) -> None:
    filling = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张"
    await store(shop, *[row(f"l{n}", f"羽绒服的洗法{filling}{filling[n:]}"[:100], "答") for n in range(3)])
    said = await shop.say("羽绒服的洗法")
    assert said.startswith("您是不是想问：\n1. 羽绒服的洗法甲乙")
    assert len(said.encode()) <= 2048
