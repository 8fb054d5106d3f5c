"""Coupons raced: processes claim, lock, redeem, reverse, void, expire, pause and change stock at once, and are killed.

What must hold afterwards (``coupon_laws``) is read from the tables and from what was acknowledged. For every law there
is a control: the same race without the guard that keeps it.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from tests.faults.coupon_careless import CALL, COPY, GUARDS, TEMPLATE
from tests.faults.coupon_laws import check
from tests.faults.coupon_offers import people_at
from tests.faults.databases import Database
from tests.faults.grounds import Grounds
from tests.faults.processes import ROOT, Child, python
from tests.faults.run import Run, Scenario

PROCESSES = 4
_CARELESS_RACES = 5
"""At most: which law a race without a guard breaks is a matter of chance, and one race may miss one."""

_CARELESS_PROCESSES = 2
_SECRET = "a key of the race that protects nothing"
_OPERATIONS = {"small": 4_000, "full": 1_000_000}
_OPERATIONS_OF_A_SCALE = 4_000
_KILLS = {"small": 3, "full": 40}
_CARELESS_OPERATIONS = 1_200
_WITHIN_S = {"small": 120.0, "full": 7_200.0}

_BREAKS = {
    TEMPLATE: (
        "issued is what was given", "never oversold", "nobody has more than their limit", "exposure adds up",
        "never over budget",
    ),
    COPY: ("no copy is redeemed twice", "every state follows from its ledger"),
    CALL: ("a repeated call gets the first answer", "every acknowledged answer is stored", "every copy answers one call"),
}  # fmt: skip


class _Lines:
    """How many lines the logs have by now; reads only what is new."""

    def __init__(self, logs: list[Path]) -> None:
        self._read = dict.fromkeys(logs, 0)
        self.count = 0

    def have(self, more_than: int) -> bool:
        return self.look() > more_than

    def look(self) -> int:
        for log, at in self._read.items():
            if log.exists():
                with log.open("rb") as lines:
                    lines.seek(at)
                    new = lines.read()
                self._read[log] = at + len(new)
                self.count += new.count(b"\n")
        return self.count


async def play(run: Run, grounds: Grounds) -> None:
    async with grounds.database("postgres") as database:
        size = run.size.name
        logs = await _race(run, grounds, database, _OPERATIONS[size], _KILLS[size], _WITHIN_S[size], "")
        await check(run, database, logs)


async def _race(
    run: Run,
    grounds: Grounds,
    database: Database,
    operations: int,
    kills: int,
    within_s: float,
    guard: str,
    processes: int = PROCESSES,
) -> list[Path]:
    scale = max(1, operations // _OPERATIONS_OF_A_SCALE)
    await _furnish(database, scale)
    folder = grounds.new_folder("crowd")
    logs = [folder / f"{number}.jsonl" for number in range(processes)]
    lines = _Lines(logs)
    async with AsyncExitStack() as stack:
        crowd = []
        for number, log in enumerate(logs):
            command = python(
                "-m", "tests.faults.coupon_crowd", database.url, _SECRET, str(number), str(operations // processes),
                str(scale), str(log), *([guard] if guard else []),
            )  # fmt: skip
            crowd.append(Child(command, {}, folder / f"{number}.log", ready=""))
            stack.callback(crowd[-1].kill)
        await asyncio.gather(*(child.start() for child in crowd))
        for turn in range(kills):
            enough = operations * (turn + 1) // (kills + 2)
            await _until(partial(lines.have, enough), within_s)
            victim = crowd[turn % processes]
            victim.kill()
            await victim.start()
        await _until(lambda: not any(child.is_running for child in crowd), within_s)
        failed = [child.log_text[-500:] for child in crowd if "Traceback" in child.log_text]
        run.promise_none("no process of the crowd failed", failed)
    run.count(operations=lines.look(), kills=kills)
    return logs


async def _until(is_so: Callable[[], bool], within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.2)


async def _furnish(database: Database, scale: int) -> None:
    """In a process of its own: scenarios run side by side, and a process opens one database."""
    await database.change(
        "INSERT INTO customer (created_at, name, gender, birthday, city, time_zone, phone_cipher)"
        f" SELECT now(), '', '', '', '', '', '' FROM generate_series(1, {people_at(scale)})"
    )
    publish = python("-m", "tests.faults.coupon_offers", database.url, str(scale))
    await asyncio.to_thread(subprocess.run, publish, check=True, cwd=ROOT)
    database.rest()


def _control(guard: str) -> Scenario:
    """Content only where without the guard each of the laws it keeps is broken, in one of a few short races."""

    async def play_without(run: Run, grounds: Grounds) -> None:
        broken: list[str] = []
        for race in range(_CARELESS_RACES):
            broken += await _race_without(run, grounds, guard, race)
            if all(any(each.startswith(words) for each in broken) for words in _BREAKS[guard]):
                break
        for words in _BREAKS[guard]:
            found = any(each.startswith(words) for each in broken)
            run.promise(f"without the guard it is found that not '{words}'", found, broken)
        failed = [each for each in broken if each.startswith("no process")]
        run.promise_none("the careless crowd comes to its end", failed)

    return Scenario(f"control-coupons-{guard}", play_without, needs=("postgres",))


async def _race_without(run: Run, grounds: Grounds, guard: str, race: int) -> list[str]:
    """What was found broken in a race of its own."""
    careless = Run(run.size, run.seed + race)
    async with grounds.database("postgres") as database:
        logs = await _race(careless, grounds, database, _CARELESS_OPERATIONS, 0, 120.0, guard, _CARELESS_PROCESSES)
        await check(careless, database, logs)
    run.count(**careless.figures)
    return careless.broken


SCENARIOS = (Scenario("coupons", play, needs=("postgres",)), *map(_control, GUARDS))
