"""Files out and pictures in: uploads, mini-program codes, links to pages."""

from __future__ import annotations

import dataclasses

import pytest

from bot.client.http import Api, Timeouts, Upload
from bot.client.media import KEPT, LARGEST_BYTES, upload_picture
from bot.client.mini_codes import get_mini_code
from bot.client.sender import WeChatSender
from bot.client.url_links import create_url_link
from core.errors import Invalid, Retryable, Terminal
from simulator.api.picture import draw
from tests.wechat import (
    MINI_ID,
    SHOP_ID,
    Caller,
    Hands,
    ScriptedWeChat,
    SimulatedWeChat,
    open_caller,
    says,
    simulated_wechat,
)

PNG = draw("picture")
CODE, UPLOAD, LINK = "/wxa/getwxacodeunlimit", "/cgi-bin/media/upload", "/wxa/generate_urllink"


async def test_uploaded_picture_can_be_sent(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.follower("oA")
    media = await upload_picture(caller.client, wechat.shop, PNG)
    kept = wechat.world.app(SHOP_ID).media.kept[media.media_id]
    assert kept.content_type == "image/png"
    assert media.ends_at.timestamp() == int(kept.made_at) + KEPT.total_seconds()
    payload = {"kind": "image", "media_id": media.media_id}
    await WeChatSender(caller.client).send(wechat.shop, "oA", "custom", payload, "")
    assert [row.message["image"] for row in wechat.world.ledger.rows] == [{"media_id": media.media_id}]


async def test_upload_arrives_byte_for_byte(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[UPLOAD] = {"type": "image", "media_id": "M", "created_at": 1_790_000_000}
    data = b"GIF89a\r\n--\0\xff" * 5_000
    await upload_picture(caller.client, scripted.shop, data)
    body = scripted.bodies[-1]
    assert body.count(data) == 1
    assert b'Content-Disposition: form-data; name="media"; filename="picture.gif"' in body
    assert b"Content-Type: image/gif" in body


async def test_picture_is_refused_after_three_days_and_by_another_account() -> None:
    hands = Hands()
    async with simulated_wechat(hands.epoch) as wechat, open_caller(clock=hands) as caller:
        wechat.follower("oA")
        wechat.writes("mA", MINI_ID)
        media = await upload_picture(caller.client, wechat.shop, PNG)
        payload = {"kind": "image", "media_id": media.media_id}
        with pytest.raises(Terminal) as caught:
            await WeChatSender(caller.client).send(wechat.mini, "mA", "mini_custom", payload, "")
        assert caught.value.reason == "bad_media"
        hands.moment = media.ends_at.replace(microsecond=999_999)
        wechat.writes("oA")
        with pytest.raises(Terminal) as caught:
            await WeChatSender(caller.client).send(wechat.shop, "oA", "custom", payload, "")
        assert caught.value.reason == "bad_media"
        assert wechat.accepted == []


@pytest.mark.parametrize("data", [b"", b"BM not a picture", PNG + b"\0" * LARGEST_BYTES])
async def test_what_is_no_picture_never_leaves(caller: Caller, wechat: SimulatedWeChat, data: bytes) -> None:
    with pytest.raises(Invalid):
        await upload_picture(caller.client, wechat.shop, data)
    assert wechat.calls(UPLOAD) == 0


async def test_upload_has_time_of_its_own(scripted: ScriptedWeChat) -> None:
    scripted.answers[UPLOAD] = says(200, b'{"media_id": "M"}', after_s=0.3)
    upload = Upload("media", "p.png", "image/png", PNG)
    api = Api("POST", UPLOAD, is_repeatable=True, needs_token=False)
    hasty = Timeouts(connect_s=1.0, read_s=0.05, total_s=0.05, upload_s=5.0)
    async with open_caller(timeouts=hasty) as caller:
        assert (await caller.http.exchange(scripted.shop, api, {}, upload)).fields == {"media_id": "M"}
        with pytest.raises(Retryable, match="no sound answer"):
            await caller.http.exchange(scripted.shop, api, {}, {})


async def test_code_is_a_picture(caller: Caller, wechat: SimulatedWeChat) -> None:
    scene = "g=G001&!#$'()*+,/:;=?@-._~abcdeZ"
    picture = await get_mini_code(caller.client, wechat.mini, scene, "pages/index/index")
    assert picture == draw(f"{MINI_ID}/pages/index/index/{scene}")


@pytest.mark.parametrize(
    ("scene", "page", "width", "field"),
    [
        ("", "", 430, "scene"),
        ("x" * 33, "", 430, "scene"),
        ("导购", "", 430, "scene"),
        ("a%20b", "", 430, "scene"),
        ("a b", "", 430, "scene"),
        ("a\n", "", 430, "scene"),
        ("a", "/pages/index", 430, "page"),
        ("a", "pages/index?b=1", 430, "page"),
        ("a", "", 279, "width"),
        ("a", "", 1281, "width"),
    ],
)
async def test_code_wechat_would_refuse_is_never_asked_for(
    caller: Caller, wechat: SimulatedWeChat, scene: str, page: str, width: int, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await get_mini_code(caller.client, wechat.mini, scene, page, width)
    assert caught.value.field == field
    assert wechat.calls(CODE) == 0


async def test_page_that_is_not_published_is_told(caller: Caller, wechat: SimulatedWeChat) -> None:
    app = wechat.world.app(MINI_ID)
    app.account = dataclasses.replace(app.account, pages=("pages/index/index",))
    for attempt in (
        lambda: get_mini_code(caller.client, wechat.mini, "a", "pages/gone"),
        lambda: create_url_link(caller.client, wechat.mini, "pages/gone"),
    ):
        with pytest.raises(Terminal) as caught:
            await attempt()
        assert caught.value.reason == "page_missing"


async def test_error_instead_of_a_picture_keeps_its_code(caller: Caller, scripted: ScriptedWeChat) -> None:
    scripted.answers[CODE] = {"errcode": 40129, "errmsg": "invalid scene rid: 65a0-1b2c"}
    with pytest.raises(Terminal) as caught:
        await get_mini_code(caller.client, scripted.shop, "a")
    assert (caught.value.code, caught.value.reason) == (40129, "malformed")
    assert scripted.calls[CODE] == 1


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"errcode": 0}', b"[]", b""])
async def test_answer_that_is_neither_picture_nor_error_is_unsound(
    caller: Caller, scripted: ScriptedWeChat, body: bytes
) -> None:
    scripted.answers[CODE] = says(200, body)
    with pytest.raises(Retryable, match="no sound answer"):
        await get_mini_code(caller.client, scripted.shop, "a")
    assert scripted.calls[CODE] == 3


async def test_stale_token_is_renewed_for_a_picture_too(caller: Caller, wechat: SimulatedWeChat) -> None:
    await get_mini_code(caller.client, wechat.mini, "a")
    wechat.world.app(MINI_ID).tokens.end_all(forget=True)
    assert await get_mini_code(caller.client, wechat.mini, "a") == draw(f"{MINI_ID}//a")
    assert caller.failures == []


async def test_link_opens_a_page_for_some_days(caller: Caller, wechat: SimulatedWeChat) -> None:
    link = await create_url_link(caller.client, wechat.mini, "pages/index/index", "a=%E4%B8%8A", days=7)
    assert link.startswith("https://wxaurl.cn/")


@pytest.mark.parametrize(
    ("page", "query", "days", "field"),
    [
        ("pages/index?a=1", "", 30, "page"),
        ("", "a=上", 30, "query"),
        ("", "a" * 1025, 30, "query"),
        ("", "", 0, "days"),
        ("", "", 31, "days"),
    ],
)
async def test_link_wechat_would_refuse_is_never_asked_for(
    caller: Caller, wechat: SimulatedWeChat, page: str, query: str, days: int, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await create_url_link(caller.client, wechat.mini, page, query, days)
    assert caught.value.field == field
    assert wechat.calls(LINK) == 0


@pytest.mark.parametrize("path", [UPLOAD, LINK])
async def test_answer_without_what_was_asked_for_is_final(caller: Caller, scripted: ScriptedWeChat, path: str) -> None:
    scripted.answers[path] = {"errcode": 0, "errmsg": "ok"}
    with pytest.raises(Terminal):
        if path == UPLOAD:
            await upload_picture(caller.client, scripted.shop, PNG)
        else:
            await create_url_link(caller.client, scripted.shop)
