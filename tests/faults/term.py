"""SIGTERM under load: what is in work is finished, what was acknowledged is stored, and it ends in time with 0."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from tests.faults.grounds import Grounds
from tests.faults.people import make_people
from tests.faults.promises import check_all
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage

WITHIN_S = 10.0


def term_on(kind: str) -> Scenario:
    async def play(run: Run, grounds: Grounds) -> None:
        async with open_stage(grounds, kind) as stage:
            await _play(run, stage)

    return Scenario(f"term-{kind}", play, needs=("postgres",) if kind == "postgres" else ())


async def _play(run: Run, stage: Stage) -> None:
    """Ended three times: under load, while WeChat is slow to take messages, and while the database is held up."""
    people = make_people(stage.grounds.accounts, run.seed, run.size.pushes * 10)
    done, ends = asyncio.Event(), dict[str, str]()
    playing = asyncio.create_task(stage.play(people, at_once=24, pause_s=0.05, until=done))
    for name in ("under load", "while WeChat is slow", "while the database is held up"):
        (server,) = stage.servers
        await stage.link.turn({"slow_ms": 20_000.0 if name == "while WeChat is slow" else 0.0})
        await asyncio.sleep(2.0)
        async with AsyncExitStack() as held:
            if name == "while the database is held up":
                await held.enter_async_context(stage.database.held_up("interaction"))
                await asyncio.sleep(1.0)
            code, took_s = await server.end(20.0)
        ends[name] = f"exit {code} after {took_s:.1f} s"
        run.promise(f"SIGTERM {name} ends with 0 within 10 s", code == 0 and took_s < WITHIN_S, ends[name])
        if not run.size.is_full:
            await stage.put_leases_forward()
        await server.start()
    done.set()
    await stage.link.turn({"slow_ms": 0.0})
    sent = await playing
    run.count(**{name.replace(" ", "_"): end for name, end in ends.items()})
    check_all(run, sent, await stage.settle(180))


SCENARIOS = (term_on("sqlite"), term_on("postgres"))
