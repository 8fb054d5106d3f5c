"""The database held up, cut off, away or full: pushes get an error, WeChat repeats them, service resumes by itself."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tests.faults.databases import PostgresDatabase, SqliteDatabase
from tests.faults.effects import check_effects
from tests.faults.grounds import Grounds
from tests.faults.people import Push, make_people
from tests.faults.promises import check_all
from tests.faults.pushing import Sent
from tests.faults.run import Run, Scenario, Skipped
from tests.faults.stage import Stage, open_stage

Fault = tuple[str, AbstractAsyncContextManager[None], float]
"""What it is called, the fault while it lasts, and how long it lasts, in seconds."""

RESUMES_WITHIN_S = 8.0
NOT_READY_DURING = ("nothing can be written", "away")


async def play_on_postgres(run: Run, grounds: Grounds) -> None:
    async with open_stage(grounds, "postgres") as stage:
        database = stage.database
        assert isinstance(database, PostgresDatabase)
        await _play(run, stage, [
            ("held up", database.held_up("consent"), 5.5),
            ("journal held up", database.held_up("interaction"), 5.5),
            ("connections cut", _cut(database), 0.5),
            ("away", database.taken_away(), 3.0),
        ])  # fmt: skip


async def play_on_sqlite(run: Run, grounds: Grounds) -> None:
    if not hasattr(resource, "prlimit"):
        raise Skipped("a running process can be starved of disk only where prlimit(2) is (Linux)")
    async with open_stage(grounds, "sqlite") as stage:
        database = stage.database
        assert isinstance(database, SqliteDatabase)
        wal = database.path.with_name(database.path.name + "-wal")
        await _play(run, stage, [
            ("held up", database.held_up(""), 4.65),
            ("held up for long", database.held_up(""), 6.5),
            ("disk full", _starved(stage, lambda: wal.stat().st_size if wal.exists() else 0), 3.0),
            ("nothing can be written", _starved(stage, lambda: 0), 3.0),
        ])  # fmt: skip


async def _play(run: Run, stage: Stage, faults: Sequence[Fault]) -> None:
    """One fault after another under load; after each the service has to answer again by itself."""
    done = asyncio.Event()
    people = make_people(stage.grounds.accounts, run.seed, run.size.pushes * 10)
    playing = asyncio.create_task(stage.play(people, at_once=16, pause_s=0.2, until=done))
    probes = make_people({"street": stage.grounds.accounts["street"]}, run.seed + 1, 100)
    resumed: list[Sent] = []
    for (name, fault, lasts_s), (probe, *_) in zip(faults, probes, strict=False):
        await asyncio.sleep(1.0)
        before = dict(stage.pushing.statuses)
        async with fault:
            await asyncio.sleep(lasts_s)
            if name in NOT_READY_DURING:
                run.promise(f"during '{name}' it is not ready", (status := await _readiness(stage)) == 503, status)
        resumed_s, again = await _resumed(stage, probe)
        resumed.append(again)
        after = stage.pushing.statuses
        answered = {status: after[status] - before.get(status, 0) for status in sorted(after)}
        run.count(**{name.replace(" ", "_"): f"{lasts_s:g} s, again after {resumed_s:.1f} s, answers {answered}"})
        run.promise(f"after '{name}' service resumes by itself", resumed_s < RESUMES_WITHIN_S, f"{resumed_s:.1f} s")
    done.set()
    sent = [*await playing, *resumed]
    journal = await stage.settle(170)
    check_all(run, sent, journal)
    check_effects(run, journal)
    run.promise("errors were answered", bool(stage.pushing.statuses.get(503)), stage.pushing.statuses)
    strange = {s: n for s, n in stage.pushing.statuses.items() if s not in (0, 200, 503)}
    run.promise("nothing but 200 and 503 was answered", not strange, strange)


async def _readiness(stage: Stage) -> int:
    """The status a load balancer sees."""
    async with stage.session.get(f"{stage.urls[0]}/health/ready") as response:
        return response.status


async def _resumed(stage: Stage, probe: Push) -> tuple[float, Sent]:
    """Seconds until a push that nobody repeats on a schedule was acknowledged, and that push."""
    began = time.monotonic()
    while not (copy := await stage.pushing.attempt(probe)).is_acknowledged and time.monotonic() - began < 30:
        await asyncio.sleep(0.1)
    return time.monotonic() - began, Sent(probe, [copy])


@asynccontextmanager
async def _cut(database: PostgresDatabase) -> AsyncIterator[None]:
    await database.cut()
    yield


@asynccontextmanager
async def _starved(stage: Stage, limit: Callable[[], int]) -> AsyncIterator[None]:
    """The server cannot write beyond ``limit`` bytes of any file, its log included."""
    (server,) = stage.servers
    was = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (limit(), was[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, was)


SCENARIOS = (
    Scenario("disk-sqlite", play_on_sqlite),
    Scenario("disk-postgres", play_on_postgres, needs=("postgres",)),
)
