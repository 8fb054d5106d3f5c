"""Hostile inputs against a real server: no 5xx, no trace, no growth; strange but genuine pushes are stored whole."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter

from tests.faults.databases import SqliteDatabase
from tests.faults.forge import MARK, Forge, Input
from tests.faults.grounds import Grounds
from tests.faults.hostile_requests import make_input
from tests.faults.hostile_wires import make_wire
from tests.faults.odd_pushes import make_odd
from tests.faults.promises import check_ends
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage
from tests.faults.wire import HUNG_UP, SILENT, Wire

AT_ONCE = 24
MOST_GROWTH_MIB = 24.0
"""Memory a server may take between its first fifth of hostile inputs and the last: allocators breathe."""

_MOVING = {"lease", "access_token", "api_quota"}
"""Tables whose rows come and go by the clock: leases, tokens, and the calls of the hourly look for unionids."""


def hostile_on(kind: str, share: float) -> Scenario:
    async def play(run: Run, grounds: Grounds) -> None:
        async with open_stage(grounds, kind) as stage:
            forge = Forge(grounds.accounts, random.Random(run.seed))
            await _odd(run, stage, forge)
            await play_hostile(run, stage, forge, int(run.size.hostile * share))

    return Scenario(f"hostile-{kind}", play, needs=("postgres",) if kind == "postgres" else ())


async def _odd(run: Run, stage: Stage, forge: Forge) -> None:
    """Each twice. What is stored has to be what was said."""
    wire, pushes = Wire(stage.urls[0]), make_odd(forge)
    for account in stage.grounds.accounts.values():
        senders = {push.fields["FromUserName"] for push in pushes}
        await stage.link.register([{"app_id": account.app_id, "openid": sender} for sender in senders])
    statuses = [(await wire.ask(push.data), await wire.ask(push.data)) for push in pushes]
    await wire.close()
    journal = await stage.settle(20)
    stored = Counter(_shape(row.fields) for row in journal.rows)
    sent = Counter(_shape(push.fields) for push in pushes)
    run.count(odd_pushes=len(pushes), odd_rows=len(journal.rows))
    check_ends(run, journal.rows)
    run.promise_none(
        "every odd push is acknowledged",
        [(push.openid, s, push.fields) for push, s in zip(pushes, statuses, strict=True) if s != (200, 200)],
    )
    run.promise_none("every odd push is stored whole", list((sent - stored).elements()))
    run.promise_none("no odd push is stored twice or otherwise", list((stored - sent).elements()))


async def play_hostile(run: Run, stage: Stage, forge: Forge, inputs: int) -> None:
    """So many hostile inputs, and a look at what they left behind."""
    (server,) = stage.servers
    before = await _counts(stage)
    answers: dict[str, Counter[int]] = {}
    memory = []
    for share in (0.2, 0.8):
        await _send(stage, forge, int(inputs * share), answers)
        memory.append(server.rss_mib())
    run.count(inputs=inputs, rss_mib=" → ".join(f"{mib:.0f}" for mib in memory))
    for name, counts in sorted(answers.items()):
        run.count(**{name: dict(sorted(counts.items()))})
    _check_answers(run, answers)
    await _check_counted(run, stage, answers)
    run.promise("memory does not grow", memory[1] - memory[0] < MOST_GROWTH_MIB, f"{memory} MiB")
    after = await _counts(stage)
    run.promise_none(
        "nothing hostile left a row",
        [(t, before[t], n) for t, n in after.items() if n != before[t] and t not in _MOVING],
    )
    if isinstance(stage.database, SqliteDatabase):
        files = [stage.database.path, stage.database.path.with_name(stage.database.path.name + "-wal")]
        run.promise("nothing hostile is in the file", not any(MARK.encode() in path.read_bytes() for path in files))
    run.promise("nothing hostile is in the log", MARK not in server.log_text)
    stumbles = [line for line in server.log_text.splitlines() if "Traceback" in line or '"level": "error"' in line]
    run.promise_none("the server did not stumble", [line[:300] for line in stumbles])


async def _send(stage: Stage, forge: Forge, inputs: int, answers: dict[str, Counter[int]]) -> None:
    """Over connections that are kept, and one in twenty over one of its own that is spoilt."""
    left = iter(range(inputs))

    async def send() -> None:
        wire = Wire(stage.urls[0])
        for number in left:
            if number % 20 == 19:
                wires = make_wire(forge)
                heard = await Wire(stage.urls[0]).tell(wires.data)
                _note(answers, wires, heard or [HUNG_UP])
            else:
                hostile = make_input(forge)
                _note(answers, hostile, [await wire.ask(hostile.data)])
        await wire.close()

    await asyncio.gather(*(send() for _ in range(AT_ONCE)))


def _note(answers: dict[str, Counter[int]], hostile: Input, statuses: list[int]) -> None:
    name = f"wire_{hostile.name}" if hostile.may_hang_up else hostile.name
    answers.setdefault(name, Counter()).update(statuses)


def _check_answers(run: Run, answers: dict[str, Counter[int]]) -> None:
    all_answers = Counter[int]()
    for counts in answers.values():
        all_answers.update(counts)
    run.promise("nothing is answered 5xx", not any(status >= 500 for status in all_answers), all_answers)
    run.promise("nothing hostile is acknowledged", not any(200 <= status < 300 for status in all_answers), answers)
    run.promise("every request is answered", not all_answers[SILENT], answers)
    hung_up = {
        name: counts[HUNG_UP] for name, counts in answers.items() if counts[HUNG_UP] and not name.startswith("wire_")
    }
    run.promise("every request that is HTTP is answered", not hung_up, hung_up)


async def _check_counted(run: Run, stage: Stage, answers: dict[str, Counter[int]]) -> None:
    """What was refused at an account's address shows in the metrics."""
    async with stage.session.get(f"{stage.urls[0]}/metrics") as response:
        lines = (await response.text()).splitlines()
    counted = sum(float(line.split()[-1]) for line in lines if line.startswith("zhiji_pushes_refused_total"))
    refused = ("wrong_body", "good_body_unsigned", "wrongly_sealed", "in_the_clear", "wrong_moment")
    wanted = sum(answers[name].total() for name in refused)
    run.count(counted=int(counted))
    run.promise("what is refused is counted", counted >= wanted, f"{counted:g} of {wanted}")


async def _counts(stage: Stage) -> dict[str, int]:
    """Rows of every table there is."""
    listing = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    if stage.database.kind == "postgres":
        listing = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    tables = [row["name"] for row in await stage.database.read(listing)]
    counts = await stage.database.read(
        " UNION ALL ".join(f"SELECT '{table}' AS name, count(*) AS n FROM \"{table}\"" for table in tables)
    )
    return {row["name"]: row["n"] for row in counts}


def _shape(fields: object) -> str:
    return json.dumps(fields, sort_keys=True, ensure_ascii=True)


SCENARIOS = (hostile_on("sqlite", 1.0), hostile_on("postgres", 0.1))
