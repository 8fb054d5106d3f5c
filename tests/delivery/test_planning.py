"""Everybody of an audience gets one row with its decision; a kill at any line plans nobody twice and misses nobody."""

from __future__ import annotations

import asyncio
import types
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from core.channels import ContactClass
from core.errors import Invalid
from customers.merging import merge
from delivery.facts import Candidate, read_facts
from delivery.leader import LEASE_S
from delivery.occurrences import Superseded, close
from delivery.planning import Planned, Tally
from delivery.policy import decide
from delivery.policy.question import list_options
from delivery.trail import Trail
from models import Consent, Customer, Delivery, Occurrence, Purpose
from tests.customers.staffing import bind, hire
from tests.delivery.audiences import (
    NOON,
    NOTICE,
    RULES,
    SHOP,
    TASK,
    TEMPLATE,
    TEXT,
    Audience,
    AudienceCalendar,
    Desk,
    Guides,
    Hands,
    open_desk,
    open_occurrence,
    states,
)

PLANNED = ("planned", "")


async def planning(audience: Audience, **how: Any) -> Desk:
    return await open_desk(AudienceCalendar(audience), how.pop("clock", None) or Hands(), **how)


async def give_guides(people: Sequence[int]) -> None:
    guide = await hire("G1")
    for customer_id in people:
        await bind(customer_id, guide, NOON)


async def plan(audience: Audience, **how: Any) -> Tally:
    desk = await planning(audience, **how)
    return await desk.planner.plan_audience(await open_occurrence(), audience.after(0))


async def test_each_person_gets_one_planned_row(database: str) -> None:
    audience = Audience()
    people = await audience.add(5)
    assert await plan(audience) == Tally(5, 0)
    assert await states() == dict.fromkeys(people, PLANNED)
    row = await Delivery.get(customer_id=people[0])
    assert (row.identity_id, row.channel, row.contact_class) == (audience.people[people[0]], "template", "care")
    assert row.options == [TEMPLATE]
    assert (row.created_at, row.due_at, row.expires_at) == (NOON, NOON, NOON + timedelta(hours=12))
    assert (row.closed_at, row.started_at, row.claimed_by, row.fence, row.attempts) == (None, None, "", 0, 0)
    assert row.taken == {}


async def test_row_says_by_what_it_was_decided(database: str) -> None:
    audience = Audience(options=(NOTICE, TEMPLATE))
    await audience.add()
    await plan(audience)
    [entry] = (await Delivery.get()).trail
    assert (entry["at"], entry["event"]) == ("2026-11-23T04:00:00.000+00:00", "planned")
    names = [(check["name"], check["is_passed"]) for check in entry["checks"]]
    assert names[-2:] == [("channel", False), ("channel", True)]
    assert entry["checks"][-2]["reason"] == "no_grant" and entry["checks"][-2]["left"] == 0


async def test_trail_is_written_as_workers_write_it(database: str) -> None:
    audience, at = Audience(options=(NOTICE, TEXT, TEMPLATE)), NOON + timedelta(microseconds=1234)
    [follows], [left] = await audience.add(), await audience.add(follows=False)
    candidates = [
        Candidate(
            key=customer_id,
            customer_id=customer_id,
            identity_id=audience.people[customer_id],
            app_id=SHOP.app_id,
            contact_class=ContactClass.CARE,
            options=list_options(audience.options),
            expires_at=NOON + audience.lasts,
            occurrence=audience.key,
        )
        for customer_id in (follows, left)
    ]
    decisions = [decide(known, RULES) for known in await read_facts(candidates, {SHOP.app_id: SHOP}, RULES, at)]
    assert [decision.reason for decision in decisions] == [None, "not_following"]
    await plan(audience, clock=Hands(at))
    rows = await Delivery.all().order_by("customer_id")
    assert [row.trail for row in rows] == [
        Trail().note(at, "planned", checks=decision.told()).entries for decision in decisions
    ]


async def test_occurrence_counts_and_remembers_the_last_customer(database: str) -> None:
    audience = Audience(options=(NOTICE,))
    people = [*await audience.add(2, grants=1), *await audience.add(3)]
    assert await plan(audience) == Tally(2, 3)
    row = await Occurrence.get()
    assert (row.cursor, row.planned, row.refused, row.state) == (people[-1], 2, 3, "open")


