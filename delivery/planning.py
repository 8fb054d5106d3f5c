"""Plans an audience: each person becomes one delivery row with its first decision, a batch in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from core.accounts import Account
from core.clock import Now, now
from core.ports import GuideTasks
from delivery import occurrences
from delivery.decided import Planned as Planned
from delivery.decided import ask_guides, candidate_of, decide_first, row_of, words_for_guide
from delivery.facts import read_facts
from delivery.leader import Leader
from delivery.occurrences import as_leader
from delivery.policy import ContactRules, Facts
from models import DeliveryState
from models.campaigns import Occurrence
from models.dialect.planning import DecidedRow, insert_decided

_STORED_WITHIN_S = 5.0


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
        candidates = [candidate_of(number, person) for number, person in enumerate(people)]
        return _Read(people, await read_facts(candidates, self._accounts, self._rules, at), at)

    def _decide_all(self, read: _Read) -> _Batch:
        batch = _Batch(read.people[0].customer_id, read.people[-1].customer_id, read.at, [], {})
        for person, known in zip(read.people, read.facts, strict=True):
            self._decide(person, known, batch)
        return batch

    def _decide(self, person: Planned, facts: Facts, batch: _Batch) -> None:
        decision = decide_first(person, facts, self._rules)
        row = row_of(person, decision, batch.at)
        batch.rows.append(row)
        if row.state == DeliveryState.SENT:
            batch.tasks[person.occurrence_key, person.identity_id] = words_for_guide(person, decision)

    # ── storing ──────────────────────────────────────────────────────────────────────────────────────────────────
    async def _store(self, occurrence_id: int, batch: _Batch) -> Tally:
        async with as_leader(self._leader):
            new = await insert_decided(batch.rows, batch.at)
            await ask_guides(self._guide_tasks, new, batch.tasks, batch.at)
            refused = sum(row.state == DeliveryState.SUPPRESSED for row in new)
            stored = Tally(len(new) - refused, refused)
            await occurrences.advance(occurrence_id, batch.last, stored.planned, stored.refused)
        return stored
