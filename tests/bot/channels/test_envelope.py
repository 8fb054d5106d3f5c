import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.envelope import EnvelopeOpener
from bot.channels.refusals import PushRefused, Reason
from core.accounts import Mode
from core.errors import Invalid
from tests.bot.channels.pushes import (
    AES_KEY,
    NONCE,
    OLD_AES_KEY,
    TIMESTAMP,
    TOKEN,
    an_account,
    ciphertext,
    query,
    sealed,
    sealing_query,
    signature,
    text,
)

PLAIN, COMPATIBLE, SAFE = (EnvelopeOpener(an_account(mode=mode)) for mode in Mode)


def refusal(opener: EnvelopeOpener, *push) -> Reason:
    with pytest.raises(PushRefused) as caught:
        opener.open(*push)
    return caught.value.reason


def test_a_plain_push_opens_in_plain_and_compatible_mode_only():
    for opener in (PLAIN, COMPATIBLE):
        contents = opener.open(query(), text("hi").encode())
        assert (contents.fields["Content"], contents.key, contents.is_json) == ("hi", None, False)
    assert refusal(SAFE, query(), text("hi").encode()) is Reason.NOT_ENCRYPTED


def test_a_sealed_push_opens_in_every_mode_and_names_its_key():
    for opener in (PLAIN, COMPATIBLE, SAFE):
        contents = opener.open(*sealed(text("hi")))
        assert contents.fields["Content"] == "hi"
        assert contents.key is not None and contents.key.name == "aes_key"


def test_the_previous_key_still_opens():
    opener = EnvelopeOpener(an_account(mode=Mode.SAFE, previous_aes_key=OLD_AES_KEY))
    assert opener.open(*sealed(text("hi"), aes_key=OLD_AES_KEY)).key.name == "previous_aes_key"
    assert refusal(SAFE, *sealed(text("hi"), aes_key=OLD_AES_KEY)) is Reason.UNDECIPHERABLE


def test_in_compatible_mode_only_the_ciphertext_counts():
    forged = "<FromUserName>oEve</FromUserName><MsgType>text</MsgType><Content>forged</Content><Extra>1</Extra>"
    fields = COMPATIBLE.open(*sealed(text("true"), beside=forged)).fields
    assert (fields["Content"], fields["FromUserName"]) == ("true", "oAnna")
    assert "Extra" not in fields and "Encrypt" not in fields


def test_a_msg_signature_that_does_not_fit_is_refused():
    good_query, body = sealed(text("hi"))
    for bad in ({}, {"msg_signature": ""}, {"msg_signature": signature(TOKEN, TIMESTAMP, NONCE)}):
        assert refusal(SAFE, query() | bad, body) is Reason.BAD_SIGNATURE
    assert (
        refusal(SAFE, good_query, body.replace(b"gh_1", b"gh_2").replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[A"))
        is Reason.BAD_SIGNATURE
    )


def test_ciphertext_for_another_app_is_refused():
    assert refusal(SAFE, *sealed(text("hi"), app_id="wx_other")) is Reason.WRONG_APPID


def test_json_outside_and_inside_is_read():
    encrypted = ciphertext(json.dumps({"MsgType": "text", "Content": "hi", "MsgId": 7}))
    body = json.dumps({"ToUserName": "gh_1", "Encrypt": encrypted}).encode()
    contents = SAFE.open(sealing_query(encrypted), body)
    assert contents.is_json and contents.fields == {"MsgType": "text", "Content": "hi", "MsgId": 7}


def test_the_format_inside_is_judged_by_itself():
    assert SAFE.open(*sealed('{"MsgType": "text"}')).is_json


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("", Reason.NOT_A_PUSH),
        ("words", Reason.NOT_A_PUSH),
        ("<xml>", Reason.BAD_XML),
        ("{", Reason.BAD_JSON),
        ("<!DOCTYPE xml><xml/>", Reason.DOCTYPE),
    ],
)
def test_nonsense_under_a_good_seal_is_refused_all_the_same(inside, reason):
    assert refusal(SAFE, *sealed(inside)) is reason


def test_a_cipher_that_is_no_text_is_refused():
    body = b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>"
    assert refusal(SAFE, query(), body) is Reason.UNDECIPHERABLE


def test_a_keyless_plain_account_reads_the_plain_half_and_keeps_no_ciphertext():
    opener = EnvelopeOpener(an_account(aes_key=""))
    half = "<FromUserName>oAnna</FromUserName><MsgType>text</MsgType>"
    contents = opener.open(*sealed(text("hi"), beside=half))
    assert contents.fields == {"ToUserName": "gh_1", "FromUserName": "oAnna", "MsgType": "text"}
    assert refusal(opener, *sealed(text("hi"))) is Reason.UNDECIPHERABLE


def test_a_byte_order_mark_and_blanks_may_lead():
    assert PLAIN.open(query(), b"\xef\xbb\xbf \r\n" + text("hi").encode()).fields["Content"] == "hi"
    assert PLAIN.open(query(), b' \n{"MsgType": "text"}').is_json


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.NOT_A_PUSH),
        (b"   ", Reason.NOT_A_PUSH),
        (b"a=1&b=2", Reason.NOT_A_PUSH),
        (b"[{}]", Reason.BAD_JSON),
    ],
)
def test_neither_xml_nor_a_json_object_is_refused(body, reason):
    assert refusal(PLAIN, query(), body) is reason


def test_a_mode_that_needs_a_key_does_not_start_without_one():
    for mode in (Mode.COMPATIBLE, Mode.SAFE):
        with pytest.raises(Invalid) as caught:
            EnvelopeOpener(an_account(mode=mode, aes_key="", previous_aes_key=AES_KEY))
        assert caught.value.field == "aes_key"


@given(st.binary(max_size=80), st.text(max_size=60))
def test_no_body_raises_anything_but_a_refusal(body, words):
    for opener in (PLAIN, COMPATIBLE, SAFE):
        for push in ((query(), body), sealed(words), sealed(f"<xml><A>{words}</A></xml>")):
            try:
                opener.open(*push)
            except PushRefused:
                continue
