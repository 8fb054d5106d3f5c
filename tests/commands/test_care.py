"""``main.py care …``: rules come in by file or by options, are switched, shown, previewed and taken away."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.commands.installation import Installation

RULE = """
name = "生日祝福"
kind = "birthday"
account = "shop"
at = "10:00"

[[options]]
channel = "custom"
text = '''
{customer}，生日快乐！
{brand}祝您开心'''

[[options]]
channel = "guide_task"
words = "今天是{customer}的生日"
"""
PEOPLE = """member_no,openid,name,birthday,guide_code
M1,oA,王女士,1990-05-12,G001
M2,oB,,lunar:03-26,
M3,oC,李先生,05-13,
"""
STORES = "code,name\nSH01,静安店\n"
GUIDES = "code,name,phone,store_code,role\nG001,林晓雯,13800000001,SH01,guide\n"


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation of this test alone."""
    return brand.twin(tmp_path)


@pytest.fixture
def peopled(shop: Installation) -> Installation:
    for what, text, options in (
        ("stores", STORES, []),
        ("guides", GUIDES, []),
        ("customers", PEOPLE, ["--account", "shop"]),
    ):
        ran = shop.run("import", what, shop.file(f"{what}.csv", text), *options)
        assert ran.code == 0, ran.err
    return shop


def added(shop: Installation, *options: str) -> None:
    ran = shop.run("care", "add", shop.file("rule.toml", RULE), *options)
    assert ran.code == 0, ran.err


def listed(shop: Installation) -> list[tuple[str, str, bool]]:
    return [(rule["name"], rule["kind"], rule["is_on"]) for rule in shop.run("care", "list").json["rules"]]


def audited(shop: Installation) -> list[tuple[str, str]]:
    with sqlite3.connect(shop.database) as connection:
        rows = connection.execute("SELECT action, detail FROM audit WHERE action LIKE 'care.%' ORDER BY id")
        return [(action, json.loads(detail)["name"]) for action, detail in rows]


def test_a_rule_lives_from_add_to_remove(shop: Installation) -> None:
    assert shop.run("care", "list").json["rules"] == []
    added(shop)
    assert listed(shop) == [("生日祝福", "birthday", False)]
    on = shop.run("care", "on", "生日祝福")
    assert (on.code, on.json["is_on"]) == (0, True)
    assert "already" in shop.run("care", "on", "生日祝福").err
    assert listed(shop) == [("生日祝福", "birthday", True)]
    assert shop.run("care", "off", "生日祝福").json["is_on"] is False
    assert shop.run("care", "remove", "生日祝福").json["removed"] == "生日祝福"
    assert listed(shop) == []
    assert audited(shop) == [(f"care.{what}", "生日祝福") for what in ("add", "on", "off", "remove")]


def test_what_show_prints_add_takes(shop: Installation) -> None:
    added(shop)
    shown = shop.run_plainly("care", "show", "生日祝福")
    assert "{customer}，生日快乐！\n{brand}祝您开心" in shown.out
    rule = shop.run("care", "show", "生日祝福").json["rule"]
    assert rule["class"] == "care"
    assert shop.run("care", "remove", "生日祝福").code == 0
    assert shop.run("care", "add", shop.file("again.toml", shown.out)).json["rule"] == rule


def test_a_rule_may_come_by_options_alone_and_options_win_over_the_file(shop: Installation) -> None:
    words = ["--option", "custom=感谢一路相伴", "--option", "guide_task=向{customer}道谢"]
    ran = shop.run("care", "add", "--name", "七天", "--kind", "after_follow", "--account", "shop", "--at", "10:30",
                   "--setting", "days=7", "--class", "marketing", *words)  # fmt: skip
    assert ran.json["rule"] == {
        "name": "七天", "kind": "after_follow", "account": "shop", "class": "marketing", "at": "10:30",
        "settings": {"days": 7},
        "options": [
            {"channel": "custom", "text": "感谢一路相伴"}, {"channel": "guide_task", "words": "向{customer}道谢"},
        ],
    }  # fmt: skip
    added(shop, "--name", "早生日", "--setting", "days_before=3")
    early = shop.run("care", "show", "早生日").json["rule"]
    assert (early["settings"], early["at"]) == ({"days_before": 3}, "10:00")


def test_set_changes_what_is_named_and_keeps_the_rest(shop: Installation) -> None:
    added(shop)
    ran = shop.run("care", "set", "生日祝福", "--at", "11:00", "--setting", "days_before=3")
    assert ran.json["changed"] == ["at", "settings"]
    assert (ran.json["rule"]["at"], len(ran.json["rule"]["options"])) == ("11:00", 2)
    ran = shop.run("care", "set", "生日祝福", "--setting", "days_before=")
    assert "settings" not in ran.json["rule"]
    file = shop.file("words.toml", "at = '12:00'\n[[options]]\nchannel = 'custom'\ntext = '好'\n")
    ran = shop.run("care", "set", "生日祝福", "--file", file)
    assert (ran.json["changed"], ran.json["rule"]["at"]) == (["at", "options"], "12:00")
    assert shop.run("care", "set", "生日祝福", "--file", file).json["changed"] == []


