"""A crowd that claims without a pause, and what it saw: how many copies, and how long each claim took."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import Awaitable, Callable

Claiming = Callable[[int, str], Awaitable[bool]]
"""Takes (customer id, key); True where a copy was given."""


async def drive(claim: Claiming, claimers: int, seconds: float, people: int, process: int) -> None:
    """Claimers of this process until the time is over; prints one JSON object. Begins when a line comes in."""
    chosen = random.Random(process)
    waits_ms: list[float] = []
    given = 0

    async def one(claimer: int, until_s: float) -> None:
        nonlocal given
        turn = 0
        while (begun_s := time.perf_counter()) < until_s:
            turn += 1
            has_copy = await claim(chosen.randrange(1, people + 1), f"{process}:{claimer}:{turn}")
            given += has_copy
            waits_ms.append((time.perf_counter() - begun_s) * 1000)

    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    begun_s, cpu_s = time.perf_counter(), _cpu_s()
    await asyncio.gather(*(one(claimer, begun_s + seconds) for claimer in range(claimers)))
    took_s = time.perf_counter() - begun_s
    print(json.dumps({"given": given, "seconds": took_s, "cpu_s": _cpu_s() - cpu_s, "waits_ms": waits_ms}), flush=True)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
