"""A process that reserves turns as fast as it gets them and prints them: ``URL PERIOD_US COUNT``."""

from __future__ import annotations

import asyncio
import json
import sys

from delivery.limits.shared_turns import SharedTurns
from delivery.wakeup import connect_redis


async def take_turns(shared: SharedTurns, period_us: int, count: int, block: int = 7) -> list[int]:
    """The moments of at least ``count`` turns, in microseconds of Redis' clock."""
    taken: list[int] = []
    while len(taken) < count:
        got = await shared.reserve("wx", "/send", period_us, block)
        assert got.turns or got.wait_us > 0
        taken += [got.first_us + number * period_us for number in range(got.turns)]
        await asyncio.sleep(got.wait_us / 1e6)
    return taken


async def main(url: str, period_us: int, count: int) -> None:
    redis = connect_redis(url)
    print(json.dumps(await take_turns(SharedTurns(redis), period_us, count)))
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
