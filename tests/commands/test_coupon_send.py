"""``main.py coupon send …``: looked at, sent, gone on with, joined back; what is wrong is named and nothing is done."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.commands.installation import Installation

OFFER = """
code = "满减20"
title = "满100减20"
kind = "cash"
amount = 20
threshold = 100
stock = {stock}
valid_days = 30
"""
STORES = "code,name\nSH01,静安店\n"
GUIDES = "code,name,phone,store_code,role\nG001,林晓雯,13800000001,SH01,guide\n"
PEOPLE = """member_no,openid,name,guide_code,tags
M1,oA,王女士,G001,会员等级:金卡
M2,oB,李先生,G001,
M3,oC,赵女士,,会员等级:金卡
"""
TASK = "guide_task={customer}有一张【{coupon}】，{ends}到期，请告诉一声。"
SAID = ("--account", "shop", "--option", "custom={customer}，券码{code}", "--option", TASK)


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation of this test alone, without quiet hours: two customers with a guide, one without."""
    twin = brand.twin(tmp_path)
    no_quiet = {"SCRM_CONTACT__QUIET_FROM": "09:00", "SCRM_CONTACT__QUIET_UNTIL": "09:00"}
    shop = replace(twin, variables={**twin.variables, **no_quiet})
    for what, text, options in (
        ("stores", STORES, []),
        ("guides", GUIDES, []),
        ("customers", PEOPLE, ["--account", "shop"]),
    ):
        ran = shop.run("import", what, shop.file(f"{what}.csv", text), *options)
        assert ran.code == 0, ran.err
    return shop


def published(shop: Installation, stock: int = 10, more: str = "") -> None:
    assert shop.run("coupon", "add", shop.file("offer.toml", OFFER.format(stock=stock) + more)).code == 0
    assert shop.run("coupon", "publish", "满减20").code == 0


