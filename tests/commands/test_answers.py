"""``main.py answers …``: a file comes in, is asked, listed and taken back; what is wrong is named and does nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.commands.installation import Installation, Ran

FILE = """code,question,answer,valid_from,valid_until,stores
return,怎么退货|退货流程是什么,七天内可退,,,
down,羽绒服可以机洗吗,"请手洗,不要机洗",2026-01-01,2099-12-31,
down,羽绒服怎么洗,,,,
"""


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation of this test alone."""
    return brand.twin(tmp_path)


def imported(shop: Installation, text: str = FILE, encoding: str = "utf-8") -> Ran:
    path = shop.home / "answers.csv"
    path.write_bytes(text.encode(encoding))
    return shop.run("answers", "import", str(path))


def count(shop: Installation) -> int:
    with sqlite3.connect(shop.database) as connection:
        return int(connection.execute("SELECT count(*) FROM stored_question").fetchone()[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_in_any_encoding_is_imported_once(shop: Installation, encoding: str) -> None:
    assert imported(shop, encoding=encoding).json == {
        "ok": True,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": [],
    }
    again = imported(shop, encoding=encoding)
    assert (again.json["created"], again.json["unchanged"]) == (0, 2)
    assert count(shop) == 4


def test_asking_says_what_would_be_answered_and_why(shop: Installation) -> None:
    imported(shop)
    sure = shop.run("answers", "ask", "这件羽绒服能机洗吗").json
    assert (sure["answered"], sure["found"][0]["code"]) == ("down", "down")
    assert {"羽绒服", "机洗"} <= set(sure["found"][0]["terms"])
    assert sure["found"][0]["score"] >= sure["threshold"] > sure["near"]
    unsure = shop.run("answers", "ask", "鞋子可以机洗吗").json
    assert (unsure["answered"], unsure["found"][0]["clash"]) == (None, "goods")


def test_list_and_remove(shop: Installation) -> None:
    imported(shop)
    listed = shop.run("answers", "list").json["answers"]
    assert [(each["code"], each["questions"]) for each in listed] == [
        ("down", ["羽绒服可以机洗吗", "羽绒服怎么洗"]),
        ("return", ["怎么退货", "退货流程是什么"]),
    ]
    assert (listed[0]["valid_until"], listed[0]["answer"]) == ("2099-12-31", "请手洗,不要机洗")
    assert shop.run("answers", "remove", "down").json["removed"] == "down"
    assert count(shop) == 2
    refused = shop.run("answers", "remove", "down")
    assert refused.code != 0 and "no answer 'down'" in refused.errors[0]["detail"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("code,question,answer\nx,问,\n", "row 2 answer: is empty"),
        ("code,question,answer,stores\nx,问,答,S9\n", "row 2 stores: there is no store 'S9'"),
        ("code,ask,answer\nx,问,答\n", "question: no column 'question'"),
        ("", "is empty"),
    ],
)
def test_a_wrong_file_is_named_and_changes_nothing(shop: Installation, text: str, named: str) -> None:
    imported(shop)
    refused = imported(shop, text)
    assert refused.code != 0 and named in "{field}: {detail}".format(**refused.errors[0])
    assert count(shop) == 4


def test_a_spreadsheets_accident_is_told_by_its_row(shop: Installation) -> None:
    partly = imported(shop, FILE + "1.2E+05,几点开门,十点,,,\n").json
    assert partly["created"] == 2
    assert [(each["row"], each["field"]) for each in partly["rejected"]] == [(5, "code")]


def test_nothing_asked_in_vain_is_an_empty_list(shop: Installation) -> None:
    assert shop.run("answers", "unanswered", "--days", "7").json == {"ok": True, "days": 7, "groups": []}
