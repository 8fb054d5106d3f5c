"""``main.py coupon near …`` and sending to who is near: counted with its error, listed under audit, sent once."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.accounts import Crs
from core.cells import key_of
from tests.commands.installation import Installation

OFFER = """
code = "满减20"
title = "满100减20"
kind = "cash"
amount = 20
threshold = 100
stock = 10
valid_days = 30
radius_m = 3000
"""
STORES = "code,name,latitude,longitude,crs\nSH01,静安店,31.2300,121.4500,gcj02\nSH02,没有位置的店,,,\n"
GUIDES = "code,name,phone,store_code,role\nG001,林晓雯,13800000001,SH01,guide\n"
PEOPLE = (
    "member_no,openid,name,guide_code\nM1,oA,王女士,G001\nM2,oB,李先生,G001\nM3,oC,赵女士,G001\nM4,oD,钱女士,G001\n"
)
PLACES = {"oA": 31.2301, "oB": 31.2590, "oC": 31.2545}
"""Along the store's meridian: 11 m, 3,225 m and 2,724 m away; nobody knows where oD is."""

TASK = "guide_task={customer}有一张【{coupon}】，到{store}用。"
SAID = ("--account", "shop", "--option", TASK)


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation of this test alone, without quiet hours."""
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
    now = datetime.now(UTC)
    with sqlite3.connect(shop.database) as connection:
        for openid, latitude in PLACES.items():
            key = key_of(latitude, 121.45, Crs.GCJ02)
            connection.execute(
                "INSERT INTO place (customer_id, latitude, longitude, crs, cell, accuracy_m, source, captured_at,"
                " expires_at) SELECT customer_id, ?, 121.45, 'gcj02', ?, 0, 'location', ?, ? FROM identity"
                " WHERE openid = ?",
                (latitude, key, now.isoformat(" "), (now + timedelta(days=1)).isoformat(" "), openid),
            )
    assert shop.run("coupon", "add", shop.file("offer.toml", OFFER)).code == 0
    assert shop.run("coupon", "publish", "满减20").code == 0
    return shop


def table(shop: Installation, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(shop.database) as connection:
        return list(connection.execute(query))


def test_a_count_says_between_which_numbers_the_truth_lies(shop: Installation) -> None:
    told = shop.run("coupon", "near", "SH01", "--within", "3000")
    assert told.code == 0, told.err
    assert (told.json["count"], told.json["least"], told.json["most"]) == (2, 1, 3)
    assert 424 <= told.json["error_m"] <= 430  # half the diagonal of 600 m
    assert "people" not in told.json and table(shop, "SELECT * FROM audit WHERE action = 'coupon.near'") == []


def test_a_list_names_them_and_is_audited(shop: Installation) -> None:
    told = shop.run("coupon", "near", "SH01", "--within", "3000", "--list")
    assert told.code == 0, told.err
    assert [each["name"] for each in told.json["people"]] == ["王女士", "赵女士"]
    [(subject, detail)] = table(shop, "SELECT subject, detail FROM audit WHERE action = 'coupon.near'")
    ids = [each["customer_id"] for each in told.json["people"]]
    assert (subject, json.loads(detail)) == ("store:SH01", {"within_m": 3000, "customers": ids})
    some = shop.run("coupon", "near", "SH01", "--within", "3000", "--list", "--limit", "1")
    assert [each["name"] for each in some.json["people"]] == ["王女士"]


def test_who_is_near_is_sent_the_offer_of_the_store_once(shop: Installation) -> None:
    line = ("coupon", "send", "满减20", "--key", "周末", "--near", "SH01", "--within", "3000", *SAID)
    look = shop.run(*line, "--dry-run")
    assert (look.json["count"], look.json["least"], look.json["hears"]) == (2, 1, {"guide_task": 2})
    assert look.json["sample"][0]["payload"]["words"] == "这位顾客有一张【满100减20】，到静安店用。"
    assert table(shop, "SELECT * FROM coupon") == table(shop, "SELECT * FROM delivery") == []
    sent = shop.run(*line)
    assert (sent.code, sent.json["hears"]) == (0, {"guide_task": 2})
    assert sorted(table(shop, "SELECT reason FROM task")) == [
        ("王女士有一张【满100减20】，到静安店用。",), ("赵女士有一张【满100减20】，到静安店用。",),
    ]  # fmt: skip
    assert shop.run(*line).json["there"] == 2
    wider = shop.run(*line[: -len(SAID) - 1], "4000", *SAID)
    assert wider.code == 1 and "--within: 满减20 is for people within 3000 m" in wider.err


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (("SH09", "--within", "300"), "store: there is no store 'SH09'"),
        (("SH02", "--within", "300"), "store: nobody knows where SH02 is"),
        (("SH01", "--within", "0"), "--within: 0 is no distance"),
        (("SH01", "--within", "300", "--list", "--limit", "0"), "--limit: 0 is no number"),
    ],
)
def test_what_is_no_place_or_distance_is_named(shop: Installation, line: tuple[str, ...], named: str) -> None:
    ran = shop.run("coupon", "near", *line)
    assert ran.code == 1 and named in ran.err
