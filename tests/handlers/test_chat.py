"""Menu, voice, media, mini-program chat, configured words and what nobody understands."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.keyword_replies import import_rows
from core.messages import Text
from models import Interaction, Task
from tests.handlers.shop import MINI, Shop, planned, words_in

NOT_UNDERSTOOD = (
    "您的留言收到了，不过自动回复还听不懂这句话。您可以回复“附近门店”“营业时间”“我的导购”；想找人请回复“人工”。"
)


async def configure(shop: Shop, *rows: tuple[str, str, str]) -> None:
    await import_rows([{"keyword": keyword, "match": match, "reply": reply} for keyword, match, reply in rows])
    await shop.rooms.keywords.refresh()


async def test_text_nobody_understands_is_answered_honestly(shop: Shop) -> None:
    assert await shop.say("这件大衣有现货吗") == NOT_UNDERSTOOD


@pytest.mark.parametrize("event", ["VIEW", "view_miniprogram", "TEMPLATESENDJOBFINISH", "never_heard_of"])
async def test_other_events_are_stored_in_silence(shop: Shop, event: str) -> None:
    assert await shop.happen(event, EventKey="https://example.com/") is None
    assert (await Interaction.get()).kind == f"event.{event.lower()}"


async def test_configured_words_exact_and_contained(shop: Shop) -> None:
    await configure(shop, ("会员日", "contains", "每月18日"), ("尺码", "exact", "请看尺码表"))
    assert await shop.say("请问會員日是哪天") == "每月18日"
    assert await shop.say(" 尺码 ") == "请看尺码表"
    assert await shop.say("尺码偏大吗") == NOT_UNDERSTOOD


async def test_fixed_wishes_come_before_configured_words(shop: Shop) -> None:
    await configure(shop, ("门店", "contains", "configured"))
    assert await shop.say("附近门店") != "configured"
    assert await shop.say("门店太远了") == "configured"


async def test_menu_key_equal_to_a_wish_gets_the_same_answer(shop: Shop) -> None:
    said = await shop.say("我的导购")
    assert words_in(await shop.happen("CLICK", EventKey="我的导购")) == said
    assert words_in(await shop.happen("CLICK", EventKey="MY_GUIDE")) == said
    assert words_in(await shop.happen("CLICK", EventKey="人工")) == "已记下您的请求，等待同事处理。"
    assert await Task.all().count() == 1


async def test_menu_key_equal_to_a_keyword_gets_its_reply(shop: Shop) -> None:
    await configure(shop, ("NEW_ARRIVALS", "exact", "本周上新：羊毛大衣"))
    assert await shop.happen("CLICK", EventKey="NEW_ARRIVALS") == Text("本周上新：羊毛大衣")


async def test_unknown_menu_key_says_so(shop: Shop) -> None:
    assert words_in(await shop.happen("CLICK", EventKey="V1001")).startswith("这个菜单暂时没有自动回复的内容。")


def voice(recognition: str | None) -> dict[str, Any]:
    fields = {"MsgType": "voice", "MediaId": "m", "Format": "amr"}
    return fields if recognition is None else fields | {"Recognition": recognition}


async def test_voice_with_recognition_counts_as_text(shop: Shop) -> None:
    await configure(shop, ("会员日", "contains", "每月18日"))
    assert words_in(await shop.push(voice("我的导购。"))).startswith("您还没有专属导购。")
    assert words_in(await shop.push(voice("会员日是几号"))) == "每月18日"
    assert words_in(await shop.push(voice("这件大衣有现货吗。"))) == NOT_UNDERSTOOD


@pytest.mark.parametrize("recognition", [None, "", " "])
async def test_voice_without_words_says_so(shop: Shop, recognition: str | None) -> None:
    words = words_in(await shop.push(voice(recognition)))
    assert words == "语音收到了，但没能转成文字。请打字告诉我们您的问题，或回复“人工”找人。"


@pytest.mark.parametrize(
    ("kind", "shown"), [("image", "图片"), ("video", "视频"), ("shortvideo", "视频"), ("link", "链接")]
)
async def test_media_is_acknowledged_without_a_promise(shop: Shop, kind: str, shown: str) -> None:
    words = words_in(await shop.push({"MsgType": kind, "MediaId": "m", "Title": "t", "Url": "https://example.com/"}))
    assert words == f"{shown}收到了，但自动回复看不懂{shown}内容。请打字说说您想了解什么，或回复“人工”找人。"
    assert await Task.all().count() == 0


async def test_entering_a_mini_programs_chat_is_greeted_by_a_delivery(shop: Shop) -> None:
    assert await shop.happen("user_enter_tempsession", account=MINI, SessionFrom="pages/index") is None
    assert await planned() == ["您好，这里是知音。您可以回复“附近门店”“营业时间”“我的导购”；想找人请回复“人工”。"]


@pytest.mark.parametrize(
    ("title", "named"), [("双面羊毛大衣", "“双面羊毛大衣”"), ("", "您分享的页面"), ("长" * 50, "“" + "长" * 40 + "”")]
)
async def test_page_card_is_named_back(shop: Shop, title: str, named: str) -> None:
    await shop.push({"MsgType": "miniprogrampage", "Title": title, "AppId": "a", "PagePath": "p"}, account=MINI)
    assert await planned() == [f"收到{named}。想了解尺码、库存等情况，请打字告诉我们，或回复“人工”找人。"]


async def test_no_handler_answers_more_than_wechat_takes(shop: Shop) -> None:
    for words in ("附近门店", "上海门店", "人工", "退订", "同意位置", "营业时间", "我的导购", "什么"):
        assert len((await shop.say(words)).encode()) <= 2048
