"""The lexicon changes back and forth while web and two workers run under load and a worker dies: nothing is lost.

Every message counts once, what is pushed after a change is read by the new lexicon whichever worker has it, and a
replay then leaves what a worker would make of the same journal from its first row on, row by row.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from customers.profile import MESSAGE_KINDS
from customers.tagging.lexicon_document import write_toml
from customers.tagging.lexicon_edits import add_words
from customers.tagging.live import starter_lexicon
from simulator import events, messages
from simulator.openids import message_id, openid_of
from simulator.state.stocks import Act
from tests.faults.databases import Database
from tests.faults.grounds import Grounds
from tests.faults.people import Push, make_people
from tests.faults.processes import ROOT, Child, python
from tests.faults.pushing import Sent
from tests.faults.run import Run, Scenario
from tests.faults.stage import Stage, open_stage

WORD, TAG = "曙光色", "曙光"
"""A word no lexicon of the house knows, and the tag it speaks for once it does."""
_ASKING = 12
"""People who say the word after each change."""
_SETTLED_WITHIN_S = 60.0

_PROFILES = """
SELECT i.app_id, i.openid, p.messages, p.events FROM profile p JOIN identity i ON i.id = p.identity_id
"""
_MESSAGES = ", ".join(f"'{kind}'" for kind in sorted(MESSAGE_KINDS))
_COUNTED = f"""
SELECT i.app_id, i.openid, count(*) FILTER (WHERE j.kind IN ({_MESSAGES})) AS messages,
       count(*) FILTER (WHERE j.kind NOT IN ({_MESSAGES})) AS events
