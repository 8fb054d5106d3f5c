"""An answer is read as WeChat would: silence, a reply, or something the customer sees as a fault."""

import dataclasses
import json

import pytest
from wechatpy.replies import ArticlesReply, ImageReply, TextReply, TransferCustomerServiceReply

from simulator.accounts import Mode
from simulator.envelope import Envelope
from simulator.reading import Answer, read_answer
from tests.simulator.shop import crypto_of


def envelope(config, key="shop", mode=Mode.PLAIN):
    return Envelope(dataclasses.replace(config.account(key), mode=mode))


def addressed(config, cls, key="shop", **fields):
    return cls(source=config.account(key).original_id, target="oPerson", time=1_790_000_000, **fields)


def read(config, text, **where):
    return read_answer(envelope(config, **where), "oPerson", text.encode())


def test_success_and_an_empty_body_are_silence(config):
    assert read(config, "success") == Answer("success")
    assert read(config, "") == Answer("empty")


def test_replies_are_read(config):
    article = {"title": "上新", "description": "d", "image": "http://i", "url": "http://u"}
    assert read(config, addressed(config, TextReply, content="欢迎").render()) == Answer("text", "欢迎")
    assert read(config, addressed(config, ImageReply, image="M1").render()) == Answer("image", "M1")
    assert read(config, addressed(config, ArticlesReply, articles=[article]).render()) == Answer("news", "上新")
    transfer = addressed(config, TransferCustomerServiceReply).render()
    assert read(config, transfer) == Answer("transfer_customer_service")


def test_an_encrypted_reply_is_decrypted_in_safe_and_compatible_mode(config):
    reply = addressed(config, TextReply, content="欢迎")
    cipher = crypto_of(config.account("shop")).encrypt_message(reply, "4711", "1790000001")
    assert read(config, cipher, mode=Mode.SAFE) == Answer("text", "欢迎")
    assert read(config, cipher, mode=Mode.COMPATIBLE) == Answer("text", "欢迎")
    assert read(config, cipher, mode=Mode.PLAIN).kind == "malformed"
    assert read(config, cipher.replace("4711", "4712"), mode=Mode.SAFE).kind == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "ok",
        "<xml><MsgType>text</MsgType></xml>",
        "<html></html>",
        "<xml><MsgType><![CDATA[text]]>",
        "[]",
    ],
)
def test_nonsense_is_malformed(config, text):
    assert read(config, text).kind == "malformed"


def test_a_reply_to_somebody_else_or_in_the_wrong_mode_is_malformed(config):
    stranger = TextReply(content="你好", source=config.account("shop").original_id, target="oOther", time=1).render()
    plain = addressed(config, TextReply, content="你好").render()
    assert read(config, stranger).kind == "malformed"
    assert read(config, plain, mode=Mode.SAFE).kind == "malformed"
    assert read(config, addressed(config, TextReply, content="").render()).kind == "malformed"


def test_two_articles_are_refused(config):
    articles = [{"title": str(n), "description": "", "image": "", "url": ""} for n in range(2)]
    assert read(config, addressed(config, ArticlesReply, articles=articles).render()).kind == "malformed"


def test_a_mini_program_takes_only_the_transfer(config):
    words = addressed(config, TextReply, key="mini", content="你好").render()
    assert read(config, words, key="mini").kind == "malformed"
    transfer = {
        "ToUserName": "oPerson",
        "FromUserName": config.account("mini").original_id,
        "CreateTime": 1790000000,
        "MsgType": "transfer_customer_service",
    }
    assert read(config, json.dumps(transfer), key="mini") == Answer("transfer_customer_service")
