"""Inbound and replies: what is stored is what comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts import AccountKind
from core.messages import Image, Inbound, News, Reply, Text, Transfer, reply_from_json, reply_summary, reply_to_json

words = st.text(max_size=50)
replies = st.one_of(
    st.builds(Text, words),
    st.builds(Image, words),
    st.builds(News, words, words, words, words),
    st.builds(Transfer, words),
)


def inbound(kind: str, **fields: Any) -> Inbound:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    return Inbound("shop", "wx1", AccountKind.OFFICIAL_ACCOUNT, "k", "o", "gh", kind, 1, fields, moment)


@given(replies)
def test_every_reply_survives_storage(reply: Reply) -> None:
    assert reply_from_json(json.loads(json.dumps(reply_to_json(reply)))) == reply


@pytest.mark.parametrize(
    ("reply", "stored", "summary"),
    [
        (Text("您好"), {"kind": "text", "text": "您好"}, "您好"),
        (Image("m1"), {"kind": "image", "media_id": "m1"}, "[图片]"),
        (
            News("新品", "到店", "p", "u"),
            {"kind": "news", "title": "新品", "description": "到店", "picture_url": "p", "url": "u"},
            "[图文] 新品",
        ),
        (Transfer(), {"kind": "transfer", "kf_account": ""}, "[转人工客服]"),
    ],
)
def test_the_stored_form_and_the_summary_of_each_reply(reply: Reply, stored: dict[str, str], summary: str) -> None:
    assert reply_to_json(reply) == stored
    assert reply_summary(reply) == summary


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (inbound("text", Content="有黑色吗"), "有黑色吗"),
        (inbound("voice", Recognition="附近门店"), "附近门店"),
        (inbound("voice", Recognition=None), ""),
        (inbound("voice"), ""),
        (inbound("image", Content="x"), ""),
        (inbound("event.click", EventKey="STORES"), ""),
    ],
)
def test_a_customers_words_are_text_or_what_voice_said(message: Inbound, text: str) -> None:
    assert message.text == text


def test_the_event_key_keeps_its_prefix() -> None:
    assert inbound("event.subscribe", EventKey="qrscene_g_G1").event_key == "qrscene_g_G1"
    assert inbound("event.subscribe").event_key == ""