FROM interaction j JOIN identity i ON i.id = j.identity_id GROUP BY 1, 2
"""
_SAID = """
SELECT j.message_key, CASE WHEN e.id IS NULL THEN 0 ELSE 1 END AS is_tagged FROM interaction j
LEFT JOIN tag t ON t.name = '{tag}' LEFT JOIN tag_evidence e ON e.interaction_id = j.id AND e.tag_id = t.id
JOIN identity i ON i.id = j.identity_id WHERE i.openid IN ({openids})
"""
_WAITING = "SELECT count(*) AS n FROM interaction WHERE is_projected = false"
_TABLES = {
    "tag_evidence": """SELECT j.message_key, t."group", t.name, x.at, x.start, x."end", x.keyword, x.is_negated, x.weight,
        x.subject, x.because FROM tag_evidence x JOIN interaction j ON j.id = x.interaction_id JOIN tag t ON t.id = x.tag_id""",
    "customer_tag": """SELECT i.app_id, i.openid, t."group", t.name, x.kind, x.score, x.is_held, x.since, x.last_at,
        x.lexicon_version FROM customer_tag x JOIN identity i ON i.customer_id = x.customer_id JOIN tag t ON t.id = x.tag_id""",
    "stated_attribute": """SELECT j.message_key, x.at, x.start, x."end", x.name, x.value, x.low, x.high, x.unit, x.subject
        FROM stated_attribute x JOIN interaction j ON j.id = x.interaction_id""",
    "message_reading": """SELECT j.message_key, x.at, x.intents, x.mood, x.evidence
        FROM message_reading x JOIN interaction j ON j.id = x.interaction_id""",
    "profile": """SELECT i.app_id, i.openid, x.messages, x.events, x.first_at, x.last_at, x.last_message_at
        FROM profile x JOIN identity i ON i.id = x.identity_id""",
}
"""What a projection leaves, by what names it outside of this database."""


@dataclass(frozen=True, slots=True)
class Size:
    """``changes`` of the lexicon while up to ``pushes`` come, before the first ``kills`` of which a worker is killed."""

    pushes: int
    changes: int
    kills: int


SMALL = Size(pushes=4_000, changes=2, kills=1)
FULL = Size(pushes=40_000, changes=20, kills=8)


@asynccontextmanager
async def _open_workers(stage: Stage, count: int) -> AsyncIterator[list[Child]]:
    async with AsyncExitStack() as stack:
        folder = stage.grounds.new_folder("workers")
        work = python("main.py", "worker")
        workers = [Child(work, stage.environment, folder / f"{n}.log", ready="") for n in range(count)]
        for worker in workers:
            stack.callback(worker.kill)
        await asyncio.gather(*(worker.start() for worker in workers))
        yield workers


async def play(run: Run, grounds: Grounds) -> None:
    size = FULL if run.size.is_full else SMALL
    async with open_stage(grounds, "postgres", serve=("main.py", "serve", "--no-worker")) as stage:
        async with _open_workers(stage, 2) as workers:
            sent, asked = await _change_under_load(run, stage, workers, size)
            await _projected(stage.database)
            run.promise("every push was acknowledged", all(each.acknowledged for each in sent))
            await _check_counted(run, stage.database, len(sent))
            await _check_asked(run, stage.database, asked)
            await _command(stage, "replay", "tags")
            await asyncio.gather(*(child.end() for child in (*workers, *stage.servers)))
        await _check_fresh_start(run, stage)


async def _change_under_load(
    run: Run, stage: Stage, workers: Sequence[Child], size: Size
) -> tuple[list[Sent], dict[bool, list[Sent]]]:
    """Everything that was sent, and of those who said the word what the lexicon knew of it when they did."""
    dice, file = random.Random(run.seed), stage.grounds.new_folder("lexicon") / "lexicon.toml"
    file.write_text(
        write_toml(add_words(starter_lexicon(), f"colour/{TAG}", [WORD], is_new_tag=True)), encoding="utf-8"
    )
    people = make_people(stage.grounds.accounts, run.seed, size.pushes)
    enough = asyncio.Event()
    load = asyncio.create_task(stage.play(people, at_once=8, pause_s=0.05, until=enough))
    asked: dict[bool, list[Sent]] = {False: await _ask(run, stage, 0), True: []}
    await _projected(stage.database, [each.push.openid for each in asked[False]])
    for change in range(size.changes):
        victim = dice.choice(workers) if change < size.kills else None
        if victim is not None:
            victim.kill()
        await _command(stage, "lexicon", *(["undo"] if change else ["import", str(file)]))
        is_known = change % 2 == 0
        asked[is_known] += await _ask(run, stage, change + 1)
        if victim is not None:
            await victim.start()
        # An edition reads what waits when it becomes live, so these have to be read before the next one is.
        await _projected(stage.database, [each.push.openid for each in asked[is_known]])
    is_loaded = not load.done()
    enough.set()
    sent = await load
    run.count(pushes=len(sent), changes=size.changes, kills=size.kills, asked=sum(map(len, asked.values())))
    run.promise("the lexicon changed while customers were pushing", is_loaded)
    return [*sent, *asked[False], *asked[True]], asked


async def _ask(run: Run, stage: Stage, change: int) -> list[Sent]:
    """People never seen before say the word, all at once."""
    account, created = stage.grounds.accounts["street"], int(time.time())
    pushes = []
    for number in range(_ASKING):
        whose = 100_000 + change * _ASKING + number
        openid = openid_of(account.app_id, run.seed, whose)
        fragment = messages.text(f"想要{WORD}的外套，170/92A，质量别太差")
        body = events.addressed(account, openid, created, fragment, message_id(run.seed, whose * 1000))
        pushes.append(Push(account, openid, 0, body, Act.MESSAGE))
    await stage.introduce([[push] for push in pushes])
    return list(await asyncio.gather(*(stage.send(push) for push in pushes)))


async def _projected(database: Database, openids: Sequence[str] = ()) -> None:
    """Waits until no row waits, or none of these people."""
    whose = ",".join(f"'{openid}'" for openid in openids)
    of_them = f" AND identity_id IN (SELECT id FROM identity WHERE openid IN ({whose}))" if openids else ""
    end = time.monotonic() + _SETTLED_WITHIN_S
    while (await database.read(_WAITING + of_them))[0]["n"] and time.monotonic() < end:
        await asyncio.sleep(0.1)


async def _check_counted(run: Run, database: Database, pushes: int) -> None:
    (waiting,) = await database.read(_WAITING)
    counted, stored = await database.read(_PROFILES), await database.read(_COUNTED)
    rows = sum(row["messages"] + row["events"] for row in stored)
    run.count(journal_rows=rows, people=len(stored))
    run.promise("no row waits to be projected", waiting["n"] == 0, waiting["n"])
    run.promise("every push is in the journal", rows == pushes, f"{rows} rows of {pushes} pushes")
    run.promise_none("every message counts once", _differing(counted, stored))


async def _check_asked(run: Run, database: Database, asked: dict[bool, list[Sent]]) -> None:
    for is_known, sent in asked.items():
        openids = ",".join(f"'{each.push.openid}'" for each in sent)
        rows = await database.read(_SAID.format(tag=TAG, openids=openids))
        run.promise(
            f"whoever said the word {'with' if is_known else 'without'} it in the lexicon is stored",
            len(rows) == len(sent),
        )
        when = "after it became known has its tag" if is_known else "before, or after its undo, has none"
        run.promise_none(
            f"whoever said the word {when}", [row for row in rows if bool(row["is_tagged"]) is not is_known]
        )


async def _check_fresh_start(run: Run, stage: Stage) -> None:
    """The replayed rows beside those a worker makes of the same journal with nothing read before."""
    replayed = {name: await stage.database.read(query) for name, query in _TABLES.items()}
    async with stage.database.copied(stage.grounds.new_folder("fresh")) as fresh:
        for table in _TABLES:
            await fresh.change(f"DELETE FROM {table}")
        await fresh.change("UPDATE interaction SET is_projected = false WHERE identity_id IS NOT NULL")
        folder = stage.grounds.new_folder("fresh-worker")
        environment = {**stage.environment, "SCRM_DATABASE_URL": fresh.url}
        worker = Child(python("main.py", "worker"), environment, folder / "0.log", ready="")
        await worker.start()
        try:
            await _projected(fresh)
        finally:
            await worker.end()
        for name, query in _TABLES.items():
            run.count(**{f"{name}_rows": len(replayed[name])})
            run.promise(f"there are rows of {name} to compare", bool(replayed[name]))
            run.promise_none(
                f"a replay leaves {name} as a fresh start does", _differing(replayed[name], await fresh.read(query))
            )


def _differing(one: Sequence[object], other: Sequence[object]) -> list[str]:
    """Rows that only one side has, however often."""
    mine, theirs = Counter(map(repr, one)), Counter(map(repr, other))
    return sorted(((mine - theirs) + (theirs - mine)).elements())


async def _command(stage: Stage, *line: str) -> None:
    """Runs a command of the product beside it; raises RuntimeError where it fails."""
    process = await asyncio.create_subprocess_exec(
        *python("main.py", *line), cwd=ROOT, env={**os.environ, **stage.environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    told, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"main.py {' '.join(line)} ended with {process.returncode}:\n{told.decode()[-2000:]}")


SCENARIOS = (Scenario("lexicon-postgres", play, needs=("postgres",)),)
