"""A process that plans an audience and tells its cost: ``python -m benchmarks.deliveries.planner URL COUNT KEY``."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time as clock
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time

import psutil

from benchmarks.deliveries.people import ACCOUNT, audience
from core.channels import ContactClass
from core.ports import TaskAsked
from delivery.leader import Leader
from delivery.occurrences import as_leader, close, note_fire
from delivery.planning import Planned, Planner
from delivery.policy import ContactRules
from models.database import close_database, open_database

RULES = ContactRules(
    quiet_from=time(0), quiet_until=time(0), cap_days=7, caps={ContactClass.MARKETING: 2}, holdout_percent=5
)
"""No quiet hours, so that the hour of the measurement does not matter."""


class NoGuides:
    """Nobody of this audience is left to a guide."""

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        raise AssertionError("no option of this audience is a task")


async def main(url: str, count: int, key: str) -> None:
    gc.set_threshold(20_000, 20, 20)  # as ``main.py serve`` has it
    await open_database(url)
    leader = Leader("schedule", "bench")
    await leader.step()
    leader.start()
    at = datetime.now(UTC)
    async with as_leader(leader):
        occurrence = await note_fire(key, at, "bench", at)
    assert occurrence is not None
    memory = _Memory(count)
    process = psutil.Process()
    cpu_before, began = sum(process.cpu_times()[:2]), clock.perf_counter()
    tally = await Planner(leader, [ACCOUNT], RULES, NoGuides()).plan_audience(
        occurrence, memory.watch(audience(key, count, at))
    )
    seconds, cpu_s = clock.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu_before
    await close(occurrence.id, datetime.now(UTC))
    await leader.stop()
    await close_database()
    figures = {"rows": tally.planned + tally.refused, "planned": tally.planned, "refused": tally.refused}
    print(json.dumps({**figures, "seconds": seconds, "cpu_s": cpu_s, "rss_mb": memory.quarters_mb}))


class _Memory:
    """The highest memory of each quarter of an audience, in MB."""

    def __init__(self, count: int) -> None:
        self.quarters_mb = [0.0] * 4
        self._count = count
        self._seen = 0

    async def watch(self, batches: AsyncIterator[Sequence[Planned]]) -> AsyncIterator[Sequence[Planned]]:
        process = psutil.Process()
        async for batch in batches:
            quarter = min(3, self._seen * 4 // self._count)
            self.quarters_mb[quarter] = max(self.quarters_mb[quarter], process.memory_info().rss / 1e6)
            self._seen += len(batch)
            yield batch


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
