"""``main.py lexicon …``: words come in, are looked at, edited, tried, taken back; wrong input does nothing."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import now
from customers.projector import Projector
from customers.tagging.lexicon_document import list_words, read_document, write_toml
from customers.tagging.lexicon_files import STARTER, load_lexicon
from customers.tagging.live import LiveLexicon
from models.database import close_database, open_database
from tests.commands.installation import Installation, Ran
from tests.customers.people import say

SMALL = """
vocabulary = ["某某牌"]
[colour]
label = "颜色"
kind = "quality"
half_life_days = 60
exclusive = false
weight = 1
[colour.tags]
"黑色" = ["黑色", "黑的"]
"白色" = ["白色"]
[colour.patterns]
"黑色" = ["(纯|亮)黑"]
"""
TABLES = ("lexicon_edition", "revision", "audit", "customer_tag", "tag_evidence")


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation of this test alone."""
    return brand.twin(tmp_path)


def kept(shop: Installation) -> list[list[Any]]:
    with sqlite3.connect(shop.database) as connection:
        return [list(connection.execute(f"SELECT * FROM {name} ORDER BY 1")) for name in TABLES]


def audited(shop: Installation) -> list[tuple[str, str, Any]]:
    with sqlite3.connect(shop.database) as connection:
        rows = connection.execute("SELECT action, subject, detail FROM audit ORDER BY id")
        return [(action, subject, json.loads(detail)) for action, subject, detail in rows]


def imported(shop: Installation, text: str = SMALL, *options: str) -> Ran:
    ran = shop.run("lexicon", "import", shop.file("new.toml", text), *options)
    assert ran.code == 0, ran.err
    return ran


def words_of(shop: Installation, name: str) -> int:
    tags = {
        tag["name"]: tag["words"] for group in shop.run("lexicon", "list").json["taxonomy"] for tag in group["tags"]
    }
    return int(tags[name])


def test_before_any_import_the_starter_is_live(shop: Installation) -> None:
    ran = shop.run("lexicon", "list")
    starter = load_lexicon()
    assert (ran.code, ran.json["version"], ran.json["edition"]) == (0, starter.version, None)
    assert [group["group"] for group in ran.json["taxonomy"]] == list(starter.groups)
    assert "the starter files, never changed" in ran.err
    assert shop.run("lexicon", "history").json["editions"] == []


def test_a_lexicon_lives_from_import_to_undo(shop: Installation) -> None:
    done = imported(shop, SMALL, "--note", "秋季").json
    assert (done["changed"], done["groups"], done["tags"], done["words"], done["vocabulary"]) == (True, 1, 2, 5, 1)
    assert done["version_before"] == load_lexicon().version
    listed = shop.run("lexicon", "list")
    assert (listed.json["version"], listed.json["edition"]["note"]) == (done["version"], "秋季")
    assert listed.json["taxonomy"] == [
        {
            "group": "colour", "label": "颜色", "kind": "quality", "exclusive": False, "half_life_days": 60.0,
            "personal": False,
            "tags": [{"name": "黑色", "words": 4, "weight": 1.0}, {"name": "白色", "words": 1, "weight": 1.0}],
        }
    ]  # fmt: skip
    new, old = list_words(read_document(tomllib.loads(SMALL))), list_words(load_lexicon())
    assert (done["added"], done["removed"]) == (len(new - old), len(old - new))
    back = shop.run("lexicon", "undo")
    assert (back.json["added"], back.json["removed"]) == (done["removed"], done["added"])
    assert (back.json["version"], back.json["version_before"]) == (done["version_before"], done["version"])
    assert shop.run("lexicon", "undo").json["version"] == done["version"]
    history = shop.run("lexicon", "history").json["editions"]
    assert [(e["id"], e["note"]) for e in history] == [
        (4, "undo of 3: as edition 2"), (3, "undo of 2: as edition 1"), (2, "秋季"), (1, "starter files"),
    ]  # fmt: skip
    assert [action for action, _, _ in audited(shop)] == ["lexicon.import", "lexicon.undo", "lexicon.undo"]
    assert len(shop.run("lexicon", "history", "--limit", "1").json["editions"]) == 1


def test_staff_are_told_what_follows(shop: Installation) -> None:
    ran = imported(shop)
    assert "new messages are tagged with it in every process within a second" in ran.err
    assert "replay tags" in ran.err


def test_the_same_file_again_changes_nothing(shop: Installation) -> None:
    imported(shop)
    before = kept(shop)
    again = imported(shop)
    assert (again.json["changed"], kept(shop)) == (False, before)
    assert "nothing changed" in again.err
    assert "replay" not in again.err


def test_what_is_exported_is_imported_the_same(shop: Installation, tmp_path: Path) -> None:
    imported(shop)
    file = tmp_path / "out.toml"
    assert shop.run("lexicon", "export", file).json["words"] == 5
    assert shop.run("lexicon", "import", file).json["changed"] is False
    refused = shop.run("lexicon", "export", file)
    assert (refused.code, refused.errors[0]["detail"]) == (1, f"{file} is there already")
    assert shop.run("lexicon", "undo").code == 0
    assert shop.run("lexicon", "export", file, "--force").code == 0
    assert file.read_text(encoding="utf-8") == write_toml(load_lexicon())
    assert shop.run("lexicon", "export", file, "--force", "--edition", 2).json["words"] == 5


