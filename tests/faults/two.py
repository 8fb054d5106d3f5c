"""Two web processes on one PostgreSQL, copies of a push to both: as one, and each person in order."""

from __future__ import annotations

import asyncio
import random

from tests.faults.effects import check_effects
from tests.faults.grounds import Grounds
from tests.faults.people import make_hasty, make_people
from tests.faults.promises import check_all
from tests.faults.pushing import Sent
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage


async def play(run: Run, grounds: Grounds) -> None:
    async with open_stage(grounds, "postgres", servers=2) as stage:
        people = make_people(grounds.accounts, run.seed, run.size.pushes, thrice=True)
        killing = asyncio.create_task(_kill(run, stage)) if run.size.is_full else None
        sent = await stage.play(people)
        if killing is not None:
            await killing
        sent += await _hasty(run, stage)
        journal = await stage.settle(180)
    check_all(run, sent, journal)
    check_effects(run, journal)
    run.promise("every push was acknowledged", all(each.acknowledged for each in sent))


async def _hasty(run: Run, stage: Stage) -> list[Sent]:
    """People who ask for their guide at the other process before their follow is answered.

    Either may be first. Whichever is second in the journal has to know of the first.
    """
    dice = random.Random(run.seed)
    people = make_hasty(stage.grounds.accounts["shop"], run.seed + 1, run.size.pushes // 3)
    await stage.introduce(people)
    sent: list[Sent] = []
    for follow, ask in people:
        first = asyncio.create_task(stage.pushing.push(follow))
        await asyncio.sleep(dice.uniform(0.0, 0.02))
        second = await stage.pushing.push(ask)
        sent += [await first, second]
    run.count(hasty_people=len(people))
    return sent


async def _kill(run: Run, stage: Stage) -> None:
    """One of them dies and comes back; its pushes are repeated to the other."""
    expected = run.size.pushes * 3
    for number in range(2):
        while stage.pushing.acknowledged < expected * (number + 1) / 3:
            await asyncio.sleep(0.002)
        server = stage.servers[number]
        server.kill()
        await server.start()
    run.count(kills=2)


SCENARIOS = (Scenario("two-postgres", play, needs=("postgres",)),)
