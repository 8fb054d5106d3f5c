"""What leaves by each channel, as the simulator's platform takes it."""

from __future__ import annotations

import dataclasses

import pytest

from bot.client.messages import message_body
from bot.client.sender import WeChatSender, api_of
from core.accounts import AccountKind
from core.channels import Channel
from core.errors import Retryable, Terminal, Unknown
from core.messages import Image, News, Text, reply_to_json
from simulator.state.stocks import Act
from tests.wechat import MINI_ID, SHOP_ID, Caller, SimulatedWeChat

NEWS = News("新品", "羽绒服", "https://shop.example/p.jpg", "https://shop.example/1")
MENU = {
    "kind": "msgmenu",
    "head": "这次服务您满意吗?",
    "list": [{"id": 101, "content": "满意"}, {"id": "102", "content": "不满意"}],
    "tail": "感谢您的评价",
}


def template_of(wechat: SimulatedWeChat, app_id: str) -> str:
    return wechat.world.app(app_id).account.templates[0]


def notice(wechat: SimulatedWeChat, app_id: str = SHOP_ID, **more: object) -> dict:
    return {"template_id": template_of(wechat, app_id), "data": {"thing1": "羽绒服", "number2": 3}, **more}


async def test_sender_reaches_a_person_of_either_kind_of_account(caller: Caller, wechat: SimulatedWeChat) -> None:
    sender = WeChatSender(caller.client)
    wechat.follower("oA")
    wechat.writes("oA")
    wechat.writes("mA", MINI_ID)
    card = {"kind": "miniprogrampage", "title": "衬衫", "appid": "wxm", "pagepath": "p/1", "thumb_media_id": "M"}
    both = [reply_to_json(Text("您好")), reply_to_json(Image("M1")), reply_to_json(NEWS), card]
    for payload in [*both, MENU]:
        assert await sender.send(wechat.shop, "oA", "custom", dict(payload), "") == ""
    for payload in both:
        assert await sender.send(wechat.mini, "mA", "mini_custom", dict(payload), "") == ""
    types = [row.msgtype for row in wechat.world.ledger.rows]
    assert types == ["text", "image", "news", "miniprogrampage", "msgmenu", "text", "image", "link", "miniprogrampage"]