@pytest.mark.parametrize(
    ("name", "options", "detail"),
    [
        ("out.txt", [], "no .toml and no .csv file"),
        ("none/out.toml", [], "cannot be written"),
        ("out.toml", ["--edition", "9"], "there is no lexicon edition 9"),
    ],
)
def test_what_cannot_be_exported_says_why(shop: Installation, name: str, options: list[str], detail: str) -> None:
    ran = shop.run("lexicon", "export", shop.home / name, *options)
    assert (ran.code, detail in ran.errors[0]["detail"], (shop.home / name).exists()) == (1, True, False)


def test_check_needs_no_database_and_takes_a_folder(tmp_path: Path) -> None:
    bare = Installation(tmp_path, {})
    ran = bare.run("lexicon", "check", STARTER)
    assert (ran.code, ran.json["version"]) == (0, load_lexicon().version)


@pytest.mark.parametrize("what", ["check", "import", "diff"])
def test_every_fault_is_named_and_nothing_changes(shop: Installation, what: str) -> None:
    imported(shop)
    before = kept(shop)
    text = SMALL.replace('"白色"]', '"白色", "黑的", "白 的"]').replace("60", "0")
    ran = shop.run("lexicon", what, shop.file("bad.toml", text))
    assert ran.code == 1
    assert [(error["field"], error["detail"]) for error in ran.errors] == [
        ("bad.toml: colour", "half_life_days: should be more than 0, is 0"),
        ("bad.toml: colour: 白色", "'白 的' contains white space"),
        ("bad.toml: colour: 白色", "'黑的' is already in bad.toml: colour: 黑色"),
    ]
    assert all(error["remedy"] for error in ran.errors)
    assert kept(shop) == before


def test_nothing_to_undo_is_said(shop: Installation) -> None:
    ran = shop.run("lexicon", "undo")
    assert (ran.code, ran.errors[0]["detail"]) == (1, "the lexicon was never changed: there is nothing to undo")


def test_words_are_added_and_removed(shop: Installation) -> None:
    imported(shop)
    assert shop.run("lexicon", "add", "colour/白色", "米白", "纯白").json["changed"] is True
    assert words_of(shop, "白色") == 3
    assert shop.run("lexicon", "add", "colour/红色", "正红", "--new-tag").json["tags"] == 3
    assert shop.run("lexicon", "add", "vocabulary", "甲乙牌").json["vocabulary"] == 2
    assert shop.run("lexicon", "remove", "米白", "甲乙牌").json["edited"] == ["米白", "甲乙牌"]
    assert words_of(shop, "白色") == 2
    assert shop.run("lexicon", "adopt", "雪白", "colour/白色").json["changed"] is True
    notes = [edition["note"] for edition in shop.run("lexicon", "history").json["editions"]]
    assert notes[:5] == [
        "adopt colour/白色 雪白", "remove 米白 甲乙牌", "add vocabulary 甲乙牌", "add colour/红色 正红",
        "add colour/白色 米白 纯白",
    ]  # fmt: skip
    assert [action for action, _, _ in audited(shop)] == ["lexicon.import", *["lexicon.edit"] * 5]


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        (["add", "colour/白色", "纯白", "黑的"], "'黑的' is already in lexicon: colour: 黑色"),
        (["add", "colour/红", "正红"], "colour has no tag '红'"),
        (["remove", "白色"], "'白色' is the last word of colour/白色"),
        (["remove", "亮黑"], "'亮黑' is made by the pattern"),
        (["adopt", "雪 白", "colour/白色"], "'雪 白' contains white space"),
    ],
)
def test_a_wrong_edit_changes_nothing(shop: Installation, line: list[str], detail: str) -> None:
    imported(shop)
    before = kept(shop)
    ran = shop.run("lexicon", *line)
    assert (ran.code, detail in ran.errors[0]["detail"]) == (1, True)
    assert kept(shop) == before


def test_the_table_for_spreadsheets_is_the_same_lexicon(shop: Installation) -> None:
    imported(shop)
    file = shop.home / "out.csv"
    assert shop.run("lexicon", "export", file).code == 0
    assert file.read_bytes().startswith("\ufeffgroup,tag,what,text\r\nvocabulary,,word,某某牌\r\n".encode())
    assert shop.run("lexicon", "import", file).json["changed"] is False
    file.write_text(file.read_text(encoding="utf-8-sig").replace("白色,word,白色", "白色,word,雪白"), encoding="utf-8")
    assert shop.run("lexicon", "import", file).json["changed"] is True
    assert [shop.run("lexicon", "remove", word).code for word in ("雪白", "白色")] == [1, 1]


