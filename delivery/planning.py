"""Plans an audience: each person becomes one delivery row with its first decision, a batch in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

import orjson

from core.accounts import Account
from core.channels import Channel, ContactClass
from core.clock import Now, now
from core.errors import Invalid
from core.ports import GuideTasks, TaskAsked
from core.reasons import Reason
from delivery import occurrences
from delivery.facts import Candidate, read_facts
from delivery.leader import Leader
from delivery.occurrences import as_leader
from delivery.policy import ContactRules, Decision, Facts, Option, decide
from delivery.policy.question import list_options
from models import DeliveryState
from models.campaigns import Occurrence
from models.dialect.planning import DecidedRow, Inserted, insert_decided, plan_again

_STORED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Planned:
    """Somebody who is to hear something. ``occurrence_key`` is the reason, the same for one person only once.

    ``options``: the ways it may go, most wanted first, ``{"channel", "payload"}`` each. ``app_id`` is the identity's.
    """

    customer_id: int
    identity_id: int
    app_id: str
    occurrence_key: str
    contact_class: ContactClass
    options: Sequence[Mapping[str, Any]]
    due_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of an audience in one run; who had a row before is in neither figure."""

    planned: int = 0
    refused: int = 0

    def with_more(self, other: Tally) -> Tally:
        return Tally(self.planned + other.planned, self.refused + other.refused)


@dataclass(frozen=True, slots=True)
class _Read:
    """A batch and what was known of its people ``at`` the moment it was read."""

    people: Sequence[Planned]
    facts: Sequence[Facts]
    at: datetime


@dataclass(frozen=True, slots=True)
class _Batch:
    """Decided and ready to be stored. ``tasks`` are the words for guides, by occurrence and identity."""

    first: int
    last: int
    at: datetime
    rows: list[DecidedRow]
    tasks: dict[tuple[str, int], str]


