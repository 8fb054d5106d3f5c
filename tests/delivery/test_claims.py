"""A row is one process's at a time; a process that lost its lease changes nothing; a started send is never repeated."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta

import asyncpg
import pytest
from tortoise.transactions import in_transaction

from core.reasons import Reason
from delivery.claims import Claims, Recovered
from delivery.trail import Trail
from models import Delivery, DeliveryState, Interaction
from tests.delivery.conftest import FakeSender, Outbox, state_of, state_of_push

ROWS = 60


async def filled(outbox: Outbox) -> None:
    for number in range(ROWS):
        await outbox.planned(await outbox.person(f"o{number:03}", follows=False))


async def claim_all(claims: Claims) -> list[int]:
    """Claims in small bites until nothing is left for a while."""
    got: list[int] = []
    for _ in range(ROWS):
        got += [row.id for row in await claims.claim(3)]
    return got


async def test_four_workers_never_claim_one_row_twice(outbox: Outbox) -> None:
    await filled(outbox)
    claimed = await asyncio.gather(*(claim_all(outbox.claims(f"h{number}")) for number in range(4)))
    counts = Counter(id for ids in claimed for id in ids)
    assert len(counts) == ROWS and set(counts.values()) == {1}
    assert await Delivery.filter(fence=1, state="claimed").count() == ROWS


async def test_control_without_the_guard_claims_rows_twice(outbox: Outbox) -> None:
    """The same race with a claim that looks and then takes: rows go to several workers, so the test above can fail."""

    async def careless(holder: str) -> list[int]:
        ids = await Delivery.filter(state="planned").order_by("due_at").limit(20).values_list("id", flat=True)
        await Delivery.filter(id__in=list(ids)).update(state=DeliveryState.CLAIMED, claimed_by=holder)
        return [int(id) for id in ids]  # type: ignore[call-overload]

    await filled(outbox)
    claimed = await asyncio.gather(*(careless(f"h{number}") for number in range(4)))
    assert max(Counter(id for ids in claimed for id in ids).values()) > 1


async def test_claim_takes_the_oldest_due_rows_up_to_its_limit(outbox: Outbox) -> None:
    late = await outbox.planned(await outbox.person("o1"), due_in=timedelta(seconds=-1))
    early = await outbox.planned(await outbox.person("o2"), due_in=timedelta(seconds=-9))
    await outbox.planned(await outbox.person("o3"), due_in=timedelta(seconds=9))
    assert [row.id for row in await outbox.claims().claim(1)] == [early.id]
    assert [row.id for row in await outbox.claims().claim(5)] == [late.id]
    assert await outbox.claims().claim(5) == []


async def test_rolled_back_plan_leaves_nothing_to_claim(outbox: Outbox) -> None:
    person = await outbox.person()
    with pytest.raises(LookupError):
        async with in_transaction():
            await outbox.planned(person)
            raise LookupError
    assert await outbox.claims().claim(5) == []


async def test_unstarted_row_of_a_lost_process_goes_out_after_all(outbox: Outbox, sender: FakeSender) -> None:
    delivery, _ = await outbox.owed()
    await outbox.claims("lost").claim(1)
    assert await outbox.worker("h2", sender).run_once() == 0
    outbox.passes(seconds=61)
    assert await outbox.worker("h2", sender).run_once() == 1
    assert sender.sent == [("oA", "您好")]
    assert await state_of(delivery) == ("sent", "")


async def test_started_row_of_a_lost_process_is_unknown_and_never_sent(outbox: Outbox, sender: FakeSender) -> None:
    delivery, push = await outbox.owed()
    lost = outbox.claims("lost")
    [row] = await lost.claim(1)
    assert await lost.start(row, Trail(row.trail))
    outbox.passes(seconds=61)
    for _ in range(3):
        await outbox.worker("h2", sender).run_once()
        outbox.passes(hours=1)
    assert await state_of(delivery) == ("unknown", "lease_ended")
    assert await state_of_push(push) == ("unknown", "lease_ended")
    assert sender.calls == 0
    assert (await Delivery.get(id=delivery.id)).trail[-1]["holder"] == "lost"


async def test_start_is_committed_before_the_first_byte(outbox: Outbox, database: str) -> None:
    await outbox.owed()
    seen: list[bool] = []

    class Looking(FakeSender):
        async def send(self, *args: object) -> str:
            seen.append(await seen_by_others(database, "SELECT started_at IS NOT NULL FROM delivery"))
            return ""

    await outbox.worker(sender=Looking()).run_once()
    assert seen == [True]


async def seen_by_others(url: str, query: str) -> bool:
    """One value as another process sees it: on a connection of its own, so only what is committed."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return bool(connection.execute(query).fetchone()[0])
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval(query))
    finally:
        await connection.close()


