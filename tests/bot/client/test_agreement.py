"""An independent client (wechatpy) asks WeChat for the same things in the same words, where it knows the API."""

from __future__ import annotations

import asyncio
import io
import json
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from wechatpy import WeChatClient as Theirs
from wechatpy.client.api import WeChatWxa

from bot.client.client import WeChatClient
from bot.client.media import upload_picture
from bot.client.messages import send_custom
from bot.client.mini_codes import get_mini_code
from bot.client.sender import WeChatSender
from core.accounts import Account
from simulator.api.picture import draw
from simulator.state.stocks import Act
from tests.wechat import MINI_ID, SHOP_ID, Caller, ScriptedWeChat, SimulatedWeChat, mini_account

PNG = draw("picture")
DATA = {"thing1": {"value": "羽绒服"}, "number2": {"value": "3"}}
OURS = {"template_id": "T", "data": {"thing1": "羽绒服", "number2": 3}}
MINI_PAGE = {"appid": "wxm", "pagepath": "pages/index?a=1"}
CARD = {"title": "衬衫", "appid": "wxm", "pagepath": "p/1", "thumb_media_id": "M"}
ARTICLE = {"title": "新品", "description": "羽绒服", "url": "https://s.example/1"}
MENU = {"head_content": "满意吗", "list": [{"id": "1", "content": "是"}], "tail_content": "谢谢"}

Ours = Callable[[WeChatClient, Account], Awaitable[object]]
"""What our client does for an account."""


def theirs(base: str, token: str = "T") -> Theirs:
    class Wxa(WeChatWxa):
        API_BASE_URL = f"{base}/"

    class Client(Theirs):
        API_BASE_URL = f"{base}/cgi-bin/"
        wxa = Wxa()

    return Client("wx", "secret", access_token=token)


async def call(ask: Callable[[], object]) -> Any:
    """Their client blocks, so it works in a thread of its own."""

    def quietly() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return ask()

    return await asyncio.to_thread(quietly)


def custom(payload: dict[str, Any]) -> Ours:
    return lambda client, account: send_custom(client, account, "oA", payload)


def notice(channel: str, **more: object) -> Ours:
    return lambda client, account: WeChatSender(client).send(account, "oA", channel, {**OURS, **more}, "")


SENDS: dict[str, tuple[Callable[[Theirs], object], Ours]] = {
    "text": (lambda t: t.message.send_text("oA", "您好"), custom({"kind": "text", "text": "您好"})),
    "image": (lambda t: t.message.send_image("oA", "M"), custom({"kind": "image", "media_id": "M"})),
    "news": (
        lambda t: t.message.send_articles("oA", [{**ARTICLE, "image": "https://s.example/p.jpg"}]),
        custom({"kind": "news", **ARTICLE, "picture_url": "https://s.example/p.jpg"}),
    ),
    "card": (lambda t: t.message.send_mini_program_page("oA", CARD), custom({"kind": "miniprogrampage", **CARD})),
    "menu": (
        lambda t: t.message.send_msg_menu("oA", MENU),
        custom({"kind": "msgmenu", "head": "满意吗", "list": MENU["list"], "tail": "谢谢"}),
    ),
    "template": (
        lambda t: t.message.send_template("oA", "T", DATA, url="https://s.example", mini_program=MINI_PAGE),
        notice("template", url="https://s.example", miniprogram=MINI_PAGE),
    ),
    "subscribe": (
        lambda t: t.message.send_subscribe_message("oA", "T", DATA, miniprogram=MINI_PAGE, page="https://s.example"),
        notice("subscribe", miniprogram=MINI_PAGE, page="https://s.example"),
    ),
}
MINI_SENDS: dict[str, tuple[Callable[[Theirs], object], Ours]] = {
    "link": (
        lambda t: t.message.send_link("oA", {**ARTICLE, "thumb_url": "https://s.example/p.jpg"}),
        custom({"kind": "news", **ARTICLE, "picture_url": "https://s.example/p.jpg"}),
    ),
    "mini subscribe": (
        lambda t: t.wxa.send_subscribe_message("oA", "T", DATA, page="pages/index?a=1"),
        notice("mini_subscribe", page="pages/index?a=1"),
    ),
}


def listen(scripted: ScriptedWeChat, *paths: str) -> list[tuple[str, str, Any]]:
    """What comes to those paths: method, path and JSON body."""
    heard: list[tuple[str, str, Any]] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append((request.method, request.path, json.loads(scripted.bodies[-1])))
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    scripted.answers |= dict.fromkeys(paths, answer)
    return heard


@pytest.mark.parametrize("name", [*SENDS, *MINI_SENDS])
async def test_both_send_the_same(caller: Caller, scripted: ScriptedWeChat, name: str) -> None:
    paths = ("custom/send", "template/send", "subscribe/bizsend", "subscribe/send")
    heard = listen(scripted, *(f"/cgi-bin/message/{path}" for path in paths))
    their_way, our_way = {**SENDS, **MINI_SENDS}[name]
    await call(lambda: their_way(theirs(scripted.base)))
    await our_way(caller.client, scripted.shop if name in SENDS else mini_account(scripted.base))
    first, second = heard
    assert first == second


async def test_both_upload_the_same(caller: Caller, wechat: SimulatedWeChat) -> None:
    ours = await upload_picture(caller.client, wechat.shop, PNG)
    picture = io.BytesIO(PNG)
    picture.name = "picture.png"
    token, _ = wechat.world.app(SHOP_ID).tokens.issue_stable()
    answer = await call(lambda: theirs(wechat.base, token).media.upload("image", picture))
    kept = wechat.world.app(SHOP_ID).media.kept
    assert list(kept) == [ours.media_id, answer["media_id"]]
    assert len({media.digest for media in kept.values()}) == 1


async def test_both_get_the_same_code(caller: Caller, wechat: SimulatedWeChat) -> None:
    ours = await get_mini_code(caller.client, wechat.mini, "g=G001", "pages/index")
    token, _ = wechat.world.app(MINI_ID).tokens.issue_stable()
    answer = await call(lambda: theirs(wechat.base, token).wxa.get_wxa_code_unlimited("g=G001", page="pages/index"))
    assert ours == answer.content == draw(f"{MINI_ID}/pages/index/g=G001")


async def test_simulator_takes_their_notices_too(wechat: SimulatedWeChat) -> None:
    app = wechat.world.app(SHOP_ID)
    template = app.account.templates[0]
    wechat.follower("oA")
    wechat.world.note(SHOP_ID, "oA", Act.GRANT, template=template)
    token, _ = app.tokens.issue_stable()
    answers = [
        await call(lambda: theirs(wechat.base, token).message.send_template("oA", template, DATA)),
        await call(lambda: theirs(wechat.base, token).message.send_subscribe_message("oA", template, DATA)),
    ]
    assert [row.msgid for row in wechat.world.ledger.rows] == [answer["msgid"] for answer in answers]
    assert [row.api for row in wechat.world.ledger.rows] == ["template", "subscribe"]
