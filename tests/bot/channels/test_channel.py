import json
from datetime import timedelta

import pytest
import xmltodict
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.channel import Channel
from bot.channels.refusals import PushRefused, Reason
from core.accounts import AccountKind, Mode
from core.errors import Invalid
from core.messages import Image, News, Text, Transfer
from tests.bot.channels.pushes import (
    AES_KEY,
    APP_ID,
    NOW,
    OLD_AES_KEY,
    TIMESTAMP,
    TOKEN,
    a_channel,
    an_account,
    ciphertext,
    event,
    query,
    sealed,
    sealing_query,
    signature,
    text,
)
from tests.bot.channels.vectors import COMPATIBLE, SAFE

MINI = {"kind": AccountKind.MINI_PROGRAM}
SUCCESS = (b"success", "text/plain; charset=utf-8")
JSON_PUSH = json.dumps(
    {
        "ToUserName": "gh_1",
        "FromUserName": "oAnna",
        "CreateTime": 1763784000,
        "MsgType": "text",
        "Content": "人工",
        "MsgId": 7,
    }
)


def refused(act, *arguments) -> tuple[str, int]:
    with pytest.raises(PushRefused) as caught:
        act(*arguments)
    return caught.value.reason.value, caught.value.status


def opened_by_wechatpy(answer: bytes, aes_key: str = AES_KEY) -> str:
    outer = json.loads(answer) if answer.startswith(b"{") else xmltodict.parse(answer)["xml"]
    crypto = WeChatCrypto(TOKEN, aes_key, APP_ID)
    return crypto.decrypt_message(outer, outer["MsgSignature"], str(outer["TimeStamp"]), outer["Nonce"])


def test_the_url_check_gives_back_the_echo():
    assert a_channel().check_url(query(echostr="8361902745")) == "8361902745"


def test_a_forged_stale_or_empty_url_check_is_refused():
    channel = a_channel()
    assert refused(channel.check_url, query(echostr="1") | {"nonce": "0"}) == ("bad_signature", 403)
    assert refused(channel.check_url, query()) == ("not_a_push", 400)
    assert refused(channel.check_url, query(echostr="a\nb")) == ("not_a_push", 400)
    assert refused(channel.check_url, {}) == ("bad_signature", 403)


def test_a_query_is_refused_before_any_body():
    channel = a_channel()
    assert channel.check_query(query()) is None
    assert refused(channel.check_query, query() | {"signature": "0" * 40}) == ("bad_signature", 403)
    old = str(int(TIMESTAMP) - 601)
    stale = {"timestamp": old, "nonce": "1", "signature": signature(TOKEN, old, "1")}
    assert refused(channel.check_query, stale) == ("bad_timestamp", 403)


def test_the_skew_is_a_setting():
    old = str(int(TIMESTAMP) - 601)
    stale = {"timestamp": old, "nonce": "1", "signature": signature(TOKEN, old, "1")}
    assert Channel(an_account(), skew_s=601, cell_m=1000, clock=lambda: NOW).check_query(stale) is None


def test_a_body_over_the_limit_is_refused():
    channel = Channel(an_account(), skew_s=600, cell_m=1000, max_body=len(text().encode()), clock=lambda: NOW)
    assert channel.read(query(), text().encode()).kind == "text"
    assert refused(channel.read, query(), text().encode() + b" ") == ("too_large", 413)


def test_every_reason_has_a_status_of_its_kind():
    assert {reason.value: PushRefused(reason).status for reason in Reason} == {
        "bad_signature": 403,
        "bad_timestamp": 403,
        "not_encrypted": 403,
        "wrong_appid": 403,
        "too_large": 413,
        "undecipherable": 400,
        "doctype": 400,
        "bad_xml": 400,
        "bad_json": 400,
        "too_complex": 400,
        "not_a_push": 400,
        "bad_create_time": 400,
    }


def test_real_pushes_of_the_published_vectors_are_read_and_answered():
    for vector in (COMPATIBLE, SAFE):
        channel = a_channel(token=vector.token, aes_key=vector.aes_key, app_id=vector.app_id, mode=Mode.SAFE)
        body = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{vector.encrypted}]]></Encrypt></xml>".encode()
        asked = {"timestamp": vector.timestamp, "nonce": vector.nonce, "msg_signature": vector.msg_signature}
        opened = channel.read(asked, body)
        assert (opened.kind, opened.to[:3], opened.sender[0], opened.openid) == ("text", "gh_", "o", opened.sender)
        assert refused(channel.read, asked | {"nonce": "1"}, body) == ("bad_signature", 403)


def test_nothing_to_say_is_the_word_success_in_every_mode():
    for mode, push in ((Mode.PLAIN, (query(), text().encode())), (Mode.SAFE, sealed(text()))):
        channel = a_channel(mode=mode)
        assert channel.render(channel.read(*push), None, NOW) == SUCCESS
        assert channel.render(channel.read(*push), Text(""), NOW) == SUCCESS


