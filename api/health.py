"""``/health/live`` and ``/health/ready``: whether the process runs, and whether it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from models.database import connection, pending_migrations

Probe = Callable[[], Awaitable[object]]
"""Raises where the part does not answer."""

_WAIT_S = 2.0


class HealthResource:
    """``ping_redis`` is None on the embedded default, which has none to lose."""

    def __init__(self, ping_redis: Probe | None) -> None:
        self._ping_redis = ping_redis
        self._is_migrated = False

    async def live(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    async def ready(self, _: web.Request) -> web.Response:
        """200 ready or degraded (Redis away: slower, nothing lost), 503 where no push could be stored."""
        parts = {"database": await _ask(_select)}
        parts["migrations"] = await self._migrations() if parts["database"] == "ok" else "unknown"
        if self._ping_redis is not None:
            parts["redis"] = await _ask(self._ping_redis)
        is_ready = parts["database"] == parts["migrations"] == "ok"
        is_whole = is_ready and parts.get("redis", "ok") == "ok"
        status = "ready" if is_whole else "degraded" if is_ready else "not_ready"
        return web.json_response({"status": status, "parts": parts}, status=200 if is_ready else 503)

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


async def _ask(probe: Probe) -> str:
    try:
        async with asyncio.timeout(_WAIT_S):
            await probe()
    except Exception as error:
        return f"away ({type(error).__name__})"
    return "ok"
