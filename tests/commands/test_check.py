"""`main.py check` and the accounts: what WeChat says of each, with the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.state.world import World
from tests.commands.clocks import wechat_whose_clock_is_off
from tests.commands.installation import WRONG_SECRET, Background, Installation, WeChat, open_wechat
from tests.wechat import ScriptedWeChat, cut, scripted_wechat


def turn(world: World, changes: dict[str, Any]) -> None:
    world.turn(changes)


def test_a_sound_installation_has_nothing_red_and_exits_0(brand: Installation) -> None:
    ran = brand.run("check")
    assert (ran.code, ran.parts("red")) == (0, [])
    assert set(ran.json["checks"][0]) == {"part", "state", "detail", "remedy"}
    assert ran.parts("green")[:8] == [
        "settings", "database", "migrations", "lexicon", "secret key", "redis", "shop: token", "shop: IP allow-list",
    ]  # fmt: skip
    assert all(line["remedy"] for line in ran.json["checks"] if line["state"] != "green")


def test_people_read_the_same_lines_with_a_mark_and_the_remedy_below(brand: Installation) -> None:
    ran = brand.run_plainly("check", SCRM_ACCOUNTS__SHOP__APP_SECRET=WRONG_SECRET)
    said = ran.out.splitlines()
    at = next(number for number, line in enumerate(said) if line.startswith("✗ shop: token: 40125"))
    assert said[at + 1].startswith("    → copy the app secret anew")
    assert said[-1].endswith("1 red")
    assert ran.code == 1


def test_every_permission_is_told_with_its_quota(brand: Installation, wechat: WeChat) -> None:
    wechat.world.apps[wechat.accounts["shop"].app_id].quotas.used["/cgi-bin/user/get"] = 480
    found = brand.run("check").checks
    assert found["shop: permission, template messages"][:2] == ("green", "0 of 100,000 calls used today")
    assert found["shop: permission, list of followers"][:2] == ("yellow", "480 of 500 calls used today")
    assert "mini: permission, phone numbers" in found


def test_a_wrong_secret_is_red_and_nothing_more_is_asked(brand: Installation, wechat: WeChat) -> None:
    before = wechat.calls("/cgi-bin/openapi/quota/get")
    ran = brand.run("check", SCRM_ACCOUNTS__SHOP__APP_SECRET=WRONG_SECRET, SCRM_ACCOUNTS__MINI__APP_SECRET=WRONG_SECRET)
    assert (ran.code, ran.parts("red")) == (1, ["shop: token", "mini: token"])
    assert ran.checks["shop: token"][1] == "40125: the app secret is not right"
    assert wechat.calls("/cgi-bin/openapi/quota/get") == before


def test_an_address_that_is_not_allowed_is_shown_as_wechat_saw_it(background: Background, brand: Installation) -> None:
    closed = open_wechat(background, ip_allow=["203.0.113.7"])
    ran = brand.run("check", SCRM_ACCOUNTS__SHOP__API_BASE=closed.base)
    assert (ran.code, ran.parts("red")) == (1, ["shop: IP allow-list"])
    _, detail, remedy = ran.checks["shop: IP allow-list"]
    assert "127.0.0.1" in detail
    assert remedy == "add 127.0.0.1 in the console: 设置与开发 > 基本配置 > IP白名单"
    assert ran.checks["shop: token"][0] == "yellow"


def test_rights_the_account_lacks_are_yellow(brand: Installation, wechat: WeChat) -> None:
    turn(wechat.world, {"errors": {"/cgi-bin/openapi/quota/get": {"code": 48001}}})
    try:
        ran = brand.run("check")
    finally:
        turn(wechat.world, {"errors": {}})
    assert ran.code == 0
    state, detail, remedy = ran.checks["shop: permission, menu"]
    assert (state, detail) == ("yellow", "none: 48001 the account has no right to this API")
    assert remedy.startswith("verify the account (微信认证)")


def test_wechat_out_of_reach_is_red_for_that_account_alone(brand: Installation) -> None:
    ran = brand.run("check", SCRM_ACCOUNTS__SHOP__API_BASE="http://127.0.0.1:9")
    assert (ran.code, ran.parts("red")) == (1, ["shop: token"])
    assert ran.checks["shop: token"][1].startswith("no connection")
    assert ran.checks["mini: token"][0] == "green"


@pytest.fixture
def strange(background: Background) -> ScriptedWeChat:
    return background.enter(scripted_wechat())


def test_an_answer_that_breaks_off_is_red(brand: Installation, strange: ScriptedWeChat) -> None:
    strange.answers["/cgi-bin/stable_token"] = cut
    assert brand.run("check", SCRM_ACCOUNTS__SHOP__API_BASE=strange.base).checks["shop: token"][0] == "red"


@pytest.mark.parametrize(
    ("offset_s", "state", "words"),
    [
        (200, "green", "ours is 200 s behind WeChat's, of 600 s allowed (clock_skew_s)"),
        (400, "red", "ours is 400 s behind WeChat's"),
        (-400, "red", "ours is 400 s ahead of WeChat's"),
    ],
)
def test_a_clock_off_by_more_than_half_of_what_is_allowed_is_red(
    background: Background, brand: Installation, offset_s: int, state: str, words: str
) -> None:
    base = background.enter(wechat_whose_clock_is_off(offset_s))
    ran = brand.run("check", SCRM_ACCOUNTS__SHOP__API_BASE=base)
    found, detail, _ = ran.checks["shop: clock"]
    assert found == state
    # The header counts whole seconds.
    assert (
        detail.replace(f"{abs(offset_s) + 1} s", f"{abs(offset_s)} s")
        .replace(f"{abs(offset_s) - 1} s", f"{abs(offset_s)} s")
        .startswith(words)
    )


def test_what_an_account_cannot_do_is_said(brand: Installation) -> None:
    ran = brand.run(
        "check",
        SCRM_ACCOUNTS__SHOP__VERIFIED="false",
        SCRM_ACCOUNTS__SHOP__SUBTYPE="subscription",
        SCRM_ACCOUNTS__SHOP__MODE="plain",
    )
    found = ran.checks
    assert ran.code == 0
    assert found["shop: verification"][:2] == (
        "yellow",
        "not verified: no late replies, QR codes with a scene, unionids, template messages, mass sends",
    )
    assert [found[f"shop: {part}"][0] for part in ("subtype", "mode")] == ["yellow", "yellow"]
    assert "mini: verification" not in found


def test_switching_on_server_push_is_warned_of_for_official_accounts_alone(brand: Installation) -> None:
    found = brand.run("check").checks
    state, detail, remedy = found["shop: server push"]
    assert (state, detail) == (
        "yellow",
        "the moment it is switched on, the console's own auto-replies and menu are switched off",
    )
    assert "main.py menu pull shop menu.json" in remedy
    assert "mini: server push" not in found
