"""Occurrences: each fire of a schedule becomes one row, whoever saw it, and tells how far its planning came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from tortoise.transactions import in_transaction

from delivery.leader import Leader
from models.campaigns import Occurrence, OccurrenceState
from models.dialect.planning import advance_occurrence, insert_occurrence


class Superseded(Exception):
    """This process must not go on: another leads now, or the occurrence is not open any more. Nothing was written."""


@asynccontextmanager
async def as_leader(leader: Leader) -> AsyncIterator[None]:
    """A transaction in which only the leader writes, and during which nobody else becomes it. Raises ``Superseded``."""
    async with in_transaction():
        if not await leader.still_leads():
            raise Superseded
        yield


async def note_fire(schedule: str, fire_at: datetime, holder: str, at: datetime, reason: str = "") -> Occurrence | None:
    """Opens the occurrence of a fire, in the caller's transaction; None where it was noted or skipped before."""
    found = await insert_occurrence(schedule, fire_at, OccurrenceState.OPEN.value, reason, at, holder, None)
    return None if found is None else await Occurrence.get(id=found)


async def skip(schedule: str, fire_at: datetime, holder: str, at: datetime, reason: str) -> bool:
    """Records a fire that nothing will come of, in the caller's transaction; False where it was noted before."""
    return await insert_occurrence(schedule, fire_at, OccurrenceState.SKIPPED.value, reason, at, holder, at) is not None


async def advance(occurrence_id: int, cursor: int, planned: int, refused: int) -> None:
    """Adds a batch in the transaction that plans it; customers up to ``cursor`` are done. Raises ``Superseded``."""
    if not await advance_occurrence(occurrence_id, cursor, planned, refused):
        raise Superseded


async def close(
    occurrence_id: int, at: datetime, state: OccurrenceState = OccurrenceState.DONE, reason: str | None = None
) -> bool:
    """Ends an open occurrence; False where it had ended. ``reason`` None keeps what stands there."""
    changes = {"state": state, "closed_at": at, **({} if reason is None else {"reason": reason})}
    return bool(await Occurrence.filter(id=occurrence_id, state=OccurrenceState.OPEN).update(**changes))


async def list_open() -> list[Occurrence]:
    """What is due and not yet planned to the end, oldest fire first."""
    return await Occurrence.filter(state=OccurrenceState.OPEN).order_by("fire_at", "id")
