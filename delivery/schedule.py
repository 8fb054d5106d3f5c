"""What recurs: APScheduler in every process, but a job runs only in the one that holds the leader lease."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from delivery.leader import Leader

log = logging.getLogger(__name__)

Run = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to repeat; it must bear being started again after a process was killed in the middle."""

    name: str
    every_s: int
    run: Run


class Schedule:
    """The jobs of one process. A job that is still running is not started twice; missed runs are made up by one."""

    def __init__(self, leader: Leader, jobs: list[Job]) -> None:
        self._leader = leader
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        for job in jobs:
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=job.every_s, timezone="UTC"),
                args=[job],
                id=job.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        self._leader.start()
        self._scheduler.start()

    async def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
        await self._leader.stop()

    async def _run(self, job: Job) -> None:
        if not self._leader.is_leader:
            return
        try:
            await job.run()
        except Exception as error:
            log.warning("job failed", extra={"job": job.name, "error": type(error).__name__})
