"""The control: with one guard taken out of the product each time, a promise has to be found broken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.faults.forge import Forge
from tests.faults.grounds import Grounds
from tests.faults.hostile import play_hostile
from tests.faults.kill import play_killed
from tests.faults.people import make_people
from tests.faults.promises import check_all
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage

SEND = "/cgi-bin/message/custom/send"
Play = Callable[[Run, Stage], Awaitable[None]]


async def _killed(run: Run, stage: Stage) -> None:
    await play_killed(replace_size(run, kills=1, killed_pushes=250), stage)


async def _copied(run: Run, stage: Stage) -> None:
    sent = await stage.play(make_people(stage.grounds.accounts, run.seed, 100, thrice=True))
    check_all(run, sent, await stage.settle(20))


async def _killed_while_sending(run: Run, stage: Stage) -> None:
    """WeChat has taken messages, and the process dies before it can write that down."""
    (server,) = stage.servers
    await stage.link.turn({"slow_ms": 500.0})
    sent = await stage.play(make_people({"mini": stage.grounds.accounts["mini"]}, run.seed, 30))
    while (await stage.link.counters())["calls"].get(SEND, 0) < 5:
        await asyncio.sleep(0.01)
    async with stage.database.held_up("delivery"):
        while (await stage.link.counters())["accepted"] < 5:
            await asyncio.sleep(0.01)
        server.kill()
    await stage.put_leases_forward()
    await stage.link.turn({"slow_ms": 0.0})
    await server.start()
    check_all(run, sent, await stage.settle(20))


async def _forged(run: Run, stage: Stage) -> None:
    await play_hostile(run, stage, Forge(stage.grounds.accounts, random.Random(run.seed)), 300)


def replace_size(run: Run, **changes: int) -> Run:
    run.size = replace(run.size, **changes)  # type: ignore[arg-type]
    return run


def control_on(kind: str, guard: str, servers: int, play_without: Play, words: str) -> Scenario:
    """A scenario that is content only where without ``guard`` the promise ``words`` is broken."""

    async def play(run: Run, grounds: Grounds) -> None:
        serve = ("-m", "tests.faults.careless", guard, "serve")
        careless = Run(replace(run.size, is_full=False), run.seed)
        async with open_stage(grounds, kind, servers=servers, serve=serve) as stage:
            await play_without(careless, stage)
        run.count(found_broken=len(careless.broken))
        is_found = any(broken.startswith(words) for broken in careless.broken)
        run.promise(
            f"without the guard it is found that not '{words}'", is_found, careless.broken or "nothing was found"
        )

    return Scenario(f"control-{guard}", play, needs=("postgres",) if kind == "postgres" else ())


SCENARIOS = (
    control_on("sqlite", "stored-before-acknowledged", 1, _killed, "every acknowledged push is in the journal"),
    control_on("postgres", "one-row-a-push", 2, _copied, "no push is in the journal twice"),
    control_on("sqlite", "unknown-is-not-repeated", 1, _killed_while_sending, "no message reached anybody twice"),
    control_on("sqlite", "signature", 1, _forged, "nothing hostile is acknowledged"),
)
