"""Redis dies in the middle of the day and comes back: nothing is lost, words still leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from tests.faults.effects import check_effects
from tests.faults.grounds import Grounds
from tests.faults.people import Push, make_people
from tests.faults.processes import Child, python
from tests.faults.promises import check_all
from tests.faults.pushing import Sent
from tests.faults.redis_server import Mortal, mortal_redis
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage

LEAVES_WITHIN_S = 5.0


async def play(run: Run, grounds: Grounds) -> None:
    """Web and worker are two processes here, so that only Redis can tell one from the other that words wait."""
    async with mortal_redis(grounds.new_folder("redis")) as (url, redis):
        serve = ("main.py", "serve", "--no-worker")
        async with open_stage(grounds, "postgres", serve=serve, SCRM_REDIS_URL=url) as stage, _worker(stage):
            await _play(run, stage, redis)


async def _play(run: Run, stage: Stage, redis: Mortal) -> None:
    people = make_people(stage.grounds.accounts, run.seed, run.size.pushes * 3)
    minis = make_people({"mini": stage.grounds.accounts["mini"]}, run.seed + 1, 60)
    done = asyncio.Event()
    await stage.introduce(minis)
    playing = asyncio.create_task(stage.play(people, at_once=12, pause_s=0.1, until=done))
    probes = [await _timed(run, stage, minis[0][1], "with_redis")]
    redis.kill()
    await asyncio.sleep(0.5)
    probes.append(await _timed(run, stage, minis[1][1], "without_redis"))
    await _expect_status(run, stage, "degraded")
    await asyncio.sleep(3.0)
    probes.append(await _timed(run, stage, minis[2][1], "later_without_redis"))
    await redis.start()
    await _expect_status(run, stage, "ready")
    probes.append(await _timed(run, stage, minis[3][1], "redis_again"))
    done.set()
    sent = [*await playing, *probes]
    journal = await stage.settle(60)
    check_all(run, sent, journal)
    check_effects(run, journal)
    run.promise("no push saw an error", set(stage.pushing.statuses) == {200}, stage.pushing.statuses)
    run.promise_none(
        "every message left", [s for s in journal.sendings if s.state != "sent" and s.reason != "window_used_up"]
    )


async def _timed(run: Run, stage: Stage, push: Push, name: str) -> Sent:
    """How long the words of a mini program's push take to reach the person, in milliseconds."""
    began = time.monotonic()
    sent = await stage.send(push)
    while not [m for m in await stage.link.accepted(0) if m["openid"] == push.openid]:
        if time.monotonic() - began > 30:
            break
        await asyncio.sleep(0.02)
    took_s = time.monotonic() - began
    run.count(**{f"words_{name}_ms": round(took_s * 1000)})
    run.promise(f"words leave within {LEAVES_WITHIN_S:g} s, {name}", took_s < LEAVES_WITHIN_S, f"{took_s:.1f} s")
    return sent


async def _expect_status(run: Run, stage: Stage, wanted: str) -> None:
    """Readiness says so within ten seconds, and says 200: pushes can be stored."""
    status, code, end = "", 0, time.monotonic() + 10
    while status != wanted and time.monotonic() < end:
        async with stage.session.get(
            f"{stage.urls[0]}/health/ready", timeout=aiohttp.ClientTimeout(total=5)
        ) as response:
            status, code = (await response.json())["status"], response.status
        await asyncio.sleep(0.1)
    run.promise(f"readiness says {wanted}", (status, code) == (wanted, 200), f"{code} {status}")


@asynccontextmanager
async def _worker(stage: Stage) -> AsyncIterator[None]:
    log = stage.grounds.new_folder("worker") / "worker.log"
    worker = Child(python("main.py", "worker"), stage.environment, log, ready="")
    await worker.start()
    try:
        yield
    finally:
        await worker.end()


SCENARIOS = (Scenario("redis-postgres", play, needs=("postgres",)),)
