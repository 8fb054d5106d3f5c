"""Two processes and a care rule that falls due: the one that leads is killed while it plans, the other goes on."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.faults.crowds import Crowd, Someone, introduce, list_people, plan, store
from tests.faults.databases import Database
from tests.faults.grounds import Grounds
from tests.faults.processes import Child, python
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage

TAKES_OVER_WITHIN_S = 15.0
_CHINA = timezone(timedelta(hours=8))
_EARLIEST_S = 12.0
"""Before the fire both processes have started and one leads."""

_DAY_ENDS_WITHIN = timedelta(minutes=4)
_WITHIN_S = 90.0
_RULE = "店庆"
_PEOPLE = {"small": 3_500, "full": 20_000}
_CROWDS = (
    Crowd("shop", ("custom",), each=1, goes=1, share=5, writes=True),
    Crowd("shop", ("custom",), each=1, goes=0, share=95),
)
"""Who wrote has an open window and hears it; the others are refused for want of one."""


async def play(run: Run, grounds: Grounds) -> None:
    serve = ("main.py", "serve", "--no-worker")
    settings = {"SCRM_CONTACT__QUIET_FROM": "00:00", "SCRM_CONTACT__QUIET_UNTIL": "00:00"}
    async with open_stage(grounds, "postgres", serve=serve, **settings) as stage, AsyncExitStack() as stack:
        people = await _people(stage, _PEOPLE[run.size.name])
        folder = grounds.new_folder("workers")
        workers = [Child(python("main.py", "worker"), stage.environment, folder / f"{n}.log", ready="") for n in (0, 1)]
        fire_at = await _switch_on(stage.database)
        for worker in workers:
            stack.callback(worker.kill)
            await worker.start()
        leader, other = await _find_leader(stage.database, workers)
        await _kill_while_planning(run, stage.database, leader)
        await _await_takeover(run, stage.database, other)
        await leader.start()
        await stage.settle(_WITHIN_S)
        await _await_end(stage.database)
        await _check(run, stage, people, fire_at)


async def _people(stage: Stage, count: int) -> list[Someone]:
    """Customers of the official account, some of whom have just written; nothing is planned for them yet."""
    planned = plan(stage.grounds.accounts, count, _CROWDS)
    await introduce(stage, planned)
    await store(stage.database.url, planned)
    await stage.database.change("DELETE FROM delivery")
    return list_people(planned)


async def _switch_on(database: Database) -> datetime:
    """A rule for everybody, due at the next full minute that leaves time to start; when that is.

    Not just before midnight in China: what is planned for a festival makes no sense after it.
    """
    local = datetime.now(_CHINA)
    if (local + _DAY_ENDS_WITHIN).date() != local.date():
        await asyncio.sleep(_DAY_ENDS_WITHIN.total_seconds())
    fire_at = (datetime.now(UTC) + timedelta(seconds=_EARLIEST_S + 60)).replace(second=0, microsecond=0)
    local = fire_at.astimezone(_CHINA)
    options = [{"channel": "custom", "payload": {"kind": "text", "text": "店庆快乐"}}]
    settings = {"festival": "店庆", "date": f"--{local:%m-%d}"}
    since = datetime.now(UTC).isoformat(" ")
    await database.change(
        "INSERT INTO care_rule (name, kind, is_on, contact_class, account, at, options, settings, created_at, updated_at)"
        f" VALUES ('{_RULE}', 'festival', true, 'care', 'shop', '{local:%H:%M}', '{json.dumps(options)}',"
        f" '{json.dumps(settings)}', '{since}', '{since}')"
    )
    await database.change(
        "INSERT INTO revision (name, number) VALUES ('care_rules', 1)"
        " ON CONFLICT (name) DO UPDATE SET number = revision.number + 1"
    )
    return fire_at


async def _find_leader(database: Database, workers: list[Child]) -> tuple[Child, Child]:
    """The worker that leads, and the other."""
    pid, end = 0, time.monotonic() + _WITHIN_S
    while not pid and time.monotonic() < end:
        await asyncio.sleep(0.1)
        pid = await _leading_pid(database)
    leader = next(worker for worker in workers if worker.pid == pid)
    return leader, next(worker for worker in workers if worker is not leader)


async def _leading_pid(database: Database) -> int:
    """0 where nobody leads."""
    rows = await database.read("SELECT holder FROM lease WHERE name = 'schedule' AND expires_at > now()")
    return int(rows[0]["holder"].split(":")[1]) if rows else 0


async def _kill_while_planning(run: Run, database: Database, leader: Child) -> None:
    """``kill -9`` once a part of the audience is planned and the rest is not."""
    end, found = time.monotonic() + _WITHIN_S, dict[str, Any]()
    while not found.get("cursor") and time.monotonic() < end:
        rows = await database.read("SELECT cursor, planned + refused AS done, state FROM occurrence")
        found = rows[0] if rows else {}
        await asyncio.sleep(0.005)
    leader.kill()
    (row,) = await database.read("SELECT count(*) AS n FROM delivery") if found else ({"n": 0},)
    run.count(planned_before_the_kill=row["n"])
    run.promise(
        "the leader was killed in the middle of its audience", found.get("state") == "open" and row["n"] > 0, found
    )


async def _await_takeover(run: Run, database: Database, other: Child) -> None:
    began = time.monotonic()
    while await _leading_pid(database) != other.pid and time.monotonic() - began < _WITHIN_S:
        await asyncio.sleep(0.05)
    took_s = time.monotonic() - began
    run.count(took_over_s=round(took_s, 1))
    words = f"the other took over within {TAKES_OVER_WITHIN_S:g} s"
    run.promise(words, took_s < TAKES_OVER_WITHIN_S, f"{took_s:.1f} s")


async def _await_end(database: Database) -> None:
    """Until the occurrence is planned to its end and everything planned has left."""
    end = time.monotonic() + _WITHIN_S
    open_ones = (
        "SELECT (SELECT count(*) FROM occurrence WHERE state = 'open')"
        " + (SELECT count(*) FROM delivery WHERE state IN ('planned', 'claimed')) AS n"
    )
    while (await database.read(open_ones))[0]["n"] and time.monotonic() < end:
        await asyncio.sleep(0.25)


async def _check(run: Run, stage: Stage, people: list[Someone], fire_at: datetime) -> None:
    occurrences = await stage.database.read("SELECT * FROM occurrence")
    rows = await stage.database.read("SELECT customer_id, occurrence, state, reason FROM delivery")
    accepted = await stage.link.accepted(0, ("openid",))
    writers = {each.openid for each in people if each.crowd.writes}
    known = {(row["schedule"], row["fire_at"], row["state"]) for row in occurrences}
    run.count(people=len(people), rows=len(rows), reached_people=len(accepted))
    run.promise(
        "the fire became one occurrence, planned to its end", known == {(f"care:{_RULE}", fire_at, "done")}, known
    )
    run.promise(
        "it counts each person once",
        sum(row["planned"] + row["refused"] for row in occurrences) == len(people),
        [(row["planned"], row["refused"]) for row in occurrences],
    )
    due = sorted(each.number for each in people)
    run.promise(
        "each person due has exactly one delivery", sorted(row["customer_id"] for row in rows) == due, len(rows)
    )
    run.promise_none(
        "who did not write was refused for want of a window",
        [
            row
            for row in rows
            if row["state"] != "sent" and (row["state"], row["reason"]) != ("suppressed", "window_closed")
        ],
    )
    heard = [each["openid"] for each in accepted]
    run.promise("who wrote heard it once", sorted(heard) == sorted(writers), f"{len(heard)} of {len(writers)}")


SCENARIOS = (Scenario("two-schedulers", play, needs=("postgres",)),)