async def test_refused_people_have_a_row_with_the_reason(database: str) -> None:
    audience = Audience(options=(NOTICE,))
    [asked], [left] = await audience.add(grants=1), await audience.add(follows=False, grants=1)
    [never] = await audience.add()
    [withdrawn] = await audience.add(grants=1)
    await Consent.create(
        customer_id=withdrawn,
        purpose=Purpose.MARKETING,
        is_granted=False,
        text_version="1",
        channel="chat",
        at=NOON,
    )
    await plan(audience)
    assert await states() == {
        asked: PLANNED,
        left: ("suppressed", "not_following"),
        never: ("suppressed", "no_grant"),
        withdrawn: ("suppressed", "consent_withdrawn"),
    }
    row = await Delivery.get(customer_id=never)
    assert (row.closed_at, row.channel) == (NOON, "subscribe")
    assert row.trail[-1]["checks"][-1]["reason"] == "no_grant"  # type: ignore[index]


async def test_held_out_people_are_recorded_too(database: str) -> None:
    audience = Audience()
    people = await audience.add(4)
    assert await plan(audience, rules=replace(RULES, holdout_percent=100)) == Tally(0, 4)
    assert await states() == dict.fromkeys(people, ("suppressed", "held_out"))


async def test_quiet_hours_put_it_off_to_their_end(database: str) -> None:
    audience, hands = Audience(lasts=timedelta(days=1)), Hands(NOON + timedelta(hours=10))  # 22:00 in the brand's zone
    [awake], [early] = await audience.add(), await audience.add()
    await Customer.filter(id=early).update(time_zone="Europe/London")  # 14:00 there
    await plan(audience, clock=hands)
    assert await states() == {awake: PLANNED, early: PLANNED}
    assert (await Delivery.get(customer_id=awake)).due_at == NOON + timedelta(hours=21)
    assert (await Delivery.get(customer_id=early)).due_at == NOON


async def test_what_would_be_too_late_after_quiet_hours_is_refused(database: str) -> None:
    audience = Audience(lasts=timedelta(hours=20))
    [person] = await audience.add()
    await plan(audience, clock=Hands(NOON + timedelta(hours=10)))
    assert await states() == {person: ("suppressed", "quiet_hours")}


async def test_service_messages_ignore_quiet_hours(database: str) -> None:
    audience = Audience(contact_class=ContactClass.SERVICE)
    [person] = await audience.add()
    await plan(audience, clock=Hands(NOON + timedelta(hours=10)))
    assert (await Delivery.get(customer_id=person)).due_at == NOON


async def test_what_is_due_later_is_decided_for_that_moment(database: str) -> None:
    audience = Audience()
    [person] = await audience.add()
    desk = await planning(audience)
    night = NOON + timedelta(hours=11)
    await desk.planner.plan_audience(await open_occurrence(), audience.after(0, due_at=night))
    row = await Delivery.get(customer_id=person)
    assert (row.state, row.due_at) == ("planned", NOON + timedelta(hours=21))


async def test_guide_is_asked_where_no_other_way_is_open(database: str) -> None:
    audience, guides = Audience(options=(NOTICE, TASK)), Guides()
    people = [*await audience.add(2), *await audience.add(1, grants=1)]
    await give_guides(people)
    assert await plan(audience, guides=guides) == Tally(3, 0)
    assert guides.asked == [(people[0], "请问候王女士"), (people[1], "请问候王女士")]
    assert await states() == {people[0]: ("sent", ""), people[1]: ("sent", ""), people[2]: PLANNED}
    row = await Delivery.get(customer_id=people[0])
    assert (row.channel, row.closed_at, row.started_at) == ("guide_task", NOON, None)


async def test_guide_who_left_in_between_leaves_it_to_the_workers(database: str) -> None:
    audience, guides = Audience(options=(TASK,)), Guides()
    people = await audience.add(2)
    await give_guides(people)
    guides.gone.add(people[0])
    await plan(audience, guides=guides)
    assert await states() == {people[0]: PLANNED, people[1]: ("sent", "")}
    assert (await Delivery.get(customer_id=people[0])).closed_at is None


async def test_task_that_is_due_later_is_left_to_the_workers(database: str) -> None:
    audience, guides = Audience(options=(TASK,)), Guides()
    people = await audience.add(1)
    await give_guides(people)
    desk = await planning(audience, guides=guides)
    later = NOON + timedelta(hours=1)
    await desk.planner.plan_audience(await open_occurrence(), audience.after(0, due_at=later))
    assert await states() == {people[0]: PLANNED} and guides.asked == []


async def test_person_planned_before_is_not_planned_again(database: str) -> None:
    audience = Audience()
    people = await audience.add(3)
    desk = await planning(audience)
    await desk.planner.plan_audience(await open_occurrence(), audience.after(0, only=people[:2]))
    again = await open_occurrence(fire_at=NOON + timedelta(minutes=5))
    assert await desk.planner.plan_audience(again, audience.after(0)) == Tally(1, 0)
    assert sorted(await Delivery.all().values_list("customer_id", flat=True)) == people
    assert (await Occurrence.get(id=again.id)).planned == 1


