"""Planning: once for each occurrence and person, in the caller's transaction."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from delivery.outbox import plan
from models import Delivery
from tests.delivery.conftest import Outbox, Person


async def plan_once(outbox: Outbox, person: Person, occurrence: str, text: str = "您好") -> bool:
    moment = outbox.hands()
    return await plan(
        occurrence,
        person.customer_id,
        person.identity_id,
        person.app_id,
        "custom",
        {"kind": "text", "text": text},
        moment,
        moment + timedelta(hours=48),
        planned_at=moment,
    )


async def test_planning_twice_creates_nothing_new(outbox: Outbox) -> None:
    person = await outbox.person()
    assert await plan_once(outbox, person, "care:1", "first")
    assert not await plan_once(outbox, person, "care:1", "second")
    [row] = await Delivery.all()
    assert row.options[0]["payload"] == {"kind": "text", "text": "first"} and row.interaction_id is None


async def test_ten_at_once_plan_one(outbox: Outbox) -> None:
    person = await outbox.person()
    created = await asyncio.gather(*(plan_once(outbox, person, "care:1") for _ in range(10)))
    assert created.count(True) == 1 and await Delivery.all().count() == 1


async def test_other_person_and_other_occurrence_are_rows_of_their_own(outbox: Outbox) -> None:
    one, other = await outbox.person("o1"), await outbox.person("o2")
    assert [await plan_once(outbox, *each) for each in ((one, "a"), (other, "a"), (one, "b"))] == [True] * 3


async def test_row_holds_its_times_and_tells_them(outbox: Outbox) -> None:
    await plan_once(outbox, await outbox.person(), "care:1", "天冷了，“添衣”\n🧣")
    [row] = await Delivery.all()
    moment = outbox.hands()
    assert (row.created_at, row.due_at, row.expires_at) == (moment, moment, moment + timedelta(hours=48))
    assert row.options[0]["payload"]["text"] == "天冷了，“添衣”\n🧣"
    assert (row.state, row.fence, row.attempts, row.started_at, row.claimed_by) == ("planned", 0, 0, None, "")
    assert row.trail == [
        {
            "at": moment.isoformat(timespec="milliseconds"),
            "event": "planned",
            "due_at": moment.isoformat(timespec="seconds"),
            "expires_at": (moment + timedelta(hours=48)).isoformat(timespec="seconds"),
        }
    ]
