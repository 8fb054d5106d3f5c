"""Calls a second: every call waits for its turn, and turns of an app's API are a period apart whoever takes them.

A process reserves turns for a tenth of a second at most, and calls at each one's moment, not in bursts: so in no second
do all processes together begin more calls than allowed. Redis keeps the sequence (``shared_turns``). While it is away
each process goes on by its own clock at a sixteenth of the rate, and looks for Redis once a second.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from redis.exceptions import RedisError

from core.clock import monotonic_s
from delivery.limits.shared_turns import HORIZON_S, SharedTurns

log = logging.getLogger(__name__)

SHARE = 0.988
"""Of the allowed rate. The rest is for calls that begin a little after their turn, at the cost of the next second."""

ALONE_SHARE = 1 / 16
"""Of the rate that one process goes on with while nobody can share."""

_BLOCK_S = 0.1
_LEAST_S = 0.02
_LATE_S = 0.02
"""A call that begins later than this after its turn would crowd the next second: it waits for another turn."""

_MOST_TURNS = 4
_PATIENCE_S = 0.5
_PROBE_EVERY_S = 1.0


@dataclass(slots=True)
class Turn:
    """Leave to make one call at one moment."""

    at_s: float
    _again: Callable[[], Awaitable[float]] = field(repr=False)

    async def come(self) -> None:
        """Returns at the turn's moment. Who comes too late for it gets another turn, a few times at most."""
        for _ in range(_MOST_TURNS):
            await asyncio.sleep(self.at_s - monotonic_s())
            if monotonic_s() <= self.at_s + _LATE_S:
                return
            self.at_s = await self._again()
        await asyncio.sleep(self.at_s - monotonic_s())


@dataclass(slots=True)
class _Queue:
    """Turns of one API that this process has reserved and nobody has taken, and how many are wanted."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    spare: deque[float] = field(default_factory=deque)
    wanted: int = 0
    last_s: float = 0.0
    is_alone: bool = False


class Rates:
    """The turns of one process."""

    def __init__(self, shared: SharedTurns) -> None:
        self._shared = shared
        self._queues: defaultdict[tuple[str, str], _Queue] = defaultdict(_Queue)
        self._is_away = False
        self._probe_at_s = 0.0

    async def take(self, app_id: str, api: str, per_s: int, count: int = 1, lead_s: float = 0.0) -> list[Turn]:
        """From one to ``count`` turns, soonest first, the last a fifth of a second from now at most.

        ``lead_s``: the caller needs so long before its first call. Waits in line while others have the next ones.
        """

        async def again() -> float:
            return (await self._take(app_id, api, per_s, 1, 0.0))[0]

        return [Turn(at_s, again) for at_s in await self._take(app_id, api, per_s, count, lead_s)]

    async def _take(self, app_id: str, api: str, per_s: int, count: int, lead_s: float) -> list[float]:
        queue = self._queues[app_id, api]
        queue.wanted += count
        try:
            async with queue.lock:
                while queue.spare and queue.spare[0] < monotonic_s() - _LATE_S:
                    queue.spare.popleft()  # whoever wanted it has gone
                while not queue.spare:
                    await self._reserve(queue, app_id, api, per_s, lead_s)
                return [queue.spare.popleft() for _ in range(min(count, len(queue.spare)))]
        finally:
            queue.wanted -= count

    async def _reserve(self, queue: _Queue, app_id: str, api: str, per_s: int, lead_s: float) -> None:
        """Reserves turns for all who wait in this process, or waits until there may be some."""
        wanted = min(queue.wanted, max(1, int(per_s * _BLOCK_S)))
        wait_s = await self._reserve_shared(queue, app_id, api, per_s, wanted, lead_s)
        if wait_s is None:
            wait_s = _reserve_alone(queue, per_s, wanted)
        if not queue.spare:
            await asyncio.sleep(min(wait_s, _PROBE_EVERY_S))

    async def _reserve_shared(
        self, queue: _Queue, app_id: str, api: str, per_s: int, wanted: int, lead_s: float
    ) -> float | None:
        """Puts turns into the queue, or tells how long to wait, in seconds; None while Redis is away."""
        if self._is_away and monotonic_s() < self._probe_at_s:
            return None
        self._probe_at_s = monotonic_s() + _PROBE_EVERY_S  # one finds out for all
        period_us = math.ceil(1e6 / (per_s * SHARE))
        least = max(1, int(per_s * _LEAST_S))
        try:
            async with asyncio.timeout(_PATIENCE_S):
                got = await self._shared.reserve(app_id, api, period_us, wanted, least, lead_s)
        except (RedisError, OSError) as error:
            self._went_away(error)
            return None
        self._came_back()
        queue.is_alone = False
        first_s = monotonic_s() + (got.first_us - got.now_us) / 1e6
        _put(queue, first_s, period_us / 1e6, got.turns)
        return got.wait_us / 1e6

    def _went_away(self, error: Exception) -> None:
        self._probe_at_s = monotonic_s() + _PROBE_EVERY_S
        if not self._is_away:
            self._is_away = True
            log.warning("Redis is away: calls to WeChat go slower", extra={"error": type(error).__name__})

    def _came_back(self) -> None:
        if self._is_away:
            self._is_away = False
            log.info("Redis is back: calls to WeChat go at their rate")


def _reserve_alone(queue: _Queue, per_s: int, wanted: int) -> float:
    """Puts turns into the queue by this process's own clock, the first a whole period from now where it has just begun
    to; or tells how long to wait, in seconds."""
    now_s = monotonic_s()
    period_s = 1 / (per_s * SHARE * ALONE_SHARE)
    since_s = queue.last_s if queue.is_alone else max(queue.last_s, now_s)
    first_s = max(now_s, since_s + period_s)
    queue.is_alone, queue.last_s = True, first_s - period_s
    if first_s > now_s + HORIZON_S:
        return first_s - HORIZON_S - now_s
    _put(queue, first_s, period_s, min(wanted, 1 + int((now_s + HORIZON_S - first_s) / period_s)))
    return 0.0


def _put(queue: _Queue, first_s: float, period_s: float, count: int) -> None:
    queue.spare.extend(first_s + number * period_s for number in range(count))
    if count:
        queue.last_s = first_s + (count - 1) * period_s
