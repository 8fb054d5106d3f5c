"""The backup and restore of a PostgreSQL installation, by the very commands of docs/operations.md."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.database import close_database, connection, migrate, open_database, pending_migrations
from models.dialect.journal import Row
from models.dialect.open_journal import open_journal
from tests.models.filling import fill, read_rows
from tests.models.introspection import read_schema
from tests.services import fresh_postgres

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def documented(program: str) -> str:
    """The one line of the page that runs this program."""
    lines = re.findall(rf"^{program} .*$", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == 1, f"docs/operations.md has {len(lines)} lines that begin with {program}"
    return str(lines[0])


def run(command: str, folder: Path, **variables: str) -> None:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True, timeout=50
    )
    if "server version mismatch" in done.stderr:
        skip_loudly(f"pg_dump is older than the server: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr


def skip_loudly(why: str) -> None:
    """A warning too: pytest shows those at the end of every run."""
    words = f"NOT TESTED: PostgreSQL's backup was not rehearsed, {why}"
    warnings.warn(words, stacklevel=2)
    pytest.skip(words)


def push(number: int) -> Row:
    """A push of a person nobody knows."""
    key = f"{number:032x}"
    return Row(
        key, "wx_shop", f"o{number}", "text", int(NOW.timestamp()), NOW, {}, None, "answered", "", "fallback", None
    )


async def use_for_a_while(url: str) -> None:
    """Rows in every table, and sequences that have moved on, as after any time in service."""
    await migrate(url)
    await open_database(url)
    schema = await read_schema()
    await fill(schema)
    for name, table in schema.items():
        if table.primary_key == ("id",):
            await connection().execute_query(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM \"{name}\"))"
            )
    await store(url, 1001, 1002)


async def store(url: str, *numbers: int) -> int:
    journal = open_journal(url)
    try:
        return await journal.insert([push(number) for number in numbers])
    finally:
        await journal.close()


@pytest.mark.postgres
async def test_a_restored_database_has_every_row_and_goes_on(tmp_path: Path) -> None:
    if not shutil.which("pg_dump"):
        skip_loudly("there is no pg_dump here")
    with fresh_postgres() as url, fresh_postgres() as empty_url:
        await use_for_a_while(url)
        schema = await read_schema()
        before = await read_rows(schema)
        await close_database()
        run(documented("pg_dump"), tmp_path, SCRM_DATABASE_URL=url)
        run(documented("pg_restore"), tmp_path, NEW_DATABASE_URL=empty_url)
        await open_database(empty_url)
        try:
            assert await pending_migrations() == []
            assert await read_schema() == schema
            assert await read_rows(schema) == before
            assert all(before.values())
            assert await store(empty_url, 1002) == 0  # a repeat of what is in the backup
            assert await store(empty_url, 1003) == 1
            newest = max(row["id"] for row in (await read_rows(schema))["interaction"])
            assert newest > max(row["id"] for row in before["interaction"])
        finally:
            await close_database()