class Planner:
    """Reads a batch while it decides the one before and stores the one before that; only while its process leads."""

    def __init__(
        self,
        leader: Leader,
        accounts: Iterable[Account],
        rules: ContactRules,
        guide_tasks: GuideTasks,
        clock: Now = now,
    ) -> None:
        self._leader = leader
        self._accounts = {account.app_id: account for account in accounts}
        self._rules = rules
        self._guide_tasks = guide_tasks
        self._now = clock

    async def plan_audience(self, occurrence: Occurrence, batches: AsyncIterator[Sequence[Planned]]) -> Tally:
        """Plans everybody in ``batches``: of at most 1,000, in the order of customer ids, those of one customer in one.

        Each batch is stored together with the cursor of the occurrence, so that whoever goes on after a kill goes on
        with the batch that was lost. ``batches`` is read by changing tasks and holds no transaction open meanwhile.
        Raises ``Superseded``, ``Invalid`` for options nobody can send, and the database's errors.
        """
        total, last = Tally(), 0
        reading = asyncio.create_task(self._read_next(batches))
        storing: asyncio.Task[Tally] | None = None
        try:
            while (read := await reading) is not None:
                reading = asyncio.create_task(self._read_next(batches))
                await asyncio.sleep(0)  # the database reads the next while this one is decided
                batch = self._decide_all(read)
                if batch.first <= last:
                    raise ValueError("an audience comes in the order of its customers, or some would be lost")
                last = batch.last
                total = total.with_more(await storing if storing else Tally())
                storing = asyncio.create_task(self._store(occurrence.id, batch))
                await asyncio.sleep(0)
            return total.with_more(await storing if storing else Tally())
        finally:
            reading.cancel()
            if storing is not None:  # what has been decided is stored, unless that takes too long
                await asyncio.wait([storing], timeout=_STORED_WITHIN_S)
                storing.cancel()
            await asyncio.gather(reading, *([storing] if storing else []), return_exceptions=True)
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()

    # ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────
    async def _read_next(self, batches: AsyncIterator[Sequence[Planned]]) -> _Read | None:
        """The next batch with its facts, None at the end."""
        people: Sequence[Planned] = ()
        while not people:
            try:
                people = await anext(batches)
            except StopAsyncIteration:
                return None
        if any(one.customer_id > other.customer_id for one, other in pairwise(people)):
            raise ValueError("a batch comes in the order of its customers, or some would be lost")
        at = self._now()
        candidates = [_candidate(number, person) for number, person in enumerate(people)]
        return _Read(people, await read_facts(candidates, self._accounts, self._rules, at), at)

    def _decide_all(self, read: _Read) -> _Batch:
        batch = _Batch(read.people[0].customer_id, read.people[-1].customer_id, read.at, [], {})
        for person, known in zip(read.people, read.facts, strict=True):
            self._decide(person, known, batch)
        return batch

    def _decide(self, person: Planned, facts: Facts, batch: _Batch) -> None:
        if person.due_at > batch.at:
            facts = replace(facts, at=person.due_at)
        decision = decide(facts, self._rules)
        choice, state, due_at = decision.choice, DeliveryState.PLANNED, person.due_at
        if choice is None:
            waits_until = _find_end_of_wait(decision, person)
            state, due_at = (DeliveryState.PLANNED, waits_until) if waits_until else (DeliveryState.SUPPRESSED, due_at)
        elif facts.options[choice].channel is Channel.GUIDE_TASK and due_at <= batch.at:
            state = DeliveryState.SENT
            batch.tasks[person.occurrence_key, person.identity_id] = str(person.options[choice]["payload"]["words"])
        batch.rows.append(
            DecidedRow(
                occurrence=person.occurrence_key,
                identity_id=person.identity_id,
                app_id=person.app_id,
                channel=facts.options[choice or 0].channel.value,
                options=orjson.dumps(person.options).decode(),
                contact_class=person.contact_class.value,
                state=state.value,
                reason=decision.reason.value if decision.reason and state is DeliveryState.SUPPRESSED else "",
                due_at=due_at,
                expires_at=person.expires_at,
                closed_at=None if state is DeliveryState.PLANNED else batch.at,
                trail=_trail(batch.at, decision),
            )
        )

    # ── storing ──────────────────────────────────────────────────────────────────────────────────────────────────
    async def _store(self, occurrence_id: int, batch: _Batch) -> Tally:
        async with as_leader(self._leader):
            new = await insert_decided(batch.rows, batch.at)
            await self._ask_guides(new, batch)
            refused = sum(row.state == DeliveryState.SUPPRESSED for row in new)
            stored = Tally(len(new) - refused, refused)
            await occurrences.advance(occurrence_id, batch.last, stored.planned, stored.refused)
        return stored

    async def _ask_guides(self, new: Sequence[Inserted], batch: _Batch) -> None:
        """A task for each row that is to end as one. Where the guide has gone meanwhile, a worker decides anew."""
        asked = [
            TaskAsked(row.id, row.customer_id, words)
            for row in new
            if (words := batch.tasks.get((row.occurrence, row.identity_id))) is not None
        ]
        if not asked:
            return
        opened = await self._guide_tasks.open_tasks(asked, batch.at)
        unserved = [task.delivery_id for task in asked if task.delivery_id not in opened]
        if unserved:
            await plan_again(unserved)


def _candidate(number: int, person: Planned) -> Candidate:
    if not person.options:
        raise Invalid("options", "there is no way for it to go", "name at least one channel")
    return Candidate(
        key=number,
        customer_id=person.customer_id,
        identity_id=person.identity_id,
        app_id=person.app_id,
        contact_class=person.contact_class,
        options=_list_options(tuple((each["channel"], each["payload"].get("template_id")) for each in person.options)),
        expires_at=person.expires_at,
        occurrence=person.occurrence_key,
    )


@lru_cache(maxsize=1024)
def _list_options(ways: tuple[tuple[str, str | None], ...]) -> tuple[Option, ...]:
    """A whole audience goes by the same few ways."""
    return list_options([{"channel": channel, "payload": {"template_id": template}} for channel, template in ways])


def _trail(at: datetime, decision: Decision) -> str:
    """What ``Trail`` with ``Decision.told`` would write, at a fifth of the cost."""
    checks = []
    for name, is_passed, figures, reason, _ in decision.checks:
        said = {"name": name, "is_passed": is_passed}
        if reason is not None:
            said["reason"] = reason.value
        checks.append({**said, **figures})
    entry = {"at": at.isoformat(timespec="milliseconds"), "event": "planned", "checks": checks}
    return orjson.dumps([entry], option=orjson.OPT_OMIT_MICROSECONDS).decode()


def _find_end_of_wait(decision: Decision, person: Planned) -> datetime | None:
    """When quiet hours end that it can wait for; None for any other no."""
    end = decision.again_at if decision.reason is Reason.QUIET_HOURS else None
    return end if end is not None and end < person.expires_at else None