def test_a_plain_push_is_answered_in_the_clear_and_always_alike():
    channel = a_channel()
    opened = channel.read(query(), text().encode())
    body, content_type = channel.render(opened, Text("好"), NOW)
    assert content_type == "text/xml; charset=utf-8"
    assert xmltodict.parse(body)["xml"] == {
        "ToUserName": "oAnna",
        "FromUserName": "gh_1",
        "CreateTime": TIMESTAMP,
        "MsgType": "text",
        "Content": "好",
    }
    assert channel.render(opened, Text("好"), NOW) == (body, content_type)
    assert channel.render(opened, Text("好"), NOW + timedelta(seconds=1))[0] != body


@pytest.mark.parametrize("mode", [Mode.COMPATIBLE, Mode.SAFE])
def test_a_sealed_push_is_answered_sealed_and_alike_after_decryption(mode):
    channel = a_channel(mode=mode)
    opened = channel.read(*sealed(text()))
    first, again = (channel.render(opened, Text("好"), NOW)[0] for _ in range(2))
    assert first != again
    assert opened_by_wechatpy(first) == opened_by_wechatpy(again)
    assert xmltodict.parse(opened_by_wechatpy(first))["xml"]["Content"] == "好"


def test_an_answer_uses_the_key_that_opened_the_push():
    channel = a_channel(mode=Mode.SAFE, previous_aes_key=OLD_AES_KEY)
    answer, _ = channel.render(channel.read(*sealed(text(), aes_key=OLD_AES_KEY)), Text("好"), NOW)
    assert "好" in opened_by_wechatpy(answer, OLD_AES_KEY)


@pytest.mark.parametrize("reply", [Text("好"), Image("m"), News("t", "d", "p", "u")])
def test_a_mini_program_takes_no_passive_words(reply):
    channel = a_channel(**MINI)
    assert channel.render(channel.read(query(), JSON_PUSH.encode()), reply, NOW) == SUCCESS


def test_a_mini_program_is_transferred_in_the_format_of_its_push():
    channel = a_channel(**MINI)
    body, content_type = channel.render(channel.read(query(), JSON_PUSH.encode()), Transfer(), NOW)
    assert content_type == "application/json; charset=utf-8"
    assert json.loads(body)["MsgType"] == "transfer_customer_service"
    body, content_type = channel.render(channel.read(query(), text().encode()), Transfer(), NOW)
    assert content_type == "text/xml; charset=utf-8"
    assert xmltodict.parse(body)["xml"]["MsgType"] == "transfer_customer_service"


def test_a_sealed_json_push_is_transferred_in_sealed_json():
    channel = a_channel(**MINI, mode=Mode.SAFE)
    encrypted = ciphertext(JSON_PUSH)
    opened = channel.read(sealing_query(encrypted), json.dumps({"ToUserName": "gh_1", "Encrypt": encrypted}).encode())
    body, content_type = channel.render(opened, Transfer("kf@x"), NOW)
    assert content_type == "application/json; charset=utf-8"
    assert json.loads(opened_by_wechatpy(body)) == {
        "ToUserName": "oAnna",
        "FromUserName": "gh_1",
        "CreateTime": int(TIMESTAMP),
        "MsgType": "transfer_customer_service",
    }


def test_a_push_without_a_return_address_is_only_acknowledged():
    channel = a_channel()
    body = event("x", FromUserName="").encode()
    assert channel.render(channel.read(query(), body), Text("好"), NOW) == SUCCESS


def test_retries_of_one_push_have_one_key_though_sealed_anew():
    channel = a_channel(mode=Mode.SAFE)
    assert len({channel.read(*sealed(event("LOCATION", Latitude="1.5"))).key for _ in range(3)}) == 1


def test_settings_that_cannot_work_are_refused_at_the_start():
    with pytest.raises(Invalid) as caught:
        a_channel(aes_key="short")
    assert caught.value.field == "aes_key"


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)


@given(st.dictionaries(ANY_TEXT, ANY_TEXT), st.binary(max_size=60), st.text(max_size=40))
def test_nothing_raises_anything_but_a_refusal(odd, body, words):
    for channel in (a_channel(), a_channel(mode=Mode.SAFE)):
        for asked, sent in (
            (odd, body),
            (query() | odd, text(words).encode()),
            sealed(text(words)),
            (query(), b"<xml>" + body),
        ):
            for act in (channel.check_query, channel.check_url):
                try:
                    act(asked)
                except PushRefused:
                    continue
            try:
                opened = channel.read(asked, sent)
            except PushRefused:
                continue
            channel.inbound(opened, keeps_place=True, received_at=NOW)
            assert channel.render(opened, Text(words), NOW)[0]