async def test_people_merged_since_the_audience_was_read_get_one_row(database: str) -> None:
    audience = Audience()
    kept, folded = await audience.add(2)

    async def merging() -> AsyncIterator[Sequence[Planned]]:
        yield [audience.planned(each, NOON) for each in (kept, folded)]

    batches = merging()
    planned = await anext(batches)
    assert await merge(kept, folded, "unionid", NOON)

    async def as_read() -> AsyncIterator[Sequence[Planned]]:
        yield planned

    desk = await planning(audience)
    assert await desk.planner.plan_audience(await open_occurrence(), as_read()) == Tally(1, 0)
    assert await states() == {kept: PLANNED}


@pytest.mark.parametrize("size", [1, 3])
async def test_audience_out_of_order_is_refused(database: str, size: int) -> None:
    audience = Audience()
    ids = await audience.add(3)

    async def mixed() -> AsyncIterator[Sequence[Planned]]:
        order = [audience.planned(each, NOON) for each in (ids[0], ids[2], ids[1])]
        for start in range(0, 3, size):
            yield order[start : start + size]

    desk = await planning(audience)
    with pytest.raises(ValueError, match="in the order of its customers"):
        await desk.planner.plan_audience(await open_occurrence(), mixed())
    assert (await Occurrence.get()).cursor < ids[2] or size == 1


async def test_message_without_a_way_is_refused(database: str) -> None:
    audience = Audience(options=())
    await audience.add()
    with pytest.raises(Invalid, match="no way"):
        await plan(audience)
    assert await Delivery.all().count() == 0


async def test_process_that_leads_no_more_stores_nothing(database: str) -> None:
    audience, hands = Audience(), Hands()
    await audience.add(2)
    old = await planning(audience, clock=hands)
    hands.moment += timedelta(seconds=LEASE_S)
    await planning(audience, clock=hands, holder="h2")
    with pytest.raises(Superseded):
        await old.planner.plan_audience(await open_occurrence(), audience.after(0))
    assert await Delivery.all().count() == 0 and (await Occurrence.get()).cursor == 0


async def test_closed_occurrence_is_planned_no_further(database: str) -> None:
    audience = Audience()
    await audience.add(2)
    desk, occurrence = await planning(audience), await open_occurrence()
    await close(occurrence.id, NOON)
    with pytest.raises(Superseded):
        await desk.planner.plan_audience(occurrence, audience.after(0))
    assert await Delivery.all().count() == 0


# ── kills ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@types.coroutine
def cancelled_at(work: Coroutine[Any, Any, object], line: int) -> Generator[Any, Any, int]:
    """Runs ``work`` and cancels its task while it waits for the await of this number; returns how many it reached."""
    step: Callable[[Any], Any] = work.send
    given: Any = None
    for number in count(1):
        try:
            asked = step(given)
        except StopIteration:
            return number
        if number == line:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        try:
            given, step = (yield asked), work.send
        except BaseException as error:
            given, step = error, work.throw
    raise AssertionError


async def is_killed(work: Coroutine[Any, Any, object], line: int) -> bool:
    """False where the work came to its end before that line."""
    try:
        return await asyncio.create_task(cancelled_at(work, line)) >= line  # type: ignore[arg-type]
    except asyncio.CancelledError:
        return True


async def test_kill_at_any_await_neither_doubles_nor_misses_anybody(database: str) -> None:
    audience, guides = Audience(options=(NOTICE, TASK)), Guides()
    people = [*await audience.add(2, grants=1), *await audience.add(3)]
    await give_guides(people[3:])
    expected = {
        **dict.fromkeys(people[:2], PLANNED),
        people[2]: ("suppressed", "no_channel"),
        **dict.fromkeys(people[3:], ("sent", "")),
    }
    desk = await planning(audience, guides=guides)
    for line in count(1):
        audience.key, guides.asked = f"care:生日:{line}", []
        first = await open_occurrence(fire_at=NOON + timedelta(seconds=line))
        killed = await is_killed(desk.planner.plan_audience(first, audience.after(0)), line)
        found = await Occurrence.get(id=first.id)
        done = await states(audience.key)
        assert done == {each: expected[each] for each in people if each <= found.cursor}
        guides.asked = [asked for asked in guides.asked if asked[0] in done]  # the others were rolled back with it
        await desk.planner.plan_audience(found, audience.after(found.cursor))
        assert await states(audience.key) == expected
        assert [customer for customer, _ in guides.asked] == people[3:]
        row = await Occurrence.get(id=first.id)
        assert (row.cursor, row.planned, row.refused) == (people[-1], 4, 1)
        if not killed:
            break
    assert line > 10