def spoken(shop: Installation, words: dict[str, str], days_ago: int = 0) -> None:
    """People have said this, and it is projected."""

    async def speak() -> None:
        await open_database(f"sqlite:///{shop.database}")
        try:
            for openid, text in words.items():
                await say(openid, text, now() - timedelta(days=days_ago))
            await Projector(LiveLexicon(), timedelta(days=30)).run_once()
        finally:
            await close_database()

    asyncio.run(speak())


def tags_of(shop: Installation, openid: str) -> list[str]:
    return [tag["name"] for tag in shop.run("show", "customer", openid).json["tags"]]


def test_diff_tells_beforehand_what_import_and_replay_do(shop: Installation) -> None:
    imported(shop)
    spoken(shop, {"oA": "想要亮黑的连衣裙", "oB": "墨黑有吗", "oC": "白色好看"})
    before = kept(shop)[3:]
    changed = SMALL.replace('"黑的"', '"墨黑"').replace('["白色"]', '["雪白"]').replace("(纯|亮)黑", "(纯|暗)黑")
    file = shop.file("changed.toml", changed)
    ran = shop.run("lexicon", "diff", file)
    assert (ran.code, ran.json["customers"], ran.json["messages"], ran.json["changed"]) == (0, 3, 3, 3)
    assert (ran.json["added"], ran.json["removed"]) == (3, 3)
    assert "words +3: 雪白 (colour/白色), 墨黑 (colour/黑色), 暗黑 (colour/黑色)" in ran.err
    effects = {effect["tag"]: (effect["gain"], effect["lose"], effect["keep"]) for effect in ran.json["effects"]}
    assert effects == {"黑色": (1, 1, 0), "白色": (0, 1, 0)}
    black = next(effect for effect in ran.json["effects"] if effect["tag"] == "黑色")
    assert [(s["customer"], s["text"], s["keyword"]) for s in black["gained_by"]] == [(2, "墨黑有吗", "墨黑")]
    assert [(s["text"], s["keyword"]) for s in black["lost_by"]] == [("想要亮黑的连衣裙", "亮黑")]
    assert kept(shop)[3:] == before
    assert audited(shop)[-1] == ("lexicon.diff", f"lexicon:{ran.json['version']}", {"customers": [1, 2, 3]})

    assert shop.run("lexicon", "import", file).json["changed"] is True
    assert shop.run("replay", "tags").json["lexicon"] == ran.json["version"]
    assert [tags_of(shop, openid) for openid in ("oA", "oB", "oC")] == [[], ["黑色"], []]
    assert shop.run("lexicon", "diff", file).json["changed"] == 0


def test_diff_is_bounded_as_asked(shop: Installation) -> None:
    imported(shop)
    spoken(shop, {f"o{number}": "白色好看" for number in range(4)})
    file = shop.file("changed.toml", SMALL.replace('["白色"]', '["雪白"]'))
    (effect,) = shop.run("lexicon", "diff", file, "--samples", 2, "--days", 1).json["effects"]
    assert (effect["lose"], len(effect["lost_by"])) == (4, 2)
    assert shop.run("lexicon", "diff", file, "--samples", 0).json["effects"][0]["lost_by"] == []
    for option in ("--days", "--samples"):
        ran = shop.run("lexicon", "diff", file, option, "-1")
        assert (ran.code, ran.errors[0]["field"]) == (1, option)


FRAMES = ["有没有{}的", "这件{}好看", "我想要{}", "{}还有吗", "请问{}怎么搭", "朋友穿{}真美"]


def test_new_words_are_found_told_and_adopted(shop: Installation) -> None:
    imported(shop)
    assert shop.run("lexicon", "discover").json["words"] == []
    spoken(shop, {f"o{n}": FRAMES[n % 6].format("白色") for n in range(60)}, days_ago=30)
    spoken(shop, {f"o{n}": FRAMES[n % 6].format("多巴胺") for n in range(12)})
    ran = shop.run("lexicon", "discover", "--days", 7, "--background-days", 60)
    assert (ran.code, ran.json["days"], ran.json["background_days"]) == (0, 7, 60)
    (word,) = ran.json["words"]
    assert (word["word"], word["recent"], word["background"], word["customers"]) == ("多巴胺", 12, 0, 12)
    assert word["examples"][0] == {"customer": 1, "text": "有没有多巴胺的"}
    assert "lexicon adopt 多巴胺 " in ran.err
    seen = {"customers": sorted(example["customer"] for example in word["examples"])}
    assert audited(shop)[-1] == ("lexicon.discover", f"lexicon:{ran.json['version']}", seen)

    assert shop.run("lexicon", "adopt", "多巴胺", "colour/多巴胺", "--new-tag").json["changed"] is True
    assert shop.run("lexicon", "discover").json["words"] == []


def test_discover_is_bounded_as_asked(shop: Installation) -> None:
    for option in ("--days", "--background-days"):
        ran = shop.run("lexicon", "discover", option, 0)
        assert (ran.code, ran.errors[0]["field"]) == (1, option)
