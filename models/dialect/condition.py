"""The state a database is in before anybody opens it: reachable, writable, new enough."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from core.errors import Invalid
from models.database import config, is_sqlite, sqlite_path

FIELD = "SCRM_DATABASE_URL"
OLDEST_POSTGRES = 15

_WAY = ("host", "port", "user", "password", "database")
_CONNECT_S = 5.0
_LOCK_S = 2.0

_POSTGRES_LOOK = """
SELECT current_setting('server_version_num')::int / 10000 AS major,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS is_read_only,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS can_create
"""


@dataclass(frozen=True, slots=True)
class Condition:
    """``name`` and version, and what stands in the way: each fault with its remedy. ``is_new``: no schema yet."""

    name: str
    faults: tuple[Invalid, ...] = ()
    is_new: bool = False


async def look_at(url: str) -> Condition:
    """Looks, and sets nothing that opening would not; raises ``Invalid`` where it cannot be reached at all."""
    if is_sqlite(url):
        return await asyncio.to_thread(_look_at_file, sqlite_path(url).absolute())
    return await _look_at_server(url)


def _look_at_file(path: Path) -> Condition:
    if not path.exists():
        return Condition(f"SQLite {sqlite3.sqlite_version}, {path}", tuple(_folder_faults(path)), is_new=True)
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_LOCK_S)
        try:
            journal = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise Invalid(FIELD, f"{path}: {error}", _sqlite_remedy(str(error))) from None
    name = f"SQLite {sqlite3.sqlite_version}, {path}, {path.stat().st_size:,} bytes"
    if journal != "wal":
        return Condition(name, (Invalid(FIELD, "cannot use a write-ahead log here", "put it on a local disk"),))
    return Condition(name, is_new=path.stat().st_size == 0)


def _folder_faults(path: Path) -> list[Invalid]:
    """The nearest folder that exists must let us make the rest."""
    nearest = next(folder for folder in path.parents if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [Invalid(FIELD, f"{path} cannot be made", f"let this user write {nearest}, or name another folder")]


def _sqlite_remedy(words: str) -> str:
    if "locked" in words:
        return "another process has been writing for seconds: look what it does, then check again"
    if "readonly" in words or "unable to open" in words:
        return "let this user write the file and its folder"
    return "name a file that migrate made, or restore a backup"


async def _look_at_server(url: str) -> Condition:
    credentials = config(url)["connections"]["default"]["credentials"]
    place = f"{credentials['host']}:{credentials['port']}/{credentials['database']}"
    try:
        connection = await asyncpg.connect(**{name: credentials[name] for name in _WAY}, timeout=_CONNECT_S)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise _unreachable(place, error) from None
    try:
        row = await connection.fetchrow(_POSTGRES_LOOK, timeout=_CONNECT_S)
        is_new = await connection.fetchval("SELECT to_regclass('interaction') IS NULL", timeout=_CONNECT_S)
    finally:
        await connection.close()
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return Condition(f"PostgreSQL {row['major']}, {place}", tuple(find_server_faults(dict(row), is_new)), is_new)


def find_server_faults(row: Mapping[str, Any], is_new: bool) -> list[Invalid]:
    """What stands in the way: ``row`` has major, is_read_only and can_create."""
    faults = []
    if row["major"] < OLDEST_POSTGRES:
        faults.append(Invalid(FIELD, f"PostgreSQL {row['major']} is too old", f"use {OLDEST_POSTGRES} or newer"))
    if row["is_read_only"]:
        faults.append(Invalid(FIELD, "the server is read-only", "name the primary, not a standby"))
    if is_new and not row["can_create"]:
        remedy = "as its owner: GRANT CREATE ON SCHEMA public TO the user of SCRM_DATABASE_URL"
        faults.append(Invalid(FIELD, "this user may not make tables", remedy))
    return faults


def _unreachable(place: str, error: Exception) -> Invalid:
    """The server's own words may quote the user; the password is in none of them."""
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return Invalid(FIELD, f"{place}: {error}", "correct user and password, or pg_hba.conf")
        case asyncpg.InvalidCatalogNameError():
            return Invalid(FIELD, f"{place}: there is no such database", "make it: createdb")
        case TimeoutError():
            return Invalid(FIELD, f"{place} does not answer within {_CONNECT_S:.0f} s", "is there a firewall between?")
        case OSError():
            return Invalid(
                FIELD, f"{place} cannot be reached ({type(error).__name__})", "start it, or correct the host"
            )
    return Invalid(FIELD, f"{place}: {error}", "see the server's log")
