"""Short wishes in one form, and the router that looks them up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.routing import Rank, Route, Router, about_person, answers, said
from bot.spoken import LONGEST, spoken, wish_of
from core.accounts import AccountKind
from core.errors import Invalid
from core.messages import Inbound, Reply, Text


def message(kind: str = "text", openid: str = "o1", **fields: Any) -> Inbound:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return Inbound("shop", "wx", AccountKind.OFFICIAL_ACCOUNT, "k", openid, "gh", kind, 1, fields, at)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("附近门店", "附近门店"),
        (" 附近 门店？！", "附近门店"),
        ("附近\u3000門店。", "附近门店"),
        ("「附近门店」～", "附近门店"),
        ("请问附近门店呢？", "附近门店"),
        ("您好，請問附近門店 謝謝", "附近门店"),
        ("ＴＤ", "td"),
        ("My_Guide", "myguide"),
        ("我的导购", "我的导购"),
        ("不要人工", "不要人工"),
        ("？？", ""),
        ("请问", ""),
        ("", ""),
        ("好" * (LONGEST + 1), ""),
    ],
)
def test_plain_form(typed: str, plain: str) -> None:
    assert spoken(typed) == plain


def test_wish_of_text_voice_and_menu_key() -> None:
    assert wish_of(message(Content="人工！")) == "人工"
    assert wish_of(message("voice", Recognition="人工。")) == "人工"
    assert wish_of(message("voice")) == ""
    assert wish_of(message("event.click", EventKey="人工")) == "人工"
    assert wish_of(message("event.view", EventKey="人工")) == ""
    assert wish_of(message(openid="", Content="人工")) == ""


def _silent(_: Inbound) -> Reply | None:
    return None


def _say(_: Inbound) -> Reply:
    return Text("x")


REST = answers(_silent, rank=Rank.FALLBACK, name="rest")


def intent(name: str, *words: str, kinds: tuple[str, ...] = ("text",)) -> Route:
    return answers(_say, *kinds, when=said(*words), rank=Rank.INTENT, name=name)


def test_words_are_found_in_any_form_and_only_for_their_kinds() -> None:
    router = Router([REST, intent("guide", "我的导购"), intent("human", "人工", kinds=("text", "voice"))])
    assert router.route(message(Content="我的導購？")).name == "guide"
    assert router.route(message("voice", Recognition="我的导购")).name == "rest"
    assert router.route(message("voice", Recognition="人工。")).name == "human"
    assert router.route(message(Content="人工呢绒")).name == "rest"


def test_fixed_words_come_before_whatever_else_matches() -> None:
    configured = answers(_say, "text", rank=Rank.CONFIGURED, name="configured")
    earlier = answers(_say, "text", when=lambda m: m.text == "人工", rank=Rank.INTENT, name="a")
    router = Router([REST, configured, earlier, intent("human", "人工")])
    assert router.route(message(Content="人工")).name == "human"
    assert router.route(message(Content="别的")).name == "configured"


def test_one_word_claimed_twice_stops_the_start_and_names_both() -> None:
    with pytest.raises(Invalid, match="'人工' is claimed by a and b"):
        Router([REST, intent("a", "人工", "客服"), intent("b", "人工！")])
    assert Router([REST, intent("a", "人工"), intent("b", "人工", kinds=("voice",))])


@pytest.mark.parametrize("word", ["请问", "？", "很" * (LONGEST + 1)])
def test_a_word_nobody_can_say_stops_the_start(word: str) -> None:
    with pytest.raises(Invalid):
        said("人工", word)


def test_without_a_fallback_nothing_starts() -> None:
    with pytest.raises(Invalid):
        Router([intent("a", "人工")])


def test_about_person() -> None:
    assert about_person(message())
    assert not about_person(message(openid=""))
