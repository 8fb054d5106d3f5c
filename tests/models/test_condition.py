"""What is said of a database before anybody opens it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from core.errors import Invalid
from models.database import migrate
from models.dialect.condition import OLDEST_POSTGRES, find_server_faults, look_at


async def test_a_new_file_is_new_until_it_is_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'zhiji.db'}"
    before = await look_at(url)
    assert (before.is_new, before.faults) == (True, ())
    await migrate(url)
    after = await look_at(url)
    assert (after.is_new, after.faults) == (False, ())
    with sqlite3.connect(tmp_path / "zhiji.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


async def test_a_new_server_is_new_until_it_is_migrated(postgres_url: str) -> None:
    assert (await look_at(postgres_url)).is_new
    await migrate(postgres_url)
    found = await look_at(postgres_url)
    assert (found.is_new, found.faults, found.name.split()[0]) == (False, (), "PostgreSQL")


@pytest.mark.parametrize(("major", "faults"), [(14, ["PostgreSQL 14 is too old"]), (OLDEST_POSTGRES, [])])
def test_a_server_must_be_new_enough(major: int, faults: list[str]) -> None:
    row = {"major": major, "is_read_only": False, "can_create": True}
    assert [fault.detail for fault in find_server_faults(row, is_new=False)] == faults


async def test_a_server_that_is_read_only_is_named(postgres_url: str) -> None:
    name = urlsplit(postgres_url).path[1:]
    await run(postgres_url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    (fault,) = (await look_at(postgres_url)).faults
    assert (fault.detail, fault.remedy) == ("the server is read-only", "name the primary, not a standby")


@pytest.fixture
async def guest_url(postgres_url: str) -> AsyncIterator[str]:
    """The same database for a user who may not make tables there."""
    guest, password = f"zhiji_guest_{secrets.token_hex(4)}", secrets.token_hex(8)
    await run(postgres_url, f"CREATE ROLE {guest} LOGIN PASSWORD '{password}'")
    parts = urlsplit(postgres_url)
    place = parts.netloc.rpartition("@")[2]
    yield parts._replace(netloc=f"{guest}:{password}@{place}").geturl()
    await run(postgres_url, f"DROP ROLE {guest}")


async def test_a_user_who_may_not_make_tables_is_named_while_there_are_none(postgres_url: str, guest_url: str) -> None:
    (fault,) = (await look_at(guest_url)).faults
    assert fault.detail == "this user may not make tables"
    await migrate(postgres_url)
    assert (await look_at(guest_url)).faults == ()


async def test_a_user_nobody_knows_is_refused_without_the_password(postgres_url: str) -> None:
    parts = urlsplit(postgres_url)
    place = parts.netloc.rpartition("@")[2]
    with pytest.raises(Invalid) as refused:
        await look_at(parts._replace(netloc=f"zhiji_nobody:hush@{place}").geturl())
    assert refused.value.remedy == "correct user and password, or pg_hba.conf"
    assert "hush" not in str(refused.value)


async def run(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
