"""Coupons raced: processes claim, lock, redeem, reverse, void, expire, pause and change stock at once, and are killed.

What must hold afterwards is read from the tables alone: stock, limits, one redemption, a ledger that tells every state,
an exposure that adds up, and every acknowledged answer.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.faults.coupon_offers import PEOPLE
from tests.faults.databases import Database, Rows
from tests.faults.grounds import Grounds
from tests.faults.processes import ROOT, Child, python
from tests.faults.run import Run, Scenario

PROCESSES = 4
_SECRET = "a key of the race that protects nothing"
_OPERATIONS = {"small": 4_000, "full": 1_000_000}
_KILLS = {"small": 3, "full": 40}
_CARELESS_OPERATIONS = 2_400
_WITHIN_S = {"small": 120.0, "full": 7_200.0}
_AFTER = {
    "issued": "issued", "locked": "locked", "unlocked": "issued", "redeemed": "redeemed", "reversed": "reversed",
    "expired": "expired", "voided": "voided",
}  # fmt: skip


async def play(run: Run, grounds: Grounds) -> None:
    async with grounds.database("postgres") as database:
        size = run.size.name
        logs = await _race(run, grounds, database, _OPERATIONS[size], _KILLS[size], _WITHIN_S[size], "")
        await _check(run, database, logs)


async def _race(
    run: Run, grounds: Grounds, database: Database, operations: int, kills: int, within_s: float, guard: str
) -> list[Path]:
    await _furnish(database)
    folder = grounds.new_folder("crowd")
    logs = [folder / f"{number}.jsonl" for number in range(PROCESSES)]
    async with AsyncExitStack() as stack:
        crowd = []
        for number, log in enumerate(logs):
            command = python(
                "-m", "tests.faults.coupon_crowd", database.url, _SECRET, str(number), str(operations // PROCESSES),
                str(log), *([guard] if guard else []),
            )  # fmt: skip
            crowd.append(Child(command, {}, folder / f"{number}.log", ready=""))
            stack.callback(crowd[-1].kill)
        await asyncio.gather(*(child.start() for child in crowd))
        for turn in range(kills):
            await _until(lambda turn=turn: _lines(logs) > operations * (turn + 1) // (kills + 2), within_s)
            victim = crowd[turn % PROCESSES]
            victim.kill()
            await victim.start()
        await _until(lambda: not any(child.is_running for child in crowd), within_s)
        failed = [child.log_text[-500:] for child in crowd if "Traceback" in child.log_text]
        run.promise_none("no process of the crowd failed", failed)
    run.count(operations=_lines(logs), kills=kills)
    return logs


async def _until(is_so: Any, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.2)


def _lines(logs: list[Path]) -> int:
    return sum(log.read_bytes().count(b"\n") for log in logs if log.exists())


async def _furnish(database: Database) -> None:
    """In a process of its own: scenarios run side by side, and a process opens one database."""
    await database.change(
        "INSERT INTO customer (created_at, name, gender, birthday, city, time_zone, phone_cipher)"
        f" SELECT now(), '', '', '', '', '', '' FROM generate_series(1, {PEOPLE})"
    )
    await asyncio.to_thread(
        subprocess.run, python("-m", "tests.faults.coupon_offers", database.url), check=True, cwd=ROOT
    )
    database.rest()


# ── what must hold ───────────────────────────────────────────────────────────────────────────────────────────────
async def _check(run: Run, database: Database, logs: list[Path]) -> None:
    templates = await database.read("SELECT * FROM coupon_template")
    coupons = await database.read("SELECT * FROM coupon ORDER BY id")
    entries = await database.read("SELECT * FROM coupon_entry ORDER BY id")
    calls = {row["key"]: json.loads(row["answer"]) for row in await database.read("SELECT * FROM coupon_call")}
    by_template = defaultdict(list)
    for coupon in coupons:
        by_template[coupon["template_id"]].append(coupon)
    for template in templates:
        _check_template(run, template, by_template[template["id"]])
    _check_ledger(run, coupons, entries)
    _check_answers(run, calls, {coupon["id"] for coupon in coupons}, logs)
    run.count(issued=len(coupons), states=dict(Counter(coupon["state"] for coupon in coupons)))


def _check_template(run: Run, template: dict[str, Any], coupons: Rows) -> None:
    code, limit = template["code"], json.loads(template["terms"])["per_person"]
    run.promise("issued is what was given", template["issued"] == len(coupons), f"{code}: {len(coupons)}")
    run.promise("never oversold", len(coupons) <= template["stock"], f"{code}: {len(coupons)} of {template['stock']}")
    people = Counter(coupon["customer_id"] for coupon in coupons)
    run.promise_none("nobody has more than their limit", [each for each in people.items() if each[1] > limit])
    worth = template["worth_fen"]
    costs = {"redeemed": None, "expired": 0, "voided": 0}
    exposure = sum(
        (coupon["discount_fen"] or worth) if coupon["state"] == "redeemed" else costs.get(coupon["state"], worth) or 0
        for coupon in coupons
    )
    run.promise("exposure adds up", template["exposure_fen"] == exposure, f"{code}: {exposure}")
    budget = template["budget_fen"]
    run.promise("never over budget", budget is None or exposure <= budget, f"{code}: {exposure} of {budget}")


def _check_ledger(run: Run, coupons: Rows, entries: Rows) -> None:
    ledgers = defaultdict(list)
    for entry in entries:
        ledgers[entry["coupon_id"]].append(entry["event"])
    untold, twice = [], []
    for coupon in coupons:
        events = ledgers[coupon["id"]]
        if not events or events[0] != "issued" or _AFTER[events[-1]] != coupon["state"]:
            untold.append((coupon["id"], coupon["state"], events))
        redeemed = 0
        for event in events:
            redeemed += (event == "redeemed") - (event == "reversed")
            if redeemed not in (0, 1):
                twice.append((coupon["id"], events))
                break
    run.promise_none("every state follows from its ledger", untold)
    run.promise_none("no copy is redeemed twice", twice)


def _check_answers(run: Run, calls: dict[str, Any], known: set[int], logs: list[Path]) -> None:
    """What was acknowledged is stored."""
    lost = []
    for log in logs:
        for line in log.read_text().splitlines():
            key, what, told = json.loads(line)
            if what != "claim" or told is None:
                continue
            stored = calls.get(key, {})
            answer = stored.get("refused", stored.get("coupon_id"))
            if answer != told or (isinstance(told, int) and told not in known):
                lost.append((key, told, stored))
    run.promise_none("every acknowledged claim is stored", lost)


def _control(guard: str, *broken: str) -> Scenario:
    """Content only where without the guard each of these promises is broken."""

    async def play_without(run: Run, grounds: Grounds) -> None:
        careless = Run(run.size, run.seed)
        async with grounds.database("postgres") as database:
            logs = await _race(careless, grounds, database, _CARELESS_OPERATIONS, 0, 120.0, guard)
            await _check(careless, database, logs)
        for words in broken:
            found = [each for each in careless.broken if each.startswith(words)]
            run.promise(f"without the guard it is found that not '{words}'", bool(found), careless.broken)

    return Scenario(f"control-coupons-{guard}", play_without, needs=("postgres",))


SCENARIOS = (
    Scenario("coupons", play, needs=("postgres",)),
    _control("template-is-held", "issued is what was given", "never oversold", "nobody has more than their limit"),
    _control("copy-is-held", "no copy is redeemed twice"),
)
