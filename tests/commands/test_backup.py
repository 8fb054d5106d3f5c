"""`main.py backup` and `restore`: what was there comes back, and nothing is overwritten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.installation import Installation

POSTGRES = "postgres://zhiji@127.0.0.1:9/zhiji"
GUIDES = "code,name,role\nG001,林晓雯,hq\n"


@pytest.fixture
def shop(brand: Installation, tmp_path: Path) -> Installation:
    """An installation with one guide."""
    shop = brand.twin(tmp_path)
    assert shop.run("import", "guides", shop.file("guides.csv", GUIDES)).code == 0
    return shop


def guides_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:  # an open one would keep the file in use
        return [code for (code,) in connection.execute("SELECT code FROM staff ORDER BY code")]


def test_what_was_backed_up_comes_back(shop: Installation) -> None:
    copy = shop.home / "copy.db"
    ran = shop.run("backup", copy)
    assert (ran.code, ran.json) == (0, {"ok": True, "file": str(copy), "bytes": copy.stat().st_size})
    assert shop.run("import", "guides", shop.file("more.csv", GUIDES + "G002,陈佳怡,hq\n")).json["created"] == 1
    assert guides_in(shop.database) == ["G001", "G002"]

    ran = shop.run("restore", copy)
    assert (ran.code, ran.json) == (0, {"ok": True, "database": str(shop.database), "applied": []})
    assert guides_in(shop.database) == ["G001"]
    assert guides_in(shop.home / "zhiji.db.before-restore") == ["G001", "G002"]
    assert shop.run("check").code == 0


def test_only_its_owner_may_read_a_backup(shop: Installation) -> None:
    shop.run("backup", shop.home / "copy.db")
    assert oct((shop.home / "copy.db").stat().st_mode & 0o777) == "0o600"


def test_a_file_that_exists_is_never_overwritten(shop: Installation) -> None:
    kept = shop.file("kept.db", "something else")
    ran = shop.run("backup", kept)
    assert (ran.code, ran.errors[0]["detail"]) == (1, f"{kept} exists already")
    assert kept.read_text() == "something else"


def test_there_is_nothing_to_back_up_before_migrate(tmp_path: Path, brand: Installation) -> None:
    ran = brand.run("backup", tmp_path / "copy.db", SCRM_DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    assert (ran.code, ran.errors[0]["remedy"]) == (1, "run: python main.py migrate")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_told(shop: Installation) -> None:
    ran = shop.run("backup", shop.home / "nowhere" / "copy.db")
    assert (ran.code, ran.errors[0]["remedy"]) == (1, "name a folder of yours")


@pytest.mark.parametrize("what", ["no database", "another program's", "gone", "itself"])
def test_only_a_backup_is_restored(shop: Installation, what: str) -> None:
    source = shop.home / "source.db"
    if what == "no database":
        source.write_bytes(b"these are words, not pages " * 200)
    elif what == "another program's":
        with sqlite3.connect(source) as connection:
            connection.execute("CREATE TABLE note (words TEXT)")
    elif what == "itself":
        source = shop.database
    before = shop.database.read_bytes()
    ran = shop.run("restore", source)
    assert (ran.code, ran.errors[0]["field"]) == (1, "FILE")
    assert shop.database.read_bytes() == before
    assert not list(shop.home.glob("zhiji.db.*"))


def test_a_database_somebody_writes_to_is_not_replaced(shop: Installation) -> None:
    shop.run("backup", shop.home / "copy.db")
    with sqlite3.connect(shop.database, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        ran = shop.run("restore", shop.home / "copy.db")
        writer.execute("ROLLBACK")
    assert (ran.code, ran.errors[0]["remedy"]) == (1, "stop the service first")
    assert not list(shop.home.glob("zhiji.db.*"))


def test_a_damaged_database_is_replaced_and_kept_beside(shop: Installation) -> None:
    shop.run("backup", shop.home / "copy.db")
    damage = b"bits that rotted" * 4096
    shop.database.write_bytes(damage)
    assert shop.run("check").checks["database"][0] == "red"
    assert shop.run("restore", shop.home / "copy.db").code == 0
    assert guides_in(shop.database) == ["G001"]
    assert (shop.home / "zhiji.db.before-restore").read_bytes() == damage


def test_a_damaged_database_is_not_backed_up(shop: Installation) -> None:
    shop.database.write_bytes(b"bits that rotted" * 4096)
    ran = shop.run("backup", shop.home / "copy.db")
    assert (ran.code, ran.errors[0]["field"]) == (1, "FILE")
    assert not list(shop.home.glob("copy*"))


@pytest.mark.parametrize(("command", "remedy"), [("backup", "use pg_dump"), ("restore", "use pg_restore")])
def test_postgresql_is_left_to_its_own_tools(shop: Installation, command: str, remedy: str) -> None:
    ran = shop.run(command, shop.home / "copy.db", SCRM_DATABASE_URL=POSTGRES)
    assert (ran.code, ran.errors[0]["detail"]) == (1, "this installation runs on PostgreSQL")
    assert ran.errors[0]["remedy"].startswith(remedy)
    assert not (shop.home / "copy.db").exists()
