"""What recurs, in the one process that leads: jobs at intervals, and fires of calendars that each become an occurrence.

APScheduler runs in every process; a job runs only in the holder of the leader lease.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from core.clock import Now, now
from delivery import occurrences
from delivery.leader import Leader
from delivery.occurrences import Superseded, as_leader
from delivery.planning import Planned, Planner
from models.campaigns import Occurrence, OccurrenceState

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5

ON_TIME = timedelta(minutes=1)
"""A fire seen this late was not missed: looks are seconds apart, and another process takes 15 s to take over."""

LOOK_BACK = timedelta(days=7)
"""How far a new leader looks for fires that nobody saw. No catch-up may be longer."""

REST = timedelta(minutes=1)
"""How long an occurrence rests whose planning failed, so that the others go on."""

MADE_UP, MISSED, NOT_WANTED = "made_up", "missed", "no_longer_wanted"
"""Reasons on occurrences: begun late; too late to begin; its schedule was taken away while it was open."""

Run = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Job:
    """Something to repeat; it must bear being started again after a process was killed in the middle."""

    name: str
    every_s: int
    run: Run


class Schedule:
    """The jobs of one process. A job that is still running is not started twice; missed runs are made up by one."""

    def __init__(self, leader: Leader, jobs: Iterable[Job]) -> None:
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


@dataclass(frozen=True, slots=True)
class Fire:
    """A moment a schedule is for. ``schedule`` names it for good, at most 96 characters (``care:生日``).

    Seen later than ``catch_up`` after the moment it is skipped, but never for less than ``ON_TIME``.
    """

    schedule: str
    at: datetime
    catch_up: timedelta


class Calendar(Protocol):
    """What is due when, and for whom; the room of campaigns fills it."""

    async def refresh(self) -> None:
        """Called before each look and before audiences: reads what is configured now."""

    def due_fires(self, after: datetime, until: datetime) -> Iterable[Fire]:
        """The fires after ``after`` up to and including ``until``.

        A new leader asks for the last days again: a schedule has no fires from before it was switched on.
        """

    def find_audience(self, occurrence: Occurrence) -> AsyncIterator[Sequence[Planned]] | None:
        """Whom the occurrence is for, in batches of at most 1,000, in the order of their customer ids, those after
        ``occurrence.cursor``; None where its schedule is no longer there or on."""


class CalendarRounds:
    """Looks what fell due, notes it, and plans what is open, also what a process left that was killed."""

    def __init__(
        self,
        leader: Leader,
        holder: str,
        calendar: Calendar,
        planner: Planner,
        clock: Now = now,
        look_back: timedelta = LOOK_BACK,
    ) -> None:
        self._leader = leader
        self._holder = holder
        self._calendar = calendar
        self._planner = planner
        self._now = clock
        self._look_back = look_back
        self._looked: tuple[int, datetime] | None = None
        self._resting: dict[int, datetime] = {}

    def jobs(self) -> list[Job]:
        """Two, so that a long audience keeps nobody from seeing what falls due meanwhile."""
        return [
            Job("note what fell due", LOOK_EVERY_S, lambda: self.look(self._now())),
            Job("plan what is open", LOOK_EVERY_S, lambda: self.plan_open(self._now())),
        ]

    async def step(self, at: datetime) -> None:
        """One look and the planning of all it found, for whoever walks a clock; does nothing unless this process
        leads."""
        await self.look(at)
        await self.plan_open(at)

    async def look(self, at: datetime) -> None:
        """Notes each fire since the last look, or of the last days where this process led none before."""
        fence = self._leader.fence
        if fence is None:
            return
        await self._calendar.refresh()
        is_first = self._looked is None or self._looked[0] != fence
        after = at - self._look_back if self._looked is None or is_first else self._looked[1]
        for fire in sorted(self._calendar.due_fires(after, at), key=lambda fire: fire.at):
            if not await self._note(fire, at):
                return
        self._looked = (fence, at)

    async def plan_open(self, at: datetime) -> None:
        """Plans every open occurrence to its end, oldest first. One that fails rests and keeps nobody else waiting."""
        if not self._leader.is_leader:
            return
        await self._calendar.refresh()
        for occurrence in await occurrences.list_open():
            if self._resting.get(occurrence.id, at) > at:
                continue
            try:
                await self._plan(occurrence)
                self._resting.pop(occurrence.id, None)
            except Superseded:
                if not self._leader.is_leader:
                    return
            except Exception as error:
                self._resting[occurrence.id] = at + REST
                log.error("an occurrence waits", extra={"occurrence": occurrence.id, "error": type(error).__name__})

    async def _note(self, fire: Fire, at: datetime) -> bool:
        """False where this process leads no more."""
        late = at - fire.at
        try:
            async with as_leader(self._leader):
                if late > max(fire.catch_up, ON_TIME):
                    is_new = await occurrences.skip(fire.schedule, fire.at, self._holder, at, MISSED)
                else:
                    reason = MADE_UP if late > ON_TIME else ""
                    is_new = bool(await occurrences.note_fire(fire.schedule, fire.at, self._holder, at, reason))
        except Superseded:
            return False
        if is_new and late > ON_TIME:
            log.warning("a fire was missed", extra={"schedule": fire.schedule, "late_s": int(late.total_seconds())})
        return True

    async def _plan(self, occurrence: Occurrence) -> None:
        audience = self._calendar.find_audience(occurrence)
        if audience is None:
            async with as_leader(self._leader):
                await occurrences.close(occurrence.id, self._now(), OccurrenceState.SKIPPED, NOT_WANTED)
            return
        await self._planner.plan_audience(occurrence, audience)
        async with as_leader(self._leader):
            await occurrences.close(occurrence.id, self._now())
