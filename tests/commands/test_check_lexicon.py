"""`main.py check` tells of a live edition of the lexicon that this program cannot read, and how to go back."""

from __future__ import annotations

import json
import shlex
import sqlite3
from pathlib import Path

import pytest

from tests.commands.installation import Installation
from tests.commands.test_lexicon import SMALL

UNREADABLE = SMALL.replace('kind = "quality"', 'kind = "mood"')


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation of this test alone, with the starter files, edition 2 and edition 3."""
    twin = brand.twin(tmp_path)
    for words in ("黑的", "乌黑"):
        ran = twin.run("lexicon", "import", twin.file("new.toml", SMALL.replace("黑的", words)))
        assert ran.code == 0, ran.err
    return twin


def make_unreadable(shop: Installation, *editions: int) -> None:
    with sqlite3.connect(shop.database) as connection:
        for edition in editions:
            content = json.dumps({"toml": UNREADABLE})
            connection.execute("UPDATE lexicon_edition SET content = ? WHERE id = ?", (content, edition))


def found(shop: Installation) -> tuple[str, str, str]:
    return shop.run("check").checks["lexicon"]


def obey(shop: Installation, remedy: str) -> None:
    """Types in what the remedy says, word by word."""
    for line in remedy.removeprefix("run: ").partition(" (")[0].split(" && "):
        python, main, *arguments = shlex.split(line)
        assert (python, main) == ("python", "main.py")
        assert shop.run(*arguments).code == 0


def test_the_starter_files_are_green(brand: Installation) -> None:
    state, detail, _ = found(brand)
    assert (state, detail.partition(",")[0]) == ("green", "the starter files")


def test_an_edition_that_is_read_is_green(shop: Installation) -> None:
    assert found(shop) == ("green", "edition 3, 5 words", "")


def test_an_edition_that_cannot_be_read_is_red_and_undo_mends_it(shop: Installation) -> None:
    make_unreadable(shop, 3)
    ran = shop.run("check")
    assert (ran.code, ran.parts("red")) == (1, ["lexicon"])
    _, detail, remedy = ran.checks["lexicon"]
    assert detail.startswith("edition 3 is live and cannot be read: lexicon edition 3: ")
    assert "kind" in detail
    assert remedy == "run: python main.py lexicon undo (what edition 2 held is live again then)"
    obey(shop, remedy)
    assert found(shop) == ("green", "edition 4, 5 words", "")


def test_where_the_one_before_is_no_better_the_newest_good_one_is_named(
    shop: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_unreadable(shop, 2, 3)
    _, _, remedy = found(shop)
    copy = "python main.py lexicon export edition1.toml --edition 1"
    assert remedy == f"run: {copy} && python main.py lexicon import edition1.toml"
    monkeypatch.chdir(tmp_path)
    obey(shop, remedy)
    assert found(shop)[0] == "green"


def test_where_no_edition_can_be_read_the_starter_files_are_named(shop: Installation) -> None:
    make_unreadable(shop, 1, 2, 3)
    state, _, remedy = found(shop)
    assert state == "red"
    assert remedy.startswith("run: python main.py lexicon import customers/tagging/lexicon (")
    obey(shop, remedy)
    assert found(shop)[0] == "green"


def test_looking_changes_nothing(shop: Installation) -> None:
    make_unreadable(shop, 3)
    with sqlite3.connect(shop.database) as connection:
        before = list(connection.iterdump())
    found(shop)
    with sqlite3.connect(shop.database) as connection:
        assert list(connection.iterdump()) == before