async def test_sender_sends_the_words_unescaped(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.follower("oA")
    await WeChatSender(caller.client).send(wechat.shop, "oA", "custom", {"kind": "text", "text": "您好"}, "")
    assert wechat.accepted == [("oA", "您好")]


async def test_template_message_goes_once_for_one_client_id(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.follower("oA")
    sender, payload = WeChatSender(caller.client), notice(wechat, url="https://shop.example/1")
    first = await sender.send(wechat.shop, "oA", "template", payload, "c1")
    assert await sender.send(wechat.shop, "oA", "template", payload, "c1") == first
    [row] = wechat.world.ledger.rows
    assert (str(row.msgid), row.api, row.client_msg_id, row.text) == (first, "template", "c1", "羽绒服 3")
    assert row.message["url"] == "https://shop.example/1"
    assert row.message["data"] == {"thing1": {"value": "羽绒服"}, "number2": {"value": "3"}}


async def test_client_id_that_wechat_calls_known_is_success(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.follower("oA")
    wechat.world.turn({"repeat_code": 45065})
    sender = WeChatSender(caller.client)
    assert await sender.send(wechat.shop, "oA", "template", notice(wechat), "c1") != ""
    assert await sender.send(wechat.shop, "oA", "template", notice(wechat), "c1") == ""
    assert len(wechat.accepted) == 1


async def test_lost_answer_of_a_template_message_may_be_asked_for_again(
    caller: Caller, wechat: SimulatedWeChat
) -> None:
    wechat.follower("oA")
    wechat.world.turn({"lost_share": 1.0})
    sender = WeChatSender(caller.client)
    with pytest.raises(Unknown):
        await sender.send(wechat.shop, "oA", "template", notice(wechat), "c1")
    wechat.world.turn({"lost_share": 0.0})
    assert await sender.send(wechat.shop, "oA", "template", notice(wechat), "c1") == str(
        wechat.world.ledger.rows[0].msgid
    )
    assert len(wechat.accepted) == 1


@pytest.mark.parametrize(
    ("channel", "app_id", "target"),
    [
        ("subscribe", SHOP_ID, {"page": "https://shop.example/1"}),
        ("subscribe", SHOP_ID, {"miniprogram": {"appid": MINI_ID, "pagepath": "pages/index/index?a=1"}}),
        ("mini_subscribe", MINI_ID, {"page": "pages/index/index?a=1"}),
    ],
)
async def test_one_accept_buys_one_notice(
    caller: Caller, wechat: SimulatedWeChat, channel: str, app_id: str, target: dict
) -> None:
    account, sender = wechat.shop if app_id == SHOP_ID else wechat.mini, WeChatSender(caller.client)
    payload = notice(wechat, app_id, **target)
    wechat.world.note(app_id, "oA", Act.GRANT, template=template_of(wechat, app_id))
    msgid = await sender.send(account, "oA", channel, payload, "c1")
    with pytest.raises(Terminal) as caught:
        await sender.send(account, "oA", channel, payload, "c2")
    assert (caught.value.code, caught.value.reason) == (43101, "no_grant")
    [row] = wechat.world.ledger.rows
    assert (str(row.msgid), row.client_msg_id) == (msgid, "")
    assert {name: row.message[name] for name in target} == target


async def test_notice_without_a_msgid_is_sent_all_the_same(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.world.turn({"names_notices": False})
    wechat.world.note(MINI_ID, "oA", Act.GRANT, template=template_of(wechat, MINI_ID))
    assert (
        await WeChatSender(caller.client).send(wechat.mini, "oA", "mini_subscribe", notice(wechat, MINI_ID), "") == ""
    )
    assert len(wechat.accepted) == 1


async def test_banned_template_and_value_too_long_say_which(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.world.note(MINI_ID, "oA", Act.GRANT, template=template_of(wechat, MINI_ID))
    sender = WeChatSender(caller.client)
    with pytest.raises(Terminal) as caught:
        payload = notice(wechat, MINI_ID) | {"data": {"thing1": "长" * 21}}
        await sender.send(wechat.mini, "oA", "mini_subscribe", payload, "")
    assert caught.value.reason == "malformed" and "(thing1)" in caught.value.detail
    wechat.world.turn({"banned_templates": [template_of(wechat, MINI_ID)]})
    with pytest.raises(Terminal) as caught:
        await sender.send(wechat.mini, "oA", "mini_subscribe", notice(wechat, MINI_ID), "")
    assert caught.value.reason == "template_banned"
    assert wechat.accepted == []


async def test_page_the_mini_program_lacks_is_named(caller: Caller, wechat: SimulatedWeChat) -> None:
    app = wechat.world.app(MINI_ID)
    app.account = dataclasses.replace(app.account, pages=("pages/index/index",))
    wechat.world.note(MINI_ID, "oA", Act.GRANT, template=template_of(wechat, MINI_ID))
    sender = WeChatSender(caller.client)
    with pytest.raises(Terminal) as caught:
        await sender.send(wechat.mini, "oA", "mini_subscribe", notice(wechat, MINI_ID, page="pages/gone"), "")
    assert caught.value.reason == "page_missing"
    await sender.send(wechat.mini, "oA", "mini_subscribe", notice(wechat, MINI_ID, page="pages/index/index?a=1"), "")


async def test_two_notices_at_once_to_one_person_may_be_repeated(caller: Caller, wechat: SimulatedWeChat) -> None:
    wechat.world.note(MINI_ID, "oA", Act.GRANT, template=template_of(wechat, MINI_ID))
    wechat.world.app(MINI_ID).sending.add("oA")
    with pytest.raises(Retryable) as caught:
        await WeChatSender(caller.client).send(wechat.mini, "oA", "mini_subscribe", notice(wechat, MINI_ID), "")
    assert caught.value.code == 43108
    assert wechat.accepted == []


MALFORMED = [
    ("template", {"kind": "text", "text": "x"}),
    ("template", {"template_id": "T", "data": {}}),
    ("template", {"template_id": "T", "data": {"thing1": None}}),
    ("template", {"template_id": "T", "data": {"thing1": "x"}, "miniprogram": {"appid": "wxm"}}),
    ("subscribe", {"data": {"thing1": "x"}}),
    ("custom", {"kind": "music"}),
    ("custom", {"kind": "text"}),
    ("custom", {}),
    ("custom", MENU | {"list": []}),
    ("custom", MENU | {"list": [{"id": "1"}]}),
    ("custom", {"kind": "msgmenu", "head": "?", "list": MENU["list"]}),
    ("guide_task", {"words": "x"}),
    ("pigeon", {"kind": "text", "text": "x"}),
    # Channels of the other kind of account.
    ("mini_custom", {"kind": "text", "text": "x"}),
    ("mini_subscribe", {"template_id": "T", "data": {"thing1": "x"}}),
]


@pytest.mark.parametrize(("channel", "payload"), MALFORMED)
async def test_what_cannot_be_sent_is_final_and_never_called(
    caller: Caller, wechat: SimulatedWeChat, channel: str, payload: dict
) -> None:
    wechat.follower("oA")
    with pytest.raises(Terminal) as caught:
        await WeChatSender(caller.client).send(wechat.shop, "oA", channel, payload, "c1")
    assert caught.value.reason == "malformed"
    assert sum(wechat.world.ledger.calls.values()) == 0


def test_every_channel_through_wechat_has_an_api() -> None:
    paths = {channel: api_of(channel) for channel in Channel if channel.account_kind}
    assert paths == {
        Channel.CUSTOM: "/cgi-bin/message/custom/send",
        Channel.MINI_CUSTOM: "/cgi-bin/message/custom/send",
        Channel.TEMPLATE: "/cgi-bin/message/template/send",
        Channel.SUBSCRIBE: "/cgi-bin/message/subscribe/bizsend",
        Channel.MINI_SUBSCRIBE: "/cgi-bin/message/subscribe/send",
    }
    with pytest.raises(Terminal):
        api_of(Channel.GUIDE_TASK)


def test_article_goes_out_under_wechats_names() -> None:
    payload = reply_to_json(NEWS)
    assert message_body(AccountKind.OFFICIAL_ACCOUNT, payload) == {
        "msgtype": "news",
        "news": {
            "articles": [
                {
                    "title": "新品",
                    "description": "羽绒服",
                    "url": "https://shop.example/1",
                    "picurl": "https://shop.example/p.jpg",
                }
            ]
        },
    }
    assert message_body(AccountKind.MINI_PROGRAM, payload)["link"]["thumb_url"] == "https://shop.example/p.jpg"


def test_menu_goes_out_under_wechats_names() -> None:
    assert message_body(AccountKind.OFFICIAL_ACCOUNT, MENU) == {
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": "这次服务您满意吗?",
            "list": [{"id": "101", "content": "满意"}, {"id": "102", "content": "不满意"}],
            "tail_content": "感谢您的评价",
        },
    }
