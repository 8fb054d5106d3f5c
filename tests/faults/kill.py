"""``kill -9`` of the server again and again under load: what was acknowledged stays, and nothing is said twice."""

from __future__ import annotations

import asyncio
import random

from tests.faults.effects import check_effects
from tests.faults.grounds import Grounds
from tests.faults.people import make_people
from tests.faults.promises import check_all
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage

HELD_UP_S = {"postgres": 5.5, "sqlite": 4.7}
"""Long enough for pushes to become late. SQLite has one lock for all, so there it must be free again in time."""

LEASE_S = 75
"""The longest a killed process's work stays its own."""


def kill_on(kind: str) -> Scenario:
    async def play(run: Run, grounds: Grounds) -> None:
        async with open_stage(grounds, kind) as stage:
            await play_killed(run, stage)

    return Scenario(f"kill-{kind}", play, needs=("postgres",) if kind == "postgres" else ())


async def play_killed(run: Run, stage: Stage) -> None:
    """The whole scenario on an open stage; answers get lost on the way to us and from WeChat's side, too."""
    await stage.link.turn({"slow_ms": 30.0, "lost_share": 0.02, "seed": run.seed})
    people = make_people(stage.grounds.accounts, run.seed, run.size.killed_pushes)
    killing = asyncio.create_task(_kill(run, stage, expected=run.size.killed_pushes * 1.1))
    sent = await stage.play(people)
    await killing
    journal = await stage.settle(2 * LEASE_S + 30)
    check_all(run, sent, journal)
    check_effects(run, journal)


async def _kill(run: Run, stage: Stage, expected: float) -> None:
    """Kills at moments spread over the pushes, one in three among pushes that have become late.

    Leases of a killed process are put forward, but in the full size the last late ones end by themselves.
    """
    (server,), dice = stage.servers, random.Random(run.seed)
    starts = []
    for number in range(run.size.kills):
        moment = expected * (number + dice.uniform(0.3, 0.9)) / (run.size.kills + 1)
        while stage.pushing.acknowledged < moment:
            await asyncio.sleep(0.002)
        if number % 3 == 1:
            async with stage.database.held_up("consent"):
                await asyncio.sleep(HELD_UP_S[stage.database.kind])
                server.kill()
        else:
            await asyncio.sleep(dice.uniform(0.0, 0.05))
            server.kill()
        if not run.size.is_full or number < run.size.kills - 3:
            await stage.put_leases_forward()
        await server.start()
        starts.append(server.start_s)
    async with stage.database.held_up("consent"):
        await asyncio.sleep(HELD_UP_S[stage.database.kind])
    run.count(kills=len(starts), start_s=f"{min(starts):.1f}–{max(starts):.1f}")


SCENARIOS = (kill_on("sqlite"), kill_on("postgres"))
