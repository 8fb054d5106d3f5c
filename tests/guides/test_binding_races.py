"""Two processes meet one customer at the same moment, on a database that truly runs transactions beside each other."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from core.ports import Subject
from guides.binding import Bindings, Outcome
from guides.stores import StoreDirectory
from guides.tasks import ask_for_human
from models import Audit, Binding, BindingKind, Staff, Task
from tests.guides.brand import DAY, PROTECTION, T0, hire, meet, open_store, person, rules
from tests.guides.overlap import Work, overlapping

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("postgres")]


def scan(who: Subject, scene: str) -> Work:
    async def work() -> object:
        return (await Bindings(rules(), StoreDirectory()).meet(who, scene)).outcome

    return work


async def two_guides() -> tuple[str, str]:
    store = await open_store("S1")
    return await hire("G1", "王芳", store), await hire("G2", "李丽", store)


async def active() -> list[str]:
    rows = await Binding.filter(primary_slot__isnull=False).prefetch_related("guide")
    return [row.guide.code for row in rows]


async def test_two_first_scans_at_once_bind_to_the_first() -> None:
    one, other = await two_guides()
    who = await person("o1")
    assert await overlapping(scan(who, one), scan(who, other)) == [Outcome.BOUND, Outcome.KEPT]
    assert await active() == ["G1"]
    assert await Binding.all().count() == 1
    assert await Audit.filter(action="binding.kept").count() == 1


async def test_two_scans_at_once_after_protection_rebind_once() -> None:
    one, other = await two_guides()
    third = await hire("G3", "周杰", None)
    who = await person("o1")
    await meet(who, one)
    later = replace(who, at=T0 + PROTECTION + DAY)
    assert await overlapping(scan(later, other), scan(later, third)) == [Outcome.REBOUND, Outcome.KEPT]
    assert await active() == ["G2"]
    assert await Binding.all().count() == 2


async def test_the_same_code_scanned_in_two_apps_at_once_binds_once() -> None:
    one, _ = await two_guides()
    who = await person("o1")
    assert await overlapping(scan(who, one), scan(who, one)) == [Outcome.BOUND, Outcome.OWN]
    assert await active() == ["G1"]


async def test_different_customers_do_not_wait_for_each_other() -> None:
    one, _ = await two_guides()
    who, somebody_else = await person("o1"), await person("o2")
    is_done = asyncio.Event()

    async def slow() -> object:
        async with in_transaction():
            outcome = await scan(who, one)()
            await asyncio.wait_for(is_done.wait(), 10)  # commits only after the other one
            return outcome

    async def quick() -> object:
        async with in_transaction():
            outcome = await scan(somebody_else, one)()
        is_done.set()
        return outcome

    assert await asyncio.gather(slow(), quick()) == [Outcome.BOUND, Outcome.BOUND]
    assert await active() == ["G1", "G1"]


async def test_forty_scans_at_once_leave_one_active_binding() -> None:
    one, other = await two_guides()
    who = await person("o1")

    async def push(number: int) -> object:
        async with in_transaction():
            return await scan(replace(who, interaction_id=number), one if number % 2 else other)()

    outcomes = await asyncio.gather(*(push(number) for number in range(40)))
    assert outcomes.count(Outcome.BOUND) == 1
    assert set(outcomes) == {Outcome.BOUND, Outcome.OWN, Outcome.KEPT}
    assert len(await active()) == 1 and await Binding.all().count() == 1


async def test_control_without_the_lock_the_race_is_real_and_the_unique_slot_stops_it() -> None:
    await two_guides()
    who = await person("o1")

    def bind_unguarded(guide_code: str) -> Work:
        async def work() -> object:
            guide = await Staff.get(code=guide_code)
            assert not await Binding.exists(primary_slot=who.customer_id)  # both see nobody bound
            return await Binding.create(
                customer_id=who.customer_id,
                guide=guide,
                kind=BindingKind.PRIMARY,
                source="scan",
                reason="",
                since=T0,
                primary_slot=who.customer_id,
            )

        return work

    _, second = await overlapping(bind_unguarded("G1"), bind_unguarded("G2"))
    assert isinstance(second, IntegrityError)
    assert await active() == ["G1"]


async def test_two_requests_for_a_person_at_once_open_one_task() -> None:
    who = await person("o1")

    async def ask() -> object:
        return (await ask_for_human(who, "人工")).is_new

    assert await overlapping(ask, ask) == [True, False]
    assert await Task.all().count() == 1
