"""A secret key that is not the database's stops every command, and ``check`` says what to do."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.commands.installation import Installation, WeChat, variables_for

OTHER = "0d1c2b3a49586776859403f2e1d0c9b8"
GUIDES = "code,name,phone,role\nG001,林晓雯,13800000001,hq\n"
DETAIL = "is not the key this database was made with: phones in it can be neither read nor found"
REMEDY = "put the former key back; where it is lost for good: python main.py migrate --secret-key-lost"


@pytest.fixture
def other(brand: Installation, tmp_path: Path) -> Installation:
    """The same database, other settings."""
    assert brand.run("import", "guides", brand.file("guides.csv", GUIDES)).code == 0
    return brand.twin(tmp_path, SCRM_SECRET_KEY=OTHER)


@pytest.mark.parametrize(
    "line", ["serve", "migrate", "show totals", "import guides FILE", "person erase oA", "replay tags", "scene list"]
)
def test_another_key_stops_every_command(other: Installation, line: str) -> None:
    ran = other.run(*line.split())
    assert (ran.code, ran.errors) == (1, [{"field": "secret_key", "detail": DETAIL, "remedy": REMEDY}])


def test_check_says_which_key_it_is_not(other: Installation, brand: Installation) -> None:
    ran = other.run("check")
    assert (ran.code, ran.parts("red"), ran.checks["secret key"]) == (1, ["secret key"], ("red", DETAIL, REMEDY))
    assert brand.run("check").checks["secret key"] == ("green", "the one this database was made with", "")


def test_a_faulty_key_is_told_as_a_setting_alone(brand: Installation) -> None:
    assert "secret key" not in brand.run("check", SCRM_SECRET_KEY="short").checks


def test_where_the_former_key_is_lost_migrate_goes_on_without_its_phones(other: Installation) -> None:
    ran = other.run("migrate", "--secret-key-lost")
    assert (ran.code, ran.json) == (0, {"ok": True, "applied": [], "forgotten": {"customers": 0, "staff": 1}})
    assert phones(other) == [""]
    assert other.run("check").parts("red") == []
    assert other.run("import", "guides", other.file("guides.csv", GUIDES)).json["updated"] == 1
    again = other.run("migrate", "--secret-key-lost")
    assert (again.code, again.errors[0]["field"]) == (1, "--secret-key-lost")
    assert phones(other) != [""]


def phones(installation: Installation) -> list[str]:
    with sqlite3.connect(installation.database) as connection:
        return [cipher for (cipher,) in connection.execute("SELECT phone_cipher FROM staff")]


def test_a_database_made_before_keys_were_noted_takes_the_first_it_meets(
    migrated_sqlite: Path, tmp_path: Path, wechat: WeChat
) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "zhiji.db")
    old = Installation(tmp_path, variables_for(tmp_path, wechat))
    assert old.run("check").checks["secret key"] == (
        "yellow", "not noted in this database yet", "run: python main.py migrate",
    )  # fmt: skip
    assert old.run("show", "totals").code == 0
    assert old.run("show", "totals", SCRM_SECRET_KEY=OTHER).errors[0]["detail"] == DETAIL
