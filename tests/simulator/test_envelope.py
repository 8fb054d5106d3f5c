"""What is pushed must be what wechatpy, an independent implementation, signs, decrypts and parses."""

import dataclasses
import json

import pytest
from wechatpy import parse_message
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

from simulator import events, messages
from simulator.accounts import Format, Mode
from simulator.envelope import Envelope
from tests.simulator.shop import opened


def seal(account, fragment, **changes):
    account = dataclasses.replace(account, **changes)
    body = events.addressed(account, "oPerson", 1_790_000_000, fragment, msg_id=23_000_000_000_000_007)
    return account, Envelope(account).seal(body, "1790000001", "4711")


@pytest.mark.parametrize("mode", list(Mode))
def test_text_arrives_whole_in_every_mode(config, mode):
    account, sealed = seal(config.account("shop"), messages.text("不要黑色😀 <b>&]]>"), mode=mode)
    check_signature(account.token, sealed.query["signature"], "1790000001", "4711")
    assert opened(account, sealed.query, sealed.data) == {
        "ToUserName": account.original_id,
        "FromUserName": "oPerson",
        "CreateTime": "1790000000",
        "MsgType": "text",
        "Content": "不要黑色😀 <b>&]]>",
        "MsgId": "23000000000000007",
    }
    assert sealed.query["openid"] == "oPerson"


def test_safe_mode_shows_nothing_and_compatible_mode_shows_both(config):
    _, safe = seal(config.account("shop"), messages.text("秘密"), mode=Mode.SAFE)
    _, both = seal(config.account("shop"), messages.text("秘密"), mode=Mode.COMPATIBLE)
    _, plain = seal(config.account("shop"), messages.text("秘密"), mode=Mode.PLAIN)
    assert "秘密".encode() not in safe.data and b"oPerson" not in safe.data
    assert "秘密".encode() in both.data and b"<Encrypt>" in both.data
    assert b"<Encrypt>" not in plain.data and "msg_signature" not in plain.query


def test_a_changed_ciphertext_fails_the_message_signature(config):
    account, sealed = seal(config.account("shop"), messages.text("你好"))
    start = sealed.data.index(b"<Encrypt><![CDATA[") + 18
    forged = sealed.data[:start] + bytes([sealed.data[start] ^ 1]) + sealed.data[start + 1 :]
    with pytest.raises(InvalidSignatureException):
        opened(account, sealed.query, forged)


def test_each_sealing_makes_another_ciphertext(config):
    account, first = seal(config.account("shop"), messages.text("你好"))
    _, second = seal(config.account("shop"), messages.text("你好"))
    assert first.data != second.data
    assert opened(account, first.query, first.data) == opened(account, second.query, second.data)


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        (events.subscribe("g_one", "TICKET"), {"event": "subscribe_scan", "scene_id": "g_one", "ticket": "TICKET"}),
        (events.scan("g_one", "TICKET"), {"event": "scan", "scene_id": "g_one"}),
        (events.location(31.2, 121.4), {"event": "location", "latitude": 31.2, "longitude": 121.4}),
        (events.click("MY_GUIDE"), {"event": "click", "key": "MY_GUIDE"}),
        (events.album("PICS", "a", "b"), {"event": "pic_photo_or_album", "count": 2}),
        (events.template_finished(7, "success"), {"event": "templatesendjobfinish", "id": 7, "status": "success"}),
        (messages.voice("有没有羽绒服"), {"type": "voice", "recognition": "有没有羽绒服", "format": "amr"}),
        (
            messages.place(31.2304, 121.4737, "人民广场"),
            {"type": "location", "location_x": "31.2304", "location_y": "121.4737", "label": "人民广场"},
        ),
        (messages.link("横评", "https://example.com"), {"type": "link", "title": "横评", "url": "https://example.com"}),
    ],
)
def test_wechatpy_parses_what_is_pushed(config, fragment, expected):
    _, sealed = seal(config.account("shop"), fragment, mode=Mode.PLAIN)
    parsed = parse_message(sealed.data)
    assert {name: getattr(parsed, name) for name in expected} == expected


def test_json_puts_the_list_on_top_where_xml_wraps_it(config):
    account, as_json = seal(config.account("mini"), events.popup("T-STOCK", accepted=True))
    fields = opened(account, as_json.query, as_json.data)
    assert fields["List"] == [{"TemplateId": "T-STOCK", "SubscribeStatusString": "accept", "PopupScene": 0}]
    assert "SubscribeMsgPopupEvent" not in fields
    account, as_xml = seal(config.account("mini"), events.popup("T-STOCK", accepted=True), format=Format.XML)
    fields = opened(account, as_xml.query, as_xml.data)
    assert fields["SubscribeMsgPopupEvent"]["List"]["SubscribeStatusString"] == "accept"


def test_json_safe_mode_carries_only_addressee_and_ciphertext(config):
    _, sealed = seal(config.account("mini"), messages.text("你好"))
    assert set(json.loads(sealed.data)) == {"ToUserName", "Encrypt"}
    assert sealed.content_type == "application/json"


def test_a_revocation_comes_from_the_platform_and_names_the_person(config):
    account = config.account("mini")
    body = events.addressed(account, "oPerson", 1, events.revoke(account, "oPerson", "8"))
    assert (body["FromUserName"], body["OpenID"], body["RevokeInfo"]) == (events.PLATFORM_OPENID, "oPerson", "8")
