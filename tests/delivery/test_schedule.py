"""Each fire becomes one occurrence, planned to its end whoever is killed; what was missed is made up or told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

import pytest

from delivery.leader import LEASE_S
from delivery.planning import Planned
from delivery.schedule import REST, Job, Schedule
from models import Customer, Delivery, Occurrence
from tests.delivery.audiences import NOON, Audience, AudienceCalendar, Desk, Guides, Hands, open_desk, states

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PLANNED = ("planned", "")


class Shop:
    """A calendar, its audience and a clock; processes are opened on them."""

    def __init__(self) -> None:
        self.audience = Audience()
        self.calendar = AudienceCalendar(self.audience)
        self.hands = Hands(NOON - HOUR)

    async def desk(self, holder: str = "h1", **how: object) -> Desk:
        return await open_desk(self.calendar, self.hands, holder, **how)  # type: ignore[arg-type]

    async def step(self, desk: Desk, at: datetime) -> None:
        """One look at that time, of a process that goes on leading if nobody took over."""
        self.hands.moment = at
        await desk.leader.step()
        await desk.rounds.step(at)


@pytest.fixture
async def shop(database: str) -> Shop:
    return Shop()


async def fires() -> list[tuple[datetime, str, str]]:
    rows = await Occurrence.all().order_by("fire_at", "schedule")
    return [(row.fire_at, row.state.value, row.reason) for row in rows]


async def test_fire_becomes_an_occurrence_planned_to_its_end(shop: Shop) -> None:
    people = await shop.audience.add(5)
    shop.calendar.add(NOON)
    desk = await shop.desk()
    await shop.step(desk, NOON - timedelta(seconds=1))
    assert await fires() == []
    await shop.step(desk, NOON + timedelta(seconds=4))
    assert await fires() == [(NOON, "done", "")]
    assert await states() == dict.fromkeys(people, PLANNED)
    row = await Occurrence.get()
    assert (row.planned, row.cursor, row.created_by) == (5, people[-1], "h1")
    assert row.closed_at == row.created_at == NOON + timedelta(seconds=4)


async def test_fire_at_the_very_moment_of_a_look_belongs_to_it_alone(shop: Shop) -> None:
    shop.calendar.add(NOON)
    desk = await shop.desk()
    for at in (NOON - HOUR, NOON, NOON + HOUR):
        await shop.step(desk, at)
    assert shop.calendar.looks[1:] == [(NOON - HOUR, NOON), (NOON, NOON + HOUR)]
    assert await Occurrence.all().count() == 1


async def test_months_walked_by_the_hour_fire_once_a_day(shop: Shop) -> None:
    await shop.audience.add(1)
    for day in range(60):
        shop.calendar.add(NOON + day * DAY + timedelta(minutes=30))
    desk = await shop.desk()
    at = NOON
    while at < NOON + 60 * DAY:
        await shop.step(desk, at)
        at += HOUR
    assert Counter(await Occurrence.all().values_list("state", flat=True)) == {"done": 60}
    assert await Delivery.all().count() == 1  # the same key all along


async def test_who_does_not_lead_does_nothing(shop: Shop) -> None:
    await shop.audience.add(1)
    shop.calendar.add(NOON)
    shop.hands.moment = NOON
    first, second = await shop.desk("h1"), await shop.desk("h2")
    await shop.step(second, NOON)
    assert await fires() == [] and shop.calendar.looks == []
    await shop.step(first, NOON)
    assert await fires() == [(NOON, "done", "")]


async def test_two_schedulers_one_killed_at_the_fire_minute_make_one_occurrence(shop: Shop) -> None:
    people = await shop.audience.add(5)
    shop.calendar.add(NOON)
    killed, other = await shop.desk("h1"), await shop.desk("h2")
    shop.hands.moment = NOON
    await killed.leader.step()
    await killed.rounds.look(NOON)  # and is gone before it planned anybody
    assert await fires() == [(NOON, "open", "")]
    await shop.step(other, NOON + timedelta(seconds=LEASE_S - 1))
    assert await states() == {}
    await shop.step(other, NOON + timedelta(seconds=LEASE_S))
    assert await fires() == [(NOON, "done", "")]
    assert await states() == dict.fromkeys(people, PLANNED)


async def test_killed_in_the_middle_of_an_audience_goes_on_from_its_cursor(shop: Shop) -> None:
    people = await shop.audience.add(6)
    shop.calendar.add(NOON)
    killed, other = await shop.desk("h1"), await shop.desk("h2")
    whole = shop.audience.after

    async def until_killed(cursor: int, due_at: datetime) -> AsyncIterator[Sequence[Planned]]:
        async for batch in whole(cursor, due_at):
            if batch[0].customer_id > people[3]:
                raise asyncio.CancelledError
            yield batch

    shop.audience.after = until_killed  # type: ignore[method-assign,assignment]
    with pytest.raises(asyncio.CancelledError):
        await shop.step(killed, NOON)
    assert sorted(await states()) == people[:4]
    asked: list[int] = []

    async def counted(cursor: int, due_at: datetime) -> AsyncIterator[Sequence[Planned]]:
        asked.append(cursor)
        async for batch in whole(cursor, due_at):
            yield batch

    shop.audience.after = counted  # type: ignore[method-assign,assignment]
    await shop.step(other, NOON + timedelta(seconds=LEASE_S))
    assert asked == [people[3]]
    assert await states() == dict.fromkeys(people, PLANNED)
    assert [row.planned for row in await Occurrence.all()] == [6]


async def test_two_that_both_believe_to_lead_make_one_occurrence_and_one_row_each(shop: Shop) -> None:
    """With leases of different names nothing but the unique rows is left to guard it."""
    people = await shop.audience.add(8)
    shop.calendar.add(NOON)
    guides = Guides()
    desks = [await shop.desk(f"h{number}", guides=guides, lease=f"lease{number}") for number in range(3)]
    await asyncio.gather(*(desk.rounds.step(NOON) for desk in desks))
    assert await fires() == [(NOON, "done", "")]
    assert await states() == dict.fromkeys(people, PLANNED)
    assert (await Occurrence.get()).planned == 8


async def test_old_leader_that_wakes_up_writes_nothing(shop: Shop) -> None:
    await shop.audience.add(2)
    desk, other = await shop.desk("h1"), await shop.desk("h2")
    shop.hands.moment = NOON
    await other.leader.step()  # as h1's lease has ended; h1 believes that it leads for some seconds more
    shop.calendar.add(NOON)
    assert desk.leader.is_leader
    await desk.rounds.step(NOON)
    assert await fires() == [] and await states() == {}
    await other.rounds.step(NOON)
    assert [row.created_by for row in await Occurrence.all()] == ["h2"]


# ── missed ───────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_missed_fires_are_made_up_or_recorded_as_skipped_by_their_own_word(shop: Shop) -> None:
    people = await shop.audience.add(2)
    shop.calendar.add(NOON - 2 * DAY, catch_up=12 * HOUR)
    shop.calendar.add(NOON - 3 * HOUR, catch_up=12 * HOUR)
    shop.calendar.add(NOON - 3 * HOUR, schedule="care:节日", catch_up=HOUR)
    shop.hands.moment = NOON
    await shop.step(await shop.desk(), NOON)
    assert await fires() == [
        (NOON - 2 * DAY, "skipped", "missed"),
        (NOON - 3 * HOUR, "done", "made_up"),
        (NOON - 3 * HOUR, "skipped", "missed"),
    ]
    assert await states() == dict.fromkeys(people, PLANNED)


async def test_fire_seen_within_a_take_over_was_not_missed(shop: Shop) -> None:
    shop.calendar.add(NOON, catch_up=timedelta(0))
    await shop.step(await shop.desk(), NOON + timedelta(seconds=20))
    assert await fires() == [(NOON, "done", "")]


async def test_fire_without_catch_up_is_skipped_once_it_is_late(shop: Shop) -> None:
    shop.calendar.add(NOON, catch_up=timedelta(0))
    shop.hands.moment = NOON + 2 * MINUTE
    await shop.step(await shop.desk(), NOON + 2 * MINUTE)
    assert await fires() == [(NOON, "skipped", "missed")]


async def test_new_leader_looks_back_and_finds_what_the_old_one_did(shop: Shop) -> None:
    shop.calendar.add(NOON)
    first, second = await shop.desk("h1"), await shop.desk("h2")
    await shop.step(first, NOON)
    shop.calendar.add(NOON + HOUR)
    await shop.step(second, NOON + 4 * HOUR)
    assert shop.calendar.looks[-1] == (NOON + 4 * HOUR - 7 * DAY, NOON + 4 * HOUR)
    assert await fires() == [(NOON, "done", ""), (NOON + HOUR, "done", "made_up")]


async def test_leader_that_was_away_looks_back_again(shop: Shop) -> None:
    first, second = await shop.desk("h1"), await shop.desk("h2")
    await shop.step(first, NOON)
    await shop.step(second, NOON + HOUR)
    await shop.step(first, NOON + 2 * HOUR)
    await shop.step(first, NOON + 3 * HOUR)
    assert [after for after, _ in shop.calendar.looks] == [
        NOON - 7 * DAY,
        NOON + HOUR - 7 * DAY,
        NOON + 2 * HOUR - 7 * DAY,
        NOON + 2 * HOUR,
    ]


# ── trouble ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_schedule_taken_away_while_open_ends_as_skipped(shop: Shop) -> None:
    await shop.audience.add(2)
    shop.calendar.add(NOON)
    desk = await shop.desk()
    shop.hands.moment = NOON
    await desk.rounds.look(NOON)
    shop.calendar.is_on = False
    await desk.rounds.plan_open(NOON)
    assert await fires() == [(NOON, "skipped", "no_longer_wanted")] and await states() == {}


async def test_occurrence_that_fails_rests_and_keeps_no_other_waiting(shop: Shop) -> None:
    people = await shop.audience.add(2)
    shop.calendar.add(NOON, schedule="care:坏")
    shop.calendar.add(NOON, schedule="care:生日")
    whole, tries = shop.audience.after, []

    def failing(cursor: int, due_at: datetime) -> AsyncIterator[Sequence[Planned]]:
        tries.append(cursor)
        if len(tries) == 1:
            raise LookupError
        return whole(cursor, due_at)

    shop.audience.after = failing  # type: ignore[method-assign,assignment]
    desk = await shop.desk()
    await shop.step(desk, NOON)
    assert await states() == dict.fromkeys(people, PLANNED)
    assert sorted(state for _, state, _ in await fires()) == ["done", "open"]
    await shop.step(desk, NOON + REST - timedelta(seconds=1))
    assert len(tries) == 2
    await shop.step(desk, NOON + REST)
    assert len(tries) == 3 and [state for _, state, _ in await fires()] == ["done", "done"]


async def test_fire_is_noted_while_a_long_audience_is_planned(shop: Shop) -> None:
    await shop.audience.add(4)
    shop.calendar.add(NOON)
    desk = await shop.desk()
    shop.hands.moment = NOON
    await desk.rounds.look(NOON)
    shop.calendar.add(NOON + HOUR)
    shop.calendar.add(NOON + 2 * HOUR)
    seen: list[int] = []
    whole = shop.audience.after

    async def long(cursor: int, due_at: datetime) -> AsyncIterator[Sequence[Planned]]:
        async for batch in whole(cursor, due_at):
            await desk.rounds.look(NOON + (len(seen) + 1) * HOUR)
            seen.append(await Occurrence.filter(state="open").count())
            yield batch

    shop.audience.after = long  # type: ignore[method-assign,assignment]
    await desk.rounds.plan_open(NOON)
    assert seen == [2, 3]


async def test_jobs_look_and_plan_by_themselves_in_the_leader(shop: Shop) -> None:
    await shop.audience.add(3)
    shop.calendar.add(NOON)
    desk = await shop.desk()
    shop.hands.moment = NOON
    names = [(job.name, job.every_s) for job in desk.rounds.jobs()]
    assert names == [("note what fell due", 5), ("plan what is open", 5)]
    quick = [Job(job.name, 1, job.run) for job in desk.rounds.jobs()]
    schedule = Schedule(desk.leader, quick)
    schedule.start()
    async with asyncio.timeout(20):
        while not await Occurrence.filter(state="done").exists():
            await asyncio.sleep(0.05)
    await schedule.stop()
    assert await Delivery.all().count() == await Customer.all().count() == 3