async def test_living_lease_is_left_alone(outbox: Outbox) -> None:
    await outbox.owed()
    await outbox.claims("alive").claim(1)
    outbox.passes(seconds=59)
    assert await outbox.claims("h2").recover() == Recovered(0, 0)


async def test_start_renews_the_lease(outbox: Outbox) -> None:
    await outbox.owed()
    claims = outbox.claims("slow")
    [row] = await claims.claim(1)
    outbox.passes(seconds=59)
    assert await claims.start(row, Trail(row.trail))
    outbox.passes(seconds=59)
    assert await outbox.claims("h2").recover() == Recovered(0, 0)


async def test_old_holder_can_neither_start_nor_put_back_nor_close(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    old, new = outbox.claims("old"), outbox.claims("new")
    [stale] = await old.claim(1)
    outbox.passes(seconds=61)
    assert await new.recover() == Recovered(1, 0)
    [row] = await new.claim(1)
    assert row.fence > stale.fence
    assert not await old.start(stale, Trail())
    assert not await old.put_back(stale, outbox.hands(), Trail())
    assert not await old.close(stale, DeliveryState.FAILED, Reason.GAVE_UP, Trail())
    assert await state_of(delivery) == ("claimed", "")
    assert await state_of_push(push) == ("received", "reply_planned")
    assert await new.start(row, Trail())
    assert await new.close(row, DeliveryState.SENT, None, Trail())
    assert await state_of(delivery) == ("sent", "")


async def test_old_holder_cannot_turn_unknown_into_sent(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    old = outbox.claims("old")
    [row] = await old.claim(1)
    await old.start(row, Trail())
    outbox.passes(seconds=61)
    assert await outbox.claims("new").recover() == Recovered(0, 1)
    assert not await old.close(row, DeliveryState.SENT, None, Trail())
    assert await state_of(delivery) == ("unknown", "lease_ended")
    assert (await state_of_push(push))[0] == "unknown"


async def test_row_is_started_once(outbox: Outbox) -> None:
    await outbox.owed()
    claims = outbox.claims()
    [row] = await claims.claim(1)
    assert [await claims.start(row, Trail()), await claims.start(row, Trail())] == [True, False]


async def test_two_recoveries_at_once_count_a_row_once(outbox: Outbox) -> None:
    for number in range(10):
        await outbox.owed(f"o{number}")
    await outbox.claims("lost").claim(10)
    outbox.passes(seconds=61)
    found = await asyncio.gather(*(outbox.claims(f"h{number}").recover() for number in range(3)))
    assert sum(each.planned_again for each in found) == 10
    assert await Delivery.filter(state="planned", fence=2).count() == 10


async def test_delivery_and_push_end_in_one_transaction(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    claims = outbox.claims()
    [row] = await claims.claim(1)
    await claims.start(row, Trail())
    with pytest.raises(LookupError):
        async with in_transaction():
            await claims.close(row, DeliveryState.SENT, None, Trail())
            assert (await Interaction.get(id=push.id)).state == "late_replied"
            raise LookupError
    assert await state_of(delivery) == ("claimed", "")
    assert await state_of_push(push) == ("received", "reply_planned")
