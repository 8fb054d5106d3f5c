"""One sequence of turns for all processes: a Redis script that hands them out one period apart, by Redis' own clock."""

from __future__ import annotations

from typing import NamedTuple

from redis.asyncio import Redis

HORIZON_S = 0.2
"""How far ahead turns are handed out, and so how long nobody gets one where the sequence was lost."""

_KEPT_MS = 24 * 60 * 60 * 1000
_CLOCK_JUMP_US = 1_000_000

# KEYS[1] holds when the next turn is free, in microseconds. Without it nobody knows what was handed out before: that
# reaches to the horizon at most, so the sequence begins a period after it. The same where it lies further ahead than it
# can, for then the clock was put back.
_SCRIPT = f"""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local period, wanted, least = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local lead, horizon = tonumber(ARGV[4]), tonumber(ARGV[5])
local kept = redis.call('GET', KEYS[1])
local lost = now + horizon + period
local free = kept and tonumber(kept) or lost
if free > lost + {_CLOCK_JUMP_US} then
  free = lost
end
local first = math.max(free, now + lead)
local count = math.min(wanted, math.max(0, math.floor((now + horizon - first) / period) + 1))
if count < math.min(wanted, least) then
  count = 0
end
local next = free
if count > 0 then
  next = first + count * period
end
redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', {_KEPT_MS})
local wait = 0
if count == 0 then
  wait = first + (math.min(wanted, least) - 1) * period - now - horizon
end
return {{count, string.format('%.0f', first), string.format('%.0f', now), wait}}
"""


class Reserved(NamedTuple):
    """``turns`` of them, the first at ``first_us`` and each a period after the last, by Redis' clock, which showed
    ``now_us``. Where there are none, the next are handed out ``wait_us`` later."""

    turns: int
    first_us: int
    now_us: int
    wait_us: int


class SharedTurns:
    """The script on one Redis."""

    def __init__(self, redis: Redis, prefix: str = "zhiji:rate") -> None:
        self._prefix = prefix
        self._script = redis.register_script(_SCRIPT)

    async def reserve(
        self, app_id: str, api: str, period_us: int, wanted: int, least: int = 1, lead_s: float = 0.0
    ) -> Reserved:
        """Up to ``wanted`` turns, none rather than fewer than ``least``; the first not before ``lead_s`` from now.

        Raises Redis' errors.
        """
        key = f"{self._prefix}:{app_id}:{api}"
        values = [period_us, wanted, least, round(lead_s * 1e6), round(HORIZON_S * 1e6)]
        turns, first, now, wait = await self._script(keys=[key], args=values)
        return Reserved(int(turns), int(first), int(now), int(wait))