@pytest.mark.parametrize(
    ("options", "field", "detail"),
    [
        (["--name", "a b"], "name", "'a b' is no name"),
        (["--option", "custom={nmae}好"], "options[0].text", "{nmae} is no variable of these words"),
        (["--option", "custom"], "--option", "'custom' has no ="),
        (["--setting", "days=3"], "settings.days", "is no setting of this kind"),
        (["--account", "mini"], "options[0].channel", "this rule's account is of the kind mini_program"),
        (["--account", "none"], "account", "there is no account 'none'"),
        (["--at", "10"], "at", "'10' is no time of day"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    shop: Installation, options: list[str], field: str, detail: str
) -> None:
    ran = shop.run("care", "add", shop.file("rule.toml", RULE), *options)
    assert ran.code == 1
    assert (ran.errors[0]["field"], ran.errors[0]["detail"]) == (field, detail)
    assert ran.errors[0]["remedy"]
    assert listed(shop) == []


def test_a_rule_or_file_that_is_not_there_is_told(shop: Installation) -> None:
    for words in (
        ["show", "没有"],
        ["on", "没有"],
        ["remove", "没有"],
        ["set", "没有"],
        ["preview", "没有", "--on", "2026-01-01"],
    ):
        ran = shop.run("care", *words)
        assert (ran.code, "there is no care rule '没有'" in ran.errors[0]["detail"]) == (1, True)
    assert shop.run("care", "add", shop.home / "none.toml").code == 1
    assert shop.run("care", "preview", "没有", "--on", "tomorrow").code == 64
    assert shop.run("care").code == 64


def test_an_hour_in_quiet_hours_is_pointed_out(shop: Installation) -> None:
    assert "quiet hours" not in shop.run("care", "add", shop.file("rule.toml", RULE)).err
    ran = shop.run("care", "set", "生日祝福", "--at", "22:00")
    assert "22:00 lies in the quiet hours (21:00 to 09:00)" in ran.err
    assert "quiet hours" not in shop.run("care", "show", "生日祝福", SCRM_CONTACT__QUIET_FROM="23:00").err


def test_a_preview_lists_who_would_hear_what_and_who_would_not_and_why(peopled: Installation) -> None:
    added(peopled)
    ran = peopled.run("care", "preview", "生日祝福", "--on", "2026-05-12")
    assert (ran.code, ran.json["fires"]) == (0, ["2026-05-12T02:00:00+00:00"])
    told = [(p["openid"], p["outcome"], p["channel"], p["words"], p["reason"]) for p in ran.json["people"]]
    assert told == [
        ("oA", "hears", "guide_task", "今天是王女士的生日", ""),
        ("oB", "does_not", "custom", "亲爱的顾客，生日快乐！ 我们祝您开心", "no_channel"),
    ]
    assert (ran.json["outcomes"], ran.json["channels"], ran.json["reasons"]) == (
        {"hears": 1, "does_not": 1}, {"guide_task": 1}, {"no_channel": 1},
    )  # fmt: skip
    assert ran.json["people"][1]["checks"][-1]["reason"] == "no_guide"
    assert audited(peopled)[-1] == ("care.preview", "生日祝福")
    with sqlite3.connect(peopled.database) as connection:
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("delivery", "task")]
    assert counts == [0, 0]


def test_a_preview_shows_no_more_than_asked_but_counts_all(peopled: Installation) -> None:
    added(peopled)
    ran = peopled.run("care", "preview", "生日祝福", "--on", "2026-05-12", "--limit", "1")
    assert ([p["openid"] for p in ran.json["people"]], ran.json["left_out"]) == (["oA"], 1)
    assert "and 1 more" in ran.err
    ran = peopled.run("care", "preview", "生日祝福", "--on", "2026-05-12", "--limit", "-1")
    assert (ran.code, ran.errors[0]["field"]) == (1, "--limit")


def test_a_day_on_which_nothing_falls_due_says_when_it_will(peopled: Installation) -> None:
    festival = [
        "--name",
        "七夕",
        "--kind",
        "festival",
        "--account",
        "shop",
        "--at",
        "10:00",
        "--setting",
        "festival=七夕",
    ]
    assert peopled.run("care", "add", *festival, "--option", "custom=好").code == 0
    ran = peopled.run("care", "preview", "七夕", "--on", "2026-08-18")
    assert (ran.json["people"], ran.json["fires"]) == ([], [])
    assert "does not fall due on 2026-08-18; next 20" in ran.err
    assert len(peopled.run("care", "preview", "七夕", "--on", "2026-08-19").json["people"]) == 3
