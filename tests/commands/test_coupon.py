"""``main.py coupon …``: a template from draft to end, a copy from issue to ledger, each no with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.installation import Installation

OFFER = """
code = "满减20"
title = "满100减20"
kind = "cash"
amount = 20
threshold = 100
stock = 2
valid_days = 30
stores = ["SH01"]
"""
STORES = "code,name\nSH01,静安店\nSH02,徐汇店\n"
PEOPLE = "member_no,openid,name\nM1,oA,王女士\nM2,oB,李先生\n"


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation of this test alone, with two stores and two customers."""
    shop = brand.twin(tmp_path)
    assert shop.run("import", "stores", shop.file("stores.csv", STORES)).code == 0
    assert shop.run("import", "customers", shop.file("people.csv", PEOPLE), "--account", "shop").code == 0
    return shop


def published(shop: Installation) -> None:
    added = shop.run("coupon", "add", shop.file("offer.toml", OFFER))
    assert added.code == 0, added.err
    assert added.json["template"]["state"] == "draft"
    assert shop.run("coupon", "publish", "满减20").json["state"] == "published"


def test_a_copy_is_given_looked_at_redeemed_once_and_undone(shop: Installation) -> None:
    published(shop)
    code = shop.run("coupon", "issue", "满减20", "oA", "--key", "k1").json["code"]
    again = shop.run("coupon", "issue", "满减20", "oA", "--key", "k1")
    assert again.json["code"] == code
    refused = shop.run("coupon", "issue", "满减20", "oA")
    assert (refused.code, refused.json["refused"]) == (1, "limit_reached")
    look = shop.run("coupon", "look", code, "--store", "SH02", "--amount", "120")
    assert (look.code, look.json["refused"]) == (1, "wrong_store")
    redeem = ("coupon", "redeem", code, "--store", "SH01", "--order", "A1", "--amount", "120", "--key", "r1")
    assert shop.run(*redeem).json["discount_fen"] == 2000
    assert shop.run(*redeem).json["event"] == "redeemed"
    assert shop.run(*redeem[:-1], "r2").json["refused"] == "already_redeemed"
    assert shop.run("coupon", "reverse", code, "--reason", "退单").json["event"] == "reversed"
    events = [entry["event"] for entry in shop.run("coupon", "history", code).json["entries"]]
    assert events == ["issued", "redeemed", "reversed"]
    assert shop.run("coupon", "own", "oA").json["coupons"][0]["state"] == "reversed"


def test_what_show_prints_add_takes_and_only_safe_fields_change_later(shop: Installation) -> None:
    published(shop)
    shown = shop.run_plainly("coupon", "show", "满减20").out
    copy = shown.replace('code = "满减20"', 'code = "另一张"')
    assert shop.run("coupon", "add", shop.file("again.toml", copy)).json["template"]["stock"] == 2
    assert shop.run("coupon", "issue", "满减20", "oA").code == 0
    unsafe = shop.run("coupon", "set", "满减20", shop.file("change.toml", "amount = 30\n"))
    assert unsafe.code == 1 and "amount: 1 copies were given under it" in unsafe.err
    assert shop.run("coupon", "set", "满减20", shop.file("more.toml", "stock = 5\n")).json["changed"] == ["stock"]
    states = {each["code"]: each["state"] for each in shop.run("coupon", "list").json["templates"]}
    assert states == {"满减20": "published", "另一张": "draft"}


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("stock = 0", "stock: 0 is no whole number"), ('kind = "gift"', "amount: a gift coupon has none"),
        ("threshold = 10", "amount: takes off more"), ('stores = ["SH99"]', "stores: there is no store 'SH99'"),
        ("percent = 10", "percent: a cash coupon has none"), ("valid_days = 0", "valid_days: 0 is no whole number"),
        ('colour = "red"', "colour: is no field"), ('amount = "2,5"', "amount: '2,5' is no amount"),
    ],
)  # fmt: skip
def test_a_contradiction_names_the_field_and_keeps_nothing(shop: Installation, line: str, named: str) -> None:
    field = line.split(" ")[0]
    kept = [each for each in OFFER.splitlines() if not each.startswith(f"{field} =")]
    ran = shop.run("coupon", "add", shop.file("wrong.toml", "\n".join([*kept, line])))
    assert ran.code == 1 and named in ran.err
    assert shop.run("coupon", "list").json["templates"] == []


def test_who_is_blocked_gets_nothing_until_it_is_lifted(shop: Installation) -> None:
    published(shop)
    assert shop.run("coupon", "block", "oB", "--reason", "刷券").code == 0
    refused = shop.run("coupon", "issue", "满减20", "oB")
    assert (refused.json["refused"], refused.json["figures"]) == ("blocked", {"why": "刷券"})
    assert [each["reason"] for each in shop.run("coupon", "blocks").json["blocks"]] == ["刷券"]
    assert shop.run("coupon", "unblock", "oB").code == 0
    assert shop.run("coupon", "unblock", "oB").code == 1
    assert shop.run("coupon", "issue", "满减20", "oB").code == 0


def test_the_best_of_a_customers_own_copies_is_told_with_the_reasons(shop: Installation) -> None:
    published(shop)
    second = OFFER.replace("满减20", "满减30").replace("满100减20", "满200减30").replace("amount = 20", "amount = 30")
    assert shop.run("coupon", "add", shop.file("second.toml", second.replace("= 100", "= 200"))).code == 0
    assert shop.run("coupon", "publish", "满减30").code == 0
    codes = {code: shop.run("coupon", "issue", code, "oA").json["code"] for code in ("满减20", "满减30")}
    best = shop.run("coupon", "best", "oA", "--store", "SH01", "--amount", "358", "--freight", "10").json
    assert (best["total_fen"], best["to_pay_fen"], best["why"]) == (3000, 33_800, ["满200减30：减30元"])
    assert [(use["code"], use["discount_fen"]) for use in best["use"]] == [(codes["满减30"], 3000)]
    assert [(each["title"], each["refused"]) for each in best["leave"]] == [("满100减20", "not_stackable")]
    elsewhere = shop.run_plainly("coupon", "best", "oA", "--store", "SH02", "--amount", "358").out
    assert elsewhere.splitlines() == [
        "没有可用的券",
        "不用 满100减20：不适用于 徐汇店，可用：SH01。",
        "不用 满200减30：不适用于 徐汇店，可用：SH01。",
    ]
    assert shop.run("coupon", "best", "oA", "--store", "SH09", "--amount", "358").code == 1


def test_a_store_that_redeems_too_fast_is_refused_seen_and_lifted(shop: Installation) -> None:
    published(shop)
    codes = [shop.run("coupon", "issue", "满减20", who).json["code"] for who in ("oA", "oB")]
    slow = {"SCRM_COUPONS__STORE_PER_MINUTE": "1"}

    def redeem(turn: int) -> object:
        words = ("coupon", "redeem", codes[turn], "--store", "SH01", "--order", f"A{turn}", "--amount", "120")
        return shop.run(*words, **slow).json.get("refused", "done")

    assert [redeem(0), redeem(1)] == ["done", "store_too_fast"]
    [seen] = shop.run("coupon", "refused", "--days", "1").json["refused"]
    assert (seen["code"], seen["customer_id"], seen["store"], seen["times"]) == ("store_too_fast", None, "SH01", 1)
    assert shop.run("coupon", "allow", "--store", "SH01", "--minutes", "30").code == 0
    assert redeem(1) == "done"
    assert shop.run("coupon", "refused", "--days", "0").code == 1
    assert shop.run("coupon", "allow", "--scene", "s", "--minutes", "99999").code == 1
