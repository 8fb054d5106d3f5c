"""Sends thousands of planned deliveries while workers, Redis and the database's connections die: nothing comes twice."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from tests.faults.crowds import CARE_CAP, MARKETING_CAP, Planned, count_possible, introduce, plan, store
from tests.faults.databases import PostgresDatabase
from tests.faults.grounds import Grounds
from tests.faults.processes import Child, python
from tests.faults.redis_server import Mortal, mortal_redis
from tests.faults.run import Run, Scenario
from tests.faults.sending_promises import check_sendings
from tests.faults.stage import Stage, open_stage

MISHAPS = {
    "slow_ms": 40.0, "lost_share": 0.05, "broken_share": 0.02, "broken_after_share": 0.01, "nonsense_share": 0.01,
    "errors": {"/cgi-bin/message/custom/send": {"code": -1, "share": 0.02}},
    "result_failed_share": 0.04, "result_missing_share": 0.1, "result_late_share": 0.2,
}  # fmt: skip

LONGEST_CLAIM_S = 20.0
"""Nobody alive holds a row so long without its outcome: a call ends within twelve seconds."""

_LEASE_S = 60.0
_CONFIRMED_WITHIN_S = 80.0


@dataclass(frozen=True, slots=True)
class Size:
    """``kills`` of workers, ``restarts`` of Redis, ``cuts`` of all the database's connections."""

    deliveries: int
    workers: int
    kills: int
    restarts: int
    cuts: int
    calls_per_s: int
    late_s: float
    within_s: float


SMALL = Size(deliveries=800, workers=2, kills=5, restarts=1, cuts=2, calls_per_s=30, late_s=2.0, within_s=90)
FULL = Size(deliveries=20_000, workers=4, kills=50, restarts=5, cuts=5, calls_per_s=32, late_s=30.0, within_s=900)


@dataclass(slots=True)
class Sending:
    """What is planned, and the processes that are to send it."""

    stage: Stage
    redis: Mortal
    workers: list[Child]
    planned: list[Planned]

    async def begin(self) -> None:
        """Plans it all; the workers find it by themselves."""
        await introduce(self.stage, self.planned)
        await store(self.stage.database.url, self.planned)

    async def count_accepted(self) -> int:
        return int((await self.stage.link.counters())["accepted"])

    async def count_open(self) -> int:
        (row,) = await self.stage.database.read(
            "SELECT count(*) AS n FROM delivery WHERE state IN ('planned', 'claimed')"
        )
        return int(row["n"])

    async def find_busy(self) -> list[Child]:
        """The workers that hold rows now."""
        rows = await self.stage.database.read("SELECT DISTINCT claimed_by FROM delivery WHERE state = 'claimed'")
        pids = {row["claimed_by"].split(":")[1] for row in rows}
        return [worker for worker in self.workers if str(worker.pid) in pids]

    async def forget(self, pid: int) -> None:
        """Lets the leases of a process that is gone end now instead of within the minute."""
        await self.stage.database.change(
            f"UPDATE delivery SET lease_until = now() WHERE state = 'claimed' AND claimed_by LIKE '%:{pid}:%'"
        )

    async def settle(self, within_s: float, hurries: bool) -> None:
        """Waits until nothing is to be sent any more; ``hurries``: what nobody alive works on has no lease."""
        end = time.monotonic() + within_s
        while await self.count_open() and time.monotonic() < end:
            if hurries:
                left_s = _LEASE_S - LONGEST_CLAIM_S
                await self.stage.database.change(
                    "UPDATE delivery SET lease_until = now()"
                    f" WHERE state = 'claimed' AND lease_until < now() + interval '{left_s} seconds'"
                )
            await asyncio.sleep(0.5)

    async def hear_results(self, within_s: float) -> None:
        """Waits until WeChat has told what became of every notice, and that is stored."""
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            counters = await self.stage.link.counters()
            notices = sum(count for api, count in counters["accepted_by_api"].items() if api != "custom")
            if sum(counters["results"].values()) >= notices:
                break
            await asyncio.sleep(0.25)
        await self.stage.settle(10)

    async def confirm_late(self, within_s: float) -> None:
        """Waits for the leader's look at what was told before the answer to its send was stored."""
        untold = (
            "SELECT count(*) AS n FROM delivery d JOIN interaction j ON j.identity_id = d.identity_id"
            " WHERE d.state = 'sent' AND d.wechat_id <> '' AND j.kind IN ('event.templatesendjobfinish',"
            " 'event.subscribe_msg_sent_event') AND strpos(j.fields::text, d.wechat_id) > 0"
        )
        end = time.monotonic() + within_s
        while (await self.stage.database.read(untold))[0]["n"] and time.monotonic() < end:
            await asyncio.sleep(2.0)


