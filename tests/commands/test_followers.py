"""`main.py import followers`: everybody who followed before, over interruptions, a hundred at a time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.commands.installation import SHOP_ID, Background, Installation, WeChat, open_wechat


@pytest.fixture
def full(background: Background) -> WeChat:
    """An account with 250 followers, told a hundred at a time."""
    wechat = open_wechat(background, followers=250)
    wechat.world.turn({"followers_page": 100})
    return wechat


def test_followers_come_in_over_an_interruption(brand: Installation, full: WeChat, tmp_path: Path) -> None:
    twin = brand.twin(tmp_path, SCRM_ACCOUNTS__SHOP__API_BASE=full.base)
    full.world.turn({"daily_limits": {"/cgi-bin/user/get": 2}})
    cut_off = twin.run("import", "followers", "shop")
    assert cut_off.code == 1
    assert "today's quota of this API is used up" in cut_off.errors[0]["detail"]
    assert customers_in(twin) == 200

    next_day(twin)
    full.world.turn({"daily_limits": {}, "errors": {"/cgi-bin/user/info/batchget": {"code": 45009}}})
    assert twin.run("import", "followers", "shop").code == 1
    assert customers_in(twin) == 250
    listed = full.calls("/cgi-bin/user/get")

    next_day(twin)
    full.world.turn({"errors": {}})
    ran = twin.run("import", "followers", "shop")
    assert (ran.code, ran.json) == (
        0, {"ok": True, "listed": 0, "new": 0, "followings": 0, "unionids": 250},
    )  # fmt: skip
    assert full.calls("/cgi-bin/user/get") == listed
    assert (customers_in(twin), following_in(twin), unionids_in(twin)) == (250, 250, 250)


def test_the_same_followers_again_are_nobody_new(brand: Installation, full: WeChat, tmp_path: Path) -> None:
    twin = brand.twin(tmp_path, SCRM_ACCOUNTS__SHOP__API_BASE=full.base)
    first = twin.run("import", "followers", "shop").json
    assert (first["listed"], first["new"], first["followings"], first["unionids"]) == (250, 250, 250, 250)
    again = twin.run("import", "followers", "shop").json
    assert (again["listed"], again["new"], again["followings"], again["unionids"]) == (250, 0, 0, 0)
    assert customers_in(twin) == 250


def test_a_mini_program_has_no_followers(brand: Installation) -> None:
    ran = brand.run("import", "followers", "mini")
    assert (ran.code, ran.errors[0]["detail"]) == (1, "mini is a mini program: it has no followers")


def customers_in(installation: Installation) -> int:
    return one(installation, "SELECT count(*) FROM customer")


def following_in(installation: Installation) -> int:
    return one(installation, "SELECT count(*) FROM following WHERE until IS NULL")


def unionids_in(installation: Installation) -> int:
    return one(installation, f"SELECT count(unionid) FROM identity WHERE app_id = '{SHOP_ID}'")


def one(installation: Installation, query: str) -> int:
    with sqlite3.connect(installation.database) as connection:
        return int(connection.execute(query).fetchone()[0])


def next_day(installation: Installation) -> None:
    """WeChat's refusal ends at midnight; what we remember of it too."""
    with sqlite3.connect(installation.database) as connection:
        connection.execute("UPDATE api_quota SET stopped_until = NULL")
