"""The database from outside: copied, read as it lies on the disk, held up, taken away and given back."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import asyncpg

from tests.services import get_url

Rows = list[dict[str, Any]]


class Database(Protocol):
    """What scenarios ask of either kind."""

    kind: str
    url: str

    def copied(self, folder: Path) -> Any:
        """An async context: a database of its own with the same contents."""

    async def read(self, query: str) -> Rows: ...

    async def change(self, statement: str) -> None: ...

    def held_up(self, table: str) -> Any:
        """An async context in which nobody else can write to ``table`` (on SQLite: to anything)."""

    def rest(self) -> None:
        """Told when nobody is connected any more."""


class SqliteDatabase:
    """One file."""

    kind = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    @asynccontextmanager
    async def copied(self, folder: Path) -> AsyncIterator[SqliteDatabase]:
        yield SqliteDatabase(Path(shutil.copy(self.path, folder / "zhiji.db")))

    async def read(self, query: str) -> Rows:
        connection = self._connect()
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]
        finally:
            connection.close()

    async def change(self, statement: str) -> None:
        connection = self._connect()
        try:
            connection.execute(statement)
        finally:
            connection.close()

    @asynccontextmanager
    async def held_up(self, table: str) -> AsyncIterator[None]:
        connection = self._connect()
        try:
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def rest(self) -> None:
        connection = self._connect()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None, timeout=30, check_same_thread=False)


class PostgresDatabase:
    """One database of a server that serves others too."""

    kind = "postgres"

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = urlsplit(url).path.lstrip("/")

    @asynccontextmanager
    async def copied(self, folder: Path) -> AsyncIterator[PostgresDatabase]:
        server = get_url("SCRM_TEST_POSTGRES_URL")
        # Named so that tests.services clears it away should this process be killed.
        name = f"zhiji_test_{int(time.time())}_faults_{secrets.token_hex(4)}"
        await _ask(server, f'CREATE DATABASE "{name}" TEMPLATE "{self.name}"')
        try:
            yield PostgresDatabase(urlsplit(server)._replace(path=f"/{name}").geturl())
        finally:
            await _ask(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def read(self, query: str) -> Rows:
        connection = await asyncpg.connect(self.url)
        try:
            return [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def change(self, statement: str) -> None:
        await _ask(self.url, statement)

    @asynccontextmanager
    async def held_up(self, table: str) -> AsyncIterator[None]:
        connection = await asyncpg.connect(self.url)
        try:
            async with connection.transaction():
                await connection.execute(f'LOCK TABLE "{table}" IN EXCLUSIVE MODE')
                yield
        finally:
            await connection.close()

    @asynccontextmanager
    async def taken_away(self) -> AsyncIterator[None]:
        """Nobody can connect, and who was connected no longer is."""
        server = get_url("SCRM_TEST_POSTGRES_URL")
        await _ask(server, f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
        try:
            await self.cut()
            yield
        finally:
            await _ask(server, f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')

    async def cut(self) -> None:
        """Ends every connection there is; new ones are welcome."""
        cut = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{self.name}'"
        await _ask(get_url("SCRM_TEST_POSTGRES_URL"), cut)

    def rest(self) -> None:
        """The server needs no help."""


async def _ask(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
