"""``/health/live`` and ``/health/ready``: whether the process runs, and whether it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from models.database import connection, pending_migrations
from models.revisions import bump

Probe = Callable[[], Awaitable[object]]
"""Raises where the part does not answer."""

_WAIT_S = 2.0
_WRITE_WAIT_S = 4.0
"""A command that writes for seconds holds SQLite's only lock, and pushes wait for it as long."""

_PROBE = "readiness"
"""The revision that counts our probes; nothing is kept in memory by it."""


class Storing(Protocol):
    """What the desk knows of its own writes (``bot.edge.desk.Desk``)."""

    @property
    def is_storing(self) -> bool:
        """False while pushes cannot be stored."""


class HealthResource:
    """``ping_redis`` is None on the embedded default, which has none to lose."""

    def __init__(self, ping_redis: Probe | None, desk: Storing) -> None:
        self._ping_redis = ping_redis
        self._desk = desk
        self._is_migrated = False

    async def live(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(self, _: web.Request) -> web.Response:
        """200 ready or degraded (Redis away: slower, nothing lost), 503 where no push could be stored."""
        parts = {"database": await _ask(_select)}
        parts["migrations"] = await self._migrations() if parts["database"] == "ok" else "unknown"
        parts["writes"] = await self._writes() if parts["migrations"] == "ok" else "unknown"
        if self._ping_redis is not None:
            parts["redis"] = await _ask(self._ping_redis)
        is_ready = parts["database"] == parts["migrations"] == parts["writes"] == "ok"
        is_whole = is_ready and parts.get("redis", "ok") == "ok"
        status = "ready" if is_whole else "degraded" if is_ready else "not_ready"
        return web.json_response({"status": status, "parts": parts}, status=200 if is_ready else 503)

    async def _writes(self) -> str:
        """One small commit, for the disk may be full while everything can be read; and what the desk met just now, for
        a small commit may still fit where a push does not."""
        answer = await _ask(lambda: bump(_PROBE), _WRITE_WAIT_S)
        return answer if answer != "ok" or self._desk.is_storing else "failing: pushes are not stored"

    async def _migrations(self) -> str:
        """Asked until nothing is missing: a process never sees migrations younger than itself."""
        if not self._is_migrated:
            answer = await _ask(self._look_for_missing)
            if answer != "ok":
                return answer
        return "ok" if self._is_migrated else "missing: run main.py migrate"

    async def _look_for_missing(self) -> None:
        self._is_migrated = not await pending_migrations()


async def _select() -> None:
    await connection().execute_query("SELECT 1")


async def _ask(probe: Probe, within_s: float = _WAIT_S) -> str:
    try:
        async with asyncio.timeout(within_s):
            await probe()
    except Exception as error:
        return f"away ({type(error).__name__})"
    return "ok"
