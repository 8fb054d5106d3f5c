"""`main.py check` and what stands around the accounts: settings, database, Redis."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.commands.installation import SECRET, WRONG_SECRET, Installation, WeChat, variables_for


def test_broken_settings_are_all_told_and_what_is_sound_is_still_checked(brand: Installation) -> None:
    ran = brand.run("check", SCRM_SECRET_KEY=None, SCRM_ACCOUNTS__MINI__TOKEN="a b", SCRM_LISTEN="8080")
    found = [line["detail"] for line in ran.json["checks"] if line["part"] == "settings"]
    assert ran.code == 1
    assert found == ["listen: is no host:port", "secret_key: is missing", "accounts.mini.token: is malformed"]
    states = {part: state for part, (state, _, _) in ran.checks.items()}
    assert (states["database"], states["migrations"], states["shop: token"]) == ("green", "green", "green")
    assert not any(part.startswith("mini:") for part in states)


def test_a_faulty_database_address_is_not_looked_at(brand: Installation, tmp_path: Path) -> None:
    found = brand.run("check", SCRM_DATABASE_URL="mysql://db/zhiji").checks
    assert found["database"][:2] == ("yellow", "not looked at")
    assert "migrations" not in found


def test_no_account_at_all_is_red(tmp_path: Path, brand: Installation) -> None:
    none = {name: value for name, value in brand.variables.items() if "ACCOUNTS" not in name}
    ran = Installation(brand.home, none).run("check")
    assert ran.parts("red") == ["settings"]
    assert ran.checks["settings"][1] == "no account is configured"


def test_a_mistyped_variable_is_noticed(brand: Installation) -> None:
    ran = brand.run("check", SCRM_REDISURL="redis://cache")
    noticed = [line for line in ran.json["checks"] if line["part"] == "settings" and line["state"] == "yellow"]
    assert [(line["detail"], line["remedy"]) for line in noticed] == [
        ("SCRM_REDISURL is no setting and is not read", "did you mean SCRM_REDIS_URL?")
    ]
    assert ran.code == 0


def test_no_secret_is_ever_printed(brand: Installation) -> None:
    secrets = [
        value for name, value in brand.variables.items() if name.endswith(("SECRET", "TOKEN", "AES_KEY", "_KEY"))
    ]
    wrong = {"SCRM_ACCOUNTS__SHOP__APP_SECRET": WRONG_SECRET, "SCRM_ACCOUNTS__MINI__APP_SECRET": SECRET.upper()}
    for ran in (brand.run("check"), brand.run_plainly("check"), brand.run("check", **wrong)):
        said = ran.out + ran.err
        assert not [secret for secret in [*secrets, WRONG_SECRET, SECRET.upper()] if secret in said]


# ── database and Redis ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_database_without_its_schema_is_red_and_none_is_made(tmp_path: Path, wechat: WeChat) -> None:
    ran = Installation(tmp_path, variables_for(tmp_path, wechat)).run("check")
    assert (ran.code, ran.parts("red")) == (1, ["migrations"])
    assert ran.checks["migrations"][2] == "run: python main.py migrate"
    assert list(tmp_path.iterdir()) == []


def test_a_migration_that_is_missing_is_red(tmp_path: Path, brand: Installation) -> None:
    twin = brand.twin(tmp_path)
    with sqlite3.connect(twin.database) as connection:
        connection.execute("DELETE FROM tortoise_migrations")
    assert twin.run("check").checks["migrations"][:2] == ("red", "1 not applied yet: 0001_initial")


def test_a_file_that_is_no_database_is_red(tmp_path: Path, wechat: WeChat) -> None:
    (tmp_path / "zhiji.db").write_bytes(b"not a database at all, but long enough to be read as one" * 40)
    ran = Installation(tmp_path, variables_for(tmp_path, wechat)).run("check")
    assert ran.parts("red") == ["database"]
    assert ran.checks["database"][1].endswith("file is not a database")


def test_a_folder_that_cannot_be_made_is_red(tmp_path: Path, brand: Installation) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = brand.run("check", SCRM_DATABASE_URL=f"sqlite:///{tmp_path / 'file' / 'zhiji.db'}")
    assert ran.parts("red") == ["database"]
    assert "cannot be made" in ran.checks["database"][1]


def test_somebody_who_holds_the_write_lock_is_noticed(tmp_path: Path, brand: Installation) -> None:
    twin = brand.twin(tmp_path)
    with sqlite3.connect(twin.database, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        state, detail, remedy = twin.run("check").checks["database"]
        holder.execute("ROLLBACK")
    assert (state, detail.rpartition(": ")[2]) == ("red", "database is locked")
    assert remedy.startswith("another process has been writing")


@pytest.mark.postgres
def test_postgresql_is_green_once_it_is_migrated(brand: Installation, postgres_url: str) -> None:
    before = brand.run("check", SCRM_DATABASE_URL=postgres_url)
    assert (before.code, before.parts("red")) == (1, ["migrations"])
    assert brand.run("migrate", SCRM_DATABASE_URL=postgres_url).code == 0
    after = brand.run("check", SCRM_DATABASE_URL=postgres_url)
    assert (after.code, after.checks["database"][0], after.checks["migrations"][0]) == (0, "green", "green")
    assert after.checks["redis"][0] == "yellow"


@pytest.mark.postgres
def test_a_postgresql_that_has_no_such_database_is_red(brand: Installation, postgres_url: str) -> None:
    ran = brand.run("check", SCRM_DATABASE_URL=f"{postgres_url}_not_there")
    assert ran.parts("red") == ["database"]
    assert ran.checks["database"][2] == "make it: createdb"


def test_a_postgresql_out_of_reach_is_red_in_check_and_a_plain_line_elsewhere(brand: Installation) -> None:
    away = {"SCRM_DATABASE_URL": "postgres://zhiji:hush@127.0.0.1:9/zhiji"}
    ran = brand.run("check", **away)
    assert ran.checks["database"][:2] == (
        "red", "SCRM_DATABASE_URL: 127.0.0.1:9/zhiji cannot be reached (ConnectionRefusedError)",
    )  # fmt: skip
    for command in (("migrate",), ("show", "totals")):
        other = brand.run(*command, **away)
        assert other.code == 1
        assert [error["remedy"] for error in other.errors] == ["start it, or correct the host"]
        assert "hush" not in other.out + other.err + ran.out


def test_redis_that_is_away_is_yellow(brand: Installation) -> None:
    ran = brand.run("check", SCRM_REDIS_URL="redis://127.0.0.1:9/0")
    assert (ran.code, ran.checks["redis"][0]) == (0, "yellow")
    assert "nothing is lost" in ran.checks["redis"][1]


@pytest.mark.redis
def test_redis_that_answers_is_green(brand: Installation, redis_url: str) -> None:
    state, detail, _ = brand.run("check", SCRM_REDIS_URL=redis_url).checks["redis"]
    assert (state, detail.split()[0]) == ("green", "Redis")


def test_checking_changes_nothing_in_the_database(brand: Installation, tmp_path: Path) -> None:
    twin = brand.twin(tmp_path)
    before = _dump(twin.database)
    assert twin.run("check", SCRM_ACCOUNTS__SHOP__APP_SECRET=WRONG_SECRET).code == 1
    assert _dump(twin.database) == before


def _dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump())