def table(shop: Installation, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(shop.database) as connection:
        return list(connection.execute(query))


def outcome(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("hears", "refused", "denied", "there", "rest", "closed") if told[name]}


def test_it_is_looked_at_sent_and_gone_on_with(shop: Installation) -> None:
    published(shop)
    line = ("coupon", "send", "满减20", "--key", "双十一", "--all", *SAID)
    look = shop.run(*line, "--dry-run")
    assert look.code == 0, look.err
    assert outcome(look.json) == {"hears": {"guide_task": 2}, "refused": {"no_channel": 1}}
    assert look.json["sample"][0]["payload"]["text"] == "亲爱的顾客，券码XXXX-XXXX-XXXX-XXXX"
    assert look.json["left"] == 10
    assert table(shop, "SELECT * FROM delivery") == table(shop, "SELECT * FROM coupon") == []
    assert table(shop, "SELECT * FROM audit WHERE action = 'coupon.send'") == []
    sent = shop.run(*line)
    assert (sent.code, outcome(sent.json)) == (0, {"hears": {"guide_task": 2}, "refused": {"no_channel": 1}})
    assert outcome(shop.run(*line).json) == {"there": 3}
    [(detail,), _] = table(shop, "SELECT detail FROM audit WHERE action = 'coupon.send' ORDER BY id")
    assert json.loads(detail) == {"template": "满减20", "audience": "all"}
    assert shop.run("coupon", "own", "oA").json["coupons"][0]["state"] == "issued"
    assert shop.run("coupon", "own", "oC").json["coupons"] == []


def test_a_delivery_shows_the_coupon_it_carries(shop: Installation) -> None:
    published(shop)
    assert shop.run("coupon", "send", "满减20", "--key", "k", "--openid", "oA", *SAID).code == 0
    [(delivery_id,)] = table(shop, "SELECT id FROM delivery")
    carried = shop.run("show", "delivery", delivery_id).json["coupon"]
    assert (carried["template"], carried["state"], carried["redeemed_at"]) == ("满减20", "issued", None)


def test_only_who_has_the_tag_or_is_named(shop: Installation) -> None:
    published(shop)
    tagged = shop.run("coupon", "send", "满减20", "--key", "金", "--tag", "会员等级/金卡", *SAID)
    assert outcome(tagged.json) == {"hears": {"guide_task": 1}, "refused": {"no_channel": 1}}
    named = shop.run("coupon", "send", "满减20", "--key", "名", "--openid", "oA", "--openid", "oB", *SAID)
    assert outcome(named.json) == {"hears": {"guide_task": 1}, "denied": {"limit_reached": 1}}
    assert shop.run("coupon", "send", "满减20", "--key", "x", "--tag", "没有/没有", *SAID).code == 1
    unknown = shop.run("coupon", "send", "满减20", "--key", "x", "--openid", "oA", "--openid", "oZ", *SAID)
    assert unknown.code == 1 and "nobody is known by number 2" in unknown.err


def test_the_rest_is_told_why_and_the_code_says_partly(shop: Installation) -> None:
    published(shop, stock=1)
    sent = shop.run_plainly("coupon", "send", "满减20", "--key", "k", "--all", *SAID)
    assert sent.code == 2
    assert "1 got nothing: 库存 1 张，已全部发完。" in sent.out
    assert shop.run("coupon", "set", "满减20", shop.file("more.toml", "stock = 5\n")).code == 0
    again = shop.run("coupon", "send", "满减20", "--key", "k", "--all", *SAID)
    assert (again.code, outcome(again.json)) == (0, {"hears": {"guide_task": 1}, "there": 2})


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (("--key", "a b"), "--key: 'a b' is no name"), (("--within", "300"), "--within: is a distance from a store"),
        (("--account", "nowhere"), "account: there is no account 'nowhere'"),
        (("--option", "guide_task=券码{code}"), "options[0].words: a guide is not told"),
        (("--option", "无"), "--option: '无' has no ="), (("--class", "service"), "class: 'service' is no class"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_is_done(shop: Installation, changes: tuple[str, ...], named: str) -> None:
    published(shop)
    said = SAID[:2] if changes[0] == "--option" else SAID
    ran = shop.run("coupon", "send", "满减20", "--key", "k", "--openid", "oA", *said, *changes)
    assert ran.code == 1 and named in ran.err
    assert (
        table(shop, "SELECT * FROM delivery") == table(shop, "SELECT * FROM audit WHERE action = 'coupon.send'") == []
    )


def test_a_key_sends_one_offer_only(shop: Installation) -> None:
    published(shop)
    other = OFFER.format(stock=1).replace("满减20", "另一张").replace("满100减20", "另一张")
    assert shop.run("coupon", "add", shop.file("other.toml", other)).code == 0
    assert shop.run("coupon", "publish", "另一张").code == 0
    assert shop.run("coupon", "send", "满减20", "--key", "k", "--openid", "oA", *SAID).code == 0
    ran = shop.run("coupon", "send", "另一张", "--key", "k", "--openid", "oB", *SAID)
    assert ran.code == 1 and "k sent 满减20 before" in ran.err
    assert shop.run("coupon", "own", "oB").json["coupons"] == []


def test_words_come_from_a_file_too(shop: Installation) -> None:
    published(shop)
    file = shop.file(
        "words.toml", f'account = "shop"\nclass = "care"\n[[options]]\nchannel = "guide_task"\nwords = "{TASK[11:]}"\n'
    )
    assert shop.run("coupon", "send", "满减20", "--key", "k", "--openid", "oA", "--words", file).code == 0
    assert table(shop, "SELECT contact_class, channel FROM delivery") == [("care", "guide_task")]


def test_an_offer_for_people_near_a_store_is_sent_with_near_only(shop: Installation) -> None:
    published(shop, more="radius_m = 500\n")
    ran = shop.run("coupon", "send", "满减20", "--key", "k", "--all", *SAID)
    assert ran.code == 1 and "radius_m: 满减20 is for people within 500 m of a store" in ran.err
