import json
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.replies import deserialize_reply

from bot.channels.render import Address, cut, render_json_transfer, render_xml
from core.messages import Image, News, Text, Transfer

TO = Address("oAnna", "gh_1", 1763784000)


def parsed(reply):
    return ElementTree.fromstring(render_xml(reply, TO))


def test_a_text_is_addressed_back_and_dated():
    assert render_xml(Text("你好"), TO).decode() == (
        "<xml><ToUserName><![CDATA[oAnna]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>"
        "<CreateTime>1763784000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>"
    )


def test_wechatpy_reads_every_kind_as_meant():
    text = deserialize_reply(render_xml(Text("你好"), TO).decode())
    assert (text.type, text.content, text.target, text.source) == ("text", "你好", "oAnna", "gh_1")
    image = deserialize_reply(render_xml(Image("m-1"), TO).decode())
    assert (image.type, image.media_id) == ("image", "m-1")
    transfer = deserialize_reply(render_xml(Transfer("kf1@shop"), TO).decode())
    assert (transfer.type, transfer.target) == ("transfer_customer_service", "oAnna")
    assert parsed(Transfer("kf1@shop")).findtext("TransInfo/KfAccount") == "kf1@shop"


def test_news_has_one_article():
    root = parsed(News("题", "述", "https://p/1.jpg", "https://u/?a=1&b=2"))
    assert (root.findtext("MsgType"), root.findtext("ArticleCount")) == ("news", "1")
    (item,) = root.findall("Articles/item")
    assert {part.tag: part.text for part in item} == {
        "Title": "题",
        "Description": "述",
        "PicUrl": "https://p/1.jpg",
        "Url": "https://u/?a=1&b=2",
    }


def test_a_transfer_without_an_agent_names_none():
    root = parsed(Transfer())
    assert (root.findtext("MsgType"), root.find("TransInfo")) == ("transfer_customer_service", None)


@pytest.mark.parametrize("words", ["]]>", "a]]>b]]>", "]]]>>", "]]><MsgType><![CDATA[image]]></MsgType><![CDATA["])
def test_words_cannot_write_siblings(words):
    root = parsed(Text(words))
    assert [part.tag for part in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert root.findtext("Content") == words
    assert parsed(News(words, words, words, words)).findtext("Articles/item/Url") == words
    assert parsed(Image(words)).findtext("Image/MediaId") == words
    assert parsed(Transfer(words)).findtext("TransInfo/KfAccount") == words


def test_characters_xml_forbids_are_replaced_before_the_split():
    assert parsed(Text("a\x00b\x1b]\x01]>\ud800")).findtext("Content") == "a\ufffdb\ufffd]\ufffd]>\ufffd"


def test_a_long_text_is_cut_between_characters():
    assert cut("a" * 2048) == "a" * 2048
    assert cut("a" * 2049) == "a" * 2045 + "…"
    assert cut("你" * 682) == "你" * 682
    assert cut("你" * 683) == "你" * 681 + "…"
    assert cut("😀" * 513) == "😀" * 511 + "…"


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=40), st.integers(0, 90))
def test_no_text_is_longer_than_wechat_takes(words, times):
    shown = cut(words * times)
    assert len(shown.encode()) <= 2048
    assert shown == words * times or (words * times).startswith(shown[:-1])


@given(st.text())
def test_every_text_makes_well_formed_xml(words):
    assert parsed(Text(words)).findtext("MsgType") == "text"


def test_a_mini_programs_transfer_in_json():
    assert json.loads(render_json_transfer(TO)) == {
        "ToUserName": "oAnna",
        "FromUserName": "gh_1",
        "CreateTime": 1763784000,
        "MsgType": "transfer_customer_service",
    }
