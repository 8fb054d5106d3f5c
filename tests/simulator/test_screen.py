"""A simulated phone finds what a person would: links to tap, wishes to type, codes to show."""

from __future__ import annotations

import pytest

from simulator.config import Config
from simulator.screen import Held, Link, Screens, find_codes, find_links

LISTED = (
    '可以领取的优惠：\n\n【满300减50】\n<a href="weixin://bizmsgmenu?msgmenucontent=领取满300减50&msgmenuid=1">领取</a>\n\n'
    '【到店礼】\n<a href="weixin://bizmsgmenu?msgmenucontent=%E9%A2%86%E5%8F%96%E5%88%B0%E5%BA%97%E7%A4%BC%20x7k2'
    '&amp;msgmenuid=2">领取</a>\n\n'
    '【秒杀】\n<a href="weixin://bizmsgmenu?msgmenucontent=领取秒杀 a+b&msgmenuid=3">领取</a>'
    '<a href="https://m.example.com/sale">看看</a>'
)
TAKEN = "领取成功！\n【满300减50】满300元减50元\n券码：7K2M-8HQR-ZZZZ-2345\n有效期至2026-12-24"


def test_links_are_read_as_sent_by_a_tap() -> None:
    assert find_links(LISTED) == [Link("领取满300减50", "1"), Link("领取到店礼 x7k2", "2"), Link("领取秒杀 a+b", "3")]


def test_without_links_the_wishes_to_claim_are_read() -> None:
    assert find_links("回复“领取满300减50”即可领取\n回复“附近门店”看看") == [Link("领取满300减50", "")]
    assert find_links("您好") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (TAKEN, [("满300减50", "7K2M-8HQR-ZZZZ-2345")]),
        (TAKEN + "\n\n【新人】立减\n券码：AAAA-BBBB-CCCC-DDDD", [
            ("满300减50", "7K2M-8HQR-ZZZZ-2345"), ("新人", "AAAA-BBBB-CCCC-DDDD")
        ]),
        ("订单 0101-1111-2222-3333，电话 0512-6000-0004-0005", []),
        ("AAAA-BBBB-CCCC-DDDD-EEEE", []),
    ],
)  # fmt: skip
def test_codes_are_read_with_the_title_before_them(words: str, found: list[tuple[str, str]]) -> None:
    assert find_codes(words) == found


def test_a_tap_sends_the_link_that_was_meant_with_its_id(config: Config) -> None:
    screens = Screens()
    screens.show("oA", LISTED)
    sent = screens.tap(config.account("shop"), "oA", "领取到店礼", "seed")
    assert sent == {"MsgType": "text", "Content": "领取到店礼 x7k2", "bizmsgmenuid": "2"}


def test_any_link_is_tapped_by_chance_but_those_saved_up(config: Config) -> None:
    screens = Screens(["秒杀"])
    screens.show("oA", LISTED)
    sent = [screens.tap(config.account("shop"), "oA", "附近优惠", str(seed))["Content"] for seed in range(40)]
    assert set(sent) == {"领取满300减50", "领取到店礼 x7k2"}
    assert screens.tap(config.account("shop"), "oA", "附近优惠", "7")["Content"] == sent[7]


def test_who_finds_no_link_types_the_words(config: Config) -> None:
    screens = Screens()
    typed = {"MsgType": "text", "Content": "附近优惠"}
    assert screens.tap(config.account("shop"), "oA", "附近优惠", "seed") == typed
    screens.show("oA", LISTED)
    screens.show("oA", "没有听懂")
    assert screens.tap(config.account("shop"), "oA", "附近优惠", "seed") == typed
    screens.show("oA", LISTED)
    screens.show("oA", "")
    assert screens.tap(config.account("mini"), "oA", "附近优惠", "seed") == typed
    assert "bizmsgmenuid" in screens.tap(config.account("shop"), "oA", "附近优惠", "seed")


def test_a_code_seen_twice_is_one_copy() -> None:
    screens = Screens()
    first = screens.show("oA", TAKEN)
    assert first == screens.show("oA", f"您的优惠券：\n{TAKEN}") == [Held("oA", "满300减50", "7K2M-8HQR-ZZZZ-2345")]
    assert screens.show("oA", "每人限领1张") == []
    assert list(screens.held.values()) == first
