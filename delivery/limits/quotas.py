"""Counts our calls of each API and day in one row, so that we stop before WeChat does.

The row is hot: a process takes from it in blocks and counts each call in its own memory; what it has not used it
gives back when it ends. A process that is killed takes at most a block with it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from tortoise.expressions import F

from core.clock import BRAND_ZONE
from delivery.limits.daily_limits import DAILY_LIMITS, FALLBACK
from models import ApiQuota
from models.dialect.limits import count_calls, stop_calls

_BLOCKS_A_DAY = 1_000
_LARGEST_BLOCK = 500
_TRIES = 10

_LOOK_EVERY = timedelta(seconds=1)
"""How late, at most, a process hears that another was told to stop."""


class Allowed(NamedTuple):
    """How many calls were counted; where it is not all that were asked for, when there may be more."""

    calls: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """One API's day. ``used`` includes what processes hold and have not called yet."""

    app_id: str
    api: str
    used: int
    daily_limit: int
    stopped_until: datetime | None


@dataclass(slots=True)
class _Block:
    """What this process may still call of one API."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    day: date | None = None
    left: int = 0
    stopped_until: datetime | None = None
    looked_at: datetime | None = None


class Quotas:
    """The counts of one process; ``close`` it while the database is open."""

    def __init__(self, limits: Mapping[str, int] = DAILY_LIMITS) -> None:
        self._limits = limits
        self._blocks: defaultdict[tuple[str, str], _Block] = defaultdict(_Block)

    async def take(self, app_id: str, api: str, calls: int, at: datetime) -> Allowed:
        """Counts up to ``calls``, as many as the day has left; none while the API is stopped."""
        block = self._blocks[app_id, api]
        async with block.lock:
            await self._look(block, app_id, api, at)
            if block.stopped_until is not None:
                return Allowed(0, block.stopped_until)
            if block.left < calls:
                await self._fill(block, app_id, api, calls - block.left, at)
            counted = min(calls, block.left)
            block.left -= counted
        return Allowed(counted, None if counted == calls else block.stopped_until or _next_day(at))

    async def stop(self, app_id: str, api: str, until: datetime, at: datetime) -> None:
        """WeChat said that there are no more until then: no process counts any."""
        block = self._blocks[app_id, api]
        async with block.lock:
            block.looked_at = None
            for day in sorted({_day(at), _day(until)}):
                await stop_calls(app_id, api, day, until)

    async def close(self) -> None:
        """Gives back what was taken and not used."""
        for (app_id, api), block in self._blocks.items():
            async with block.lock:
                left, block.left = block.left, 0
                if left:
                    mine = ApiQuota.filter(app_id=app_id, api=api, day=block.day, used__gte=left)
                    await mine.update(used=F("used") - left)

    async def _look(self, block: _Block, app_id: str, api: str, at: datetime) -> None:
        """Learns of a new day, and of what other processes were told."""
        day = _day(at)
        if block.day != day:
            block.day, block.left, block.looked_at = day, 0, None
        if block.looked_at is None or abs(at - block.looked_at) >= _LOOK_EVERY:
            row = await ApiQuota.get_or_none(app_id=app_id, api=api, day=day)
            block.stopped_until, block.looked_at = row.stopped_until if row else None, at
        if block.stopped_until is not None and block.stopped_until <= at:
            block.stopped_until = None

    async def _fill(self, block: _Block, app_id: str, api: str, wanted: int, at: datetime) -> None:
        """Takes a block from the day's row; at the end of the day's stock what is wanted, or what there is."""
        limit = self._limits.get(api, FALLBACK)
        calls = max(wanted, min(_LARGEST_BLOCK, limit // _BLOCKS_A_DAY))
        for _ in range(_TRIES):
            if calls <= limit and await count_calls(app_id, api, _day(at), calls, limit, at):
                block.left += calls
                return
            calls = min(wanted, await self._find_room(block, app_id, api, limit, at))
            if not calls:
                return

    async def _find_room(self, block: _Block, app_id: str, api: str, limit: int, at: datetime) -> int:
        """How many calls the day's row has left."""
        row = await ApiQuota.get_or_none(app_id=app_id, api=api, day=_day(at))
        if row is None:
            return limit
        if row.stopped_until is not None and row.stopped_until > at:
            block.stopped_until = row.stopped_until
            return 0
        return max(0, _limit_of(row, limit) - row.used)


async def list_quotas(at: datetime, limits: Mapping[str, int] = DAILY_LIMITS) -> list[Quota]:
    """Today's counts (the day of China) of every app and API called so far."""
    rows = await ApiQuota.filter(day=_day(at)).order_by("app_id", "api")
    return [
        Quota(
            row.app_id,
            row.api,
            row.used,
            _limit_of(row, limits.get(row.api, FALLBACK)),
            row.stopped_until if row.stopped_until is not None and row.stopped_until > at else None,
        )
        for row in rows
    ]


def _limit_of(row: ApiQuota, usual: int) -> int:
    return usual if row.daily_limit is None else row.daily_limit


def _day(at: datetime) -> date:
    return at.astimezone(BRAND_ZONE).date()


def _next_day(at: datetime) -> datetime:
    """When WeChat begins to count anew."""
    midnight = datetime.combine(_day(at) + timedelta(days=1), time(), BRAND_ZONE)
    return midnight.astimezone(at.tzinfo)