@asynccontextmanager
async def open_sending(
    grounds: Grounds, planned: Sequence[Planned], workers: int, calls_per_s: int, guard: str = ""
) -> AsyncIterator[Sending]:
    """A server for what WeChat tells, and workers, of which ``guard`` may be taken out; with nothing planned yet."""
    async with AsyncExitStack() as stack:
        url, redis = await stack.enter_async_context(mortal_redis(grounds.new_folder("redis")))
        settings = {
            "SCRM_REDIS_URL": url,
            "SCRM_DATABASE_POOL": "8",
            "SCRM_CONTACT__QUIET_FROM": "00:00",
            "SCRM_CONTACT__QUIET_UNTIL": "00:00",
            "SCRM_CONTACT__MARKETING_CAP": str(MARKETING_CAP),
            "SCRM_CONTACT__CARE_CAP": str(CARE_CAP),
            **{f"SCRM_ACCOUNTS__{key.upper()}__CALLS_PER_S": str(calls_per_s) for key in grounds.accounts},
        }
        serve = ("main.py", "serve", "--no-worker")
        stage = await stack.enter_async_context(open_stage(grounds, "postgres", serve=serve, **settings))
        await stage.link.webhook(stage.urls[0])
        folder = grounds.new_folder("workers")
        work = ("-m", "tests.faults.careless", guard, "worker") if guard else ("main.py", "worker")
        children = [Child(python(*work), stage.environment, folder / f"{n}.log", ready="") for n in range(workers)]
        for child in children:
            stack.callback(child.kill)
            await child.start()
        yield Sending(stage, redis, children, list(planned))


async def play(run: Run, grounds: Grounds) -> None:
    size = FULL if run.size.is_full else SMALL
    planned = plan(grounds.accounts, size.deliveries)
    async with open_sending(grounds, planned, size.workers, size.calls_per_s) as sending:
        await sending.stage.link.turn({**MISHAPS, "result_late_s": size.late_s, "seed": run.seed})
        await sending.begin()
        began = time.monotonic()
        await _trouble(run, sending, size)
        await sending.settle(size.within_s, hurries=not run.size.is_full)
        run.count(sending_s=round(time.monotonic() - began, 1))
        await sending.hear_results(size.late_s + 20)
        if run.size.is_full:
            await sending.confirm_late(_CONFIRMED_WITHIN_S)
        await check_sendings(run, sending.stage, planned)


async def _trouble(run: Run, sending: Sending, size: Size) -> None:
    """Everything that goes wrong, at moments spread over what is sent; ends early where nothing is left to send.

    Leases of killed workers are put forward, but in the full size those of the last ones end by themselves.
    """
    dice, possible = random.Random(run.seed), count_possible(sending.planned)
    mishaps = ["kill"] * size.kills + ["restart"] * size.restarts + ["cut"] * size.cuts
    dice.shuffle(mishaps)
    done, end = dict.fromkeys(("kill", "restart", "cut"), 0), time.monotonic() + size.within_s
    for number, mishap in enumerate(mishaps):
        moment = 0.75 * possible * (number + dice.uniform(0.2, 0.9)) / len(mishaps)
        while await sending.count_accepted() < moment and await sending.count_open() and time.monotonic() < end:
            await asyncio.sleep(0.1)
        done[mishap] += bool(await sending.count_open())
        match mishap:
            case "kill":
                is_last = number >= len(mishaps) - 4
                await _kill(sending, dice, puts_leases_forward=not (run.size.is_full and is_last))
            case "restart":
                sending.redis.kill()
                await asyncio.sleep(dice.uniform(0.2, 2.0))
                await sending.redis.start()
            case _:
                assert isinstance(sending.stage.database, PostgresDatabase)
                await sending.stage.database.cut()
    run.count(workers=size.workers, kills=done["kill"], redis_restarts=done["restart"], cuts=done["cut"])
    run.promise("every mishap met deliveries under way", sum(done.values()) == len(mishaps), done)


async def _kill(sending: Sending, dice: random.Random, puts_leases_forward: bool) -> None:
    """``kill -9`` of a worker, one that sends where there is any; it comes back at once."""
    worker = dice.choice(await sending.find_busy() or sending.workers)
    await asyncio.sleep(dice.uniform(0.0, 0.1))
    pid = worker.pid
    worker.kill()
    if puts_leases_forward:
        await sending.forget(pid)
    await worker.start()


SCENARIOS = (Scenario("deliveries-postgres", play, needs=("postgres",)),)
