"""Tortoise's SQLite engine with transactions that begin IMMEDIATE: none fails half-way for want of the lock.

The one connection works in a thread of its own, where a statement runs on when its caller is cancelled. So a
transaction given up while it begins or ends is seen to its end before anybody else may use the connection. Left open,
it would swallow whatever is written next.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine
from typing import Any

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

_under_way: set[asyncio.Task[None]] = set()
"""Keeps what nobody waits for from being collected."""


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that takes the write lock at its first statement, waiting up to the busy time-out."""

    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def commit(self) -> None:
        """Commits, or undoes what cannot be committed (disk full), so that another transaction may begin."""
        try:
            await super().commit()
        except sqlite3.Error as error:
            await self.rollback()
            translated = IntegrityError if isinstance(error, sqlite3.IntegrityError) else OperationalError
            raise translated(error) from error


class _Context(SqliteTransactionContext):
    """Hands the connection on only when no transaction is open on it any more."""

    async def __aenter__(self) -> Any:
        await self._trxlock.acquire()
        beginning = _start(self._begin())
        try:
            await asyncio.shield(beginning)
        except asyncio.CancelledError:
            _start(self._take_back(beginning))
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        get_connections().reset(self.token)
        await asyncio.shield(_start(self._end(is_failed=exc_type is not None)))

    async def _begin(self) -> None:
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise

    async def _take_back(self, beginning: asyncio.Task[None]) -> None:
        await asyncio.wait([beginning])
        if not beginning.cancelled() and beginning.exception() is None:
            await self._end(is_failed=True)

    async def _end(self, *, is_failed: bool) -> None:
        try:
            if not self.connection._finalized:
                await (self.connection.rollback() if is_failed else self.connection.commit())
        finally:
            self._trxlock.release()


def _start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.get_running_loop().create_task(work)
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return task


class ImmediateSqliteClient(SqliteClient):
    """The one connection of a process; ``write_lock`` is held while anything writes through it."""

    @property
    def write_lock(self) -> asyncio.Lock:
        return self._lock

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)

    def _in_transaction(self) -> TransactionContext:
        return _Context(ImmediateTransaction(self), self._lock)


client_class = ImmediateSqliteClient
