"""Opens the one database: SQLite on the embedded default, PostgreSQL for more than one server process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.migrations.api import migrate as tortoise_migrate
from tortoise.migrations.executor import MigrationExecutor

from core.errors import Invalid

APP = "models"
SQLITE_BUSY_MS = 5000


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite://")


def sqlite_path(url: str) -> Path:
    """The file of a ``sqlite:///relative`` or ``sqlite:////absolute`` URL."""
    return Path(unquote(url.removeprefix("sqlite:///")))


def config(url: str, pool_size: int = 10) -> dict[str, Any]:
    """Tortoise's configuration for ``sqlite:///FILE`` or ``postgres://user:password@host:port/name``."""
    if is_sqlite(url):
        if not url.startswith("sqlite:///") or not url.removeprefix("sqlite:///"):
            raise Invalid("SCRM_DATABASE_URL", "names no file", "write sqlite:///zhiji.db")
        engine = {
            "engine": "models.sqlite_engine",
            "credentials": {
                "file_path": str(sqlite_path(url)),
                "journal_mode": "WAL",
                "synchronous": "FULL",
                "busy_timeout": SQLITE_BUSY_MS,
                "secure_delete": "ON",  # what a person had erased does not linger in free pages
            },
        }
    elif url.startswith(("postgres://", "postgresql://")):
        engine = {"engine": "models.postgres_engine", "credentials": _postgres_credentials(url, pool_size)}
    else:
        raise Invalid(
            "SCRM_DATABASE_URL",
            f"unknown scheme {urlsplit(url).scheme!r}",
            "use sqlite:///FILE or postgres://user:password@host:port/database",
        )
    return {
        "connections": {"default": engine},
        "apps": {APP: {"models": ["models"], "migrations": "models.migrations", "default_connection": "default"}},
        "use_tz": True,
        "timezone": "UTC",
    }


def _postgres_credentials(url: str, pool_size: int) -> dict[str, Any]:
    parts = urlsplit(url)
    database = unquote(parts.path.lstrip("/"))
    if not database:
        raise Invalid("SCRM_DATABASE_URL", "names no database", "write postgres://user:password@host:port/database")
    return {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": database,
        "minsize": 1,
        "maxsize": pool_size,
        "application_name": "zhiji",
    }


async def open_database(url: str, pool_size: int = 10) -> None:
    """Connects; every room's queries go to this database until ``close_database``."""
    await Tortoise.init(config=config(url, pool_size), _enable_global_fallback=True)


def connection() -> BaseDBAsyncClient:
    """The open database, or the transaction the caller is in."""
    return Tortoise.get_connection("default")


async def close_database() -> None:
    """Disconnects. What the ORM prepared for this kind of database is forgotten: the next may be of the other."""
    await Tortoise.close_connections()
    EXECUTOR_CACHE.clear()


async def migrate(url: str) -> list[str]:
    """Brings the schema up to date; returns the names of the migrations applied now. Safe to repeat."""
    if is_sqlite(url):
        sqlite_path(url).parent.mkdir(parents=True, exist_ok=True)
    applied: list[str] = []

    def note(event: str, app_label: str, name: str) -> None:
        if event == "apply_done":
            applied.append(name)

    await tortoise_migrate(config=config(url), progress=note)
    await close_database()
    return applied


async def pending_migrations() -> list[str]:
    """Names of migrations the open database still lacks."""
    # The ORM takes any failure to read what was applied for "nothing was": a database that is away must say so.
    await connection().execute_query("SELECT 1")
    apps = config("sqlite:///unused")["apps"]
    executor = MigrationExecutor(connection(), apps)
    return [step.migration.name for step in await executor.plan()]


async def forget_deleted() -> None:
    """What was erased leaves SQLite's write-ahead log too; PostgreSQL's vacuum does its own."""
    if connection().capabilities.dialect == "sqlite":
        await connection().execute_query("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def sole_server(url: str) -> Iterator[None]:
    """Held by the one server process of a SQLite database; the system frees it however the process ends."""
    if not is_sqlite(url):
        yield
        return
    path = sqlite_path(url)
    with path.with_name(path.name + ".serving").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Invalid(
                "SCRM_DATABASE_URL", f"another server process works on {path}", "stop it, or use PostgreSQL for several"
            ) from None
        yield
