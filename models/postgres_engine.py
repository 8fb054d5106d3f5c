"""Tortoise's PostgreSQL engine whose transactions, where they cannot begin, leave no trace in pool or task."""

from __future__ import annotations

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections


class _Context(TransactionContextPooled):
    """Gives the connection back when BEGIN fails or is given up.

    Otherwise the pool would be one smaller for good, and whatever the task does next would go to the lost connection.
    """

    async def __aenter__(self) -> Any:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


class _Connection(asyncpg.connection.Connection):  # type: ignore[misc]
    """Goes back to the pool without a word to the server, which halves the round trips of single statements.

    Nothing may change the session of a pooled connection: advisory locks here end with their transaction.
    """

    def get_reset_query(self) -> str:
        return ""


class PooledPostgresClient(AsyncpgDBClient):
    """A pool of connections."""

    connection_class = _Connection

    async def create_connection(self, with_db: bool) -> None:
        """Without JIT: it costs short statements more than it brings them."""
        self.server_settings["jit"] = "off"
        await super().create_connection(with_db)

    def _in_transaction(self) -> TransactionContext:
        return _Context(TransactionWrapper(self), self._pool_init_lock)


client_class = PooledPostgresClient
