"""Every push three times, at once and one after another: one effect, the same answer."""

from __future__ import annotations

from tests.faults.effects import check_effects
from tests.faults.grounds import Grounds
from tests.faults.people import make_people
from tests.faults.promises import check_all
from tests.faults.run import Run, Scenario
from tests.faults.stage import open_stage


def thrice_on(kind: str) -> Scenario:
    async def play(run: Run, grounds: Grounds) -> None:
        async with open_stage(grounds, kind) as stage:
            sent = await stage.play(make_people(grounds.accounts, run.seed, run.size.pushes, thrice=True))
            journal = await stage.settle(20)
        check_all(run, sent, journal)
        check_effects(run, journal)
        copies = [copy for each in sent for copy in each.copies]
        run.promise("every copy was acknowledged", all(len(s.acknowledged) == 3 for s in sent))
        run.promise_none("no copy had to be repeated", [copy.fault for copy in copies if copy.attempts > 1])

    return Scenario(f"thrice-{kind}", play, needs=("postgres",) if kind == "postgres" else ())


SCENARIOS = (thrice_on("sqlite"), thrice_on("postgres"))
