"""A fire becomes one row however many see it; only who leads writes; a cursor never goes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta, timezone

import pytest
from tortoise.transactions import in_transaction

from delivery import occurrences
from delivery.leader import LEASE_S, Leader
from delivery.occurrences import Superseded, as_leader
from models import Occurrence, OccurrenceState
from tests.delivery.audiences import NOON, Hands, open_occurrence

Note = Callable[[str], Awaitable[object]]


async def noted(holder: str) -> bool:
    async with in_transaction():
        return await occurrences.note_fire("care:生日", NOON, holder, NOON) is not None


async def careless(holder: str) -> bool:
    """Looks, then writes; other rows than the ones it would meet, so that nothing but the look guards it."""
    async with in_transaction():
        if await Occurrence.filter(schedule__startswith="care:生日").exists():
            return False
        await asyncio.sleep(0.02)
        await Occurrence.create(
            schedule=f"care:生日:{holder}", fire_at=NOON, state=OccurrenceState.OPEN, created_at=NOON, created_by=holder
        )
    return True


async def race(note: Note) -> int:
    return [await done for done in asyncio.as_completed([note(f"h{number}") for number in range(6)])].count(True)


async def test_one_fire_seen_by_many_is_noted_once(database: str) -> None:
    assert await race(noted) == 1
    [row] = await Occurrence.all()
    assert (row.schedule, row.fire_at, row.state, row.cursor) == ("care:生日", NOON, "open", 0)


async def test_control_without_the_unique_row_notes_it_more_than_once(postgres: str) -> None:
    assert await race(careless) > 1


async def test_fires_of_other_moments_and_schedules_are_others(database: str) -> None:
    await open_occurrence()
    await open_occurrence(fire_at=NOON + timedelta(days=1))
    await open_occurrence("care:元旦")
    assert await Occurrence.all().count() == 3


async def test_one_moment_told_in_two_zones_is_one_fire(database: str) -> None:
    await open_occurrence()
    there = NOON.astimezone(timezone(timedelta(hours=8)))
    assert await occurrences.note_fire("care:生日", there, "h2", NOON) is None


async def test_skipped_fire_is_recorded_with_its_reason_and_cannot_be_opened(database: str) -> None:
    assert await occurrences.skip("care:生日", NOON, "h1", NOON, "missed")
    assert not await occurrences.skip("care:生日", NOON, "h2", NOON, "missed")
    assert await occurrences.note_fire("care:生日", NOON, "h2", NOON) is None
    [row] = await Occurrence.all()
    assert (row.state, row.reason, row.closed_at, row.created_by) == ("skipped", "missed", NOON, "h1")
    assert await occurrences.list_open() == []


async def test_cursor_and_figures_grow_with_each_batch(database: str) -> None:
    row = await open_occurrence()
    await occurrences.advance(row.id, 10, 3, 1)
    await occurrences.advance(row.id, 25, 2, 0)
    row = await Occurrence.get(id=row.id)
    assert (row.cursor, row.planned, row.refused) == (25, 5, 1)


async def test_cursor_never_goes_back(database: str) -> None:
    row = await open_occurrence()
    await occurrences.advance(row.id, 25, 0, 0)
    await occurrences.advance(row.id, 10, 0, 0)
    assert (await Occurrence.get(id=row.id)).cursor == 25


async def test_closed_occurrence_cannot_go_on(database: str) -> None:
    row = await open_occurrence()
    assert await occurrences.close(row.id, NOON)
    assert not await occurrences.close(row.id, NOON + timedelta(days=1))
    with pytest.raises(Superseded):
        await occurrences.advance(row.id, 5, 1, 0)
    row = await Occurrence.get(id=row.id)
    assert (row.state, row.closed_at, row.cursor, row.planned) == ("done", NOON, 0, 0)


async def test_open_ones_are_listed_oldest_fire_first(database: str) -> None:
    late = await open_occurrence(fire_at=NOON + timedelta(hours=1))
    early = await open_occurrence(fire_at=NOON - timedelta(hours=1))
    done = await open_occurrence(fire_at=NOON)
    await occurrences.close(done.id, NOON)
    assert [row.id for row in await occurrences.list_open()] == [early.id, late.id]


async def test_only_who_leads_writes(database: str) -> None:
    hands = Hands()
    old, new = Leader("schedule", "h1", clock=hands), Leader("schedule", "h2", clock=hands)
    assert await old.step()
    hands.moment += timedelta(seconds=LEASE_S)
    assert await new.step()
    with pytest.raises(Superseded):
        async with as_leader(old):
            await occurrences.note_fire("care:生日", NOON, "h1", NOON)
    assert await Occurrence.all().count() == 0
    async with as_leader(new):
        await occurrences.note_fire("care:生日", NOON, "h2", NOON)
    assert [row.created_by for row in await Occurrence.all()] == ["h2"]
