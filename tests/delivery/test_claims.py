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

from core.errors import Retryable
from core.reasons import Reason
from delivery.changes import Change, Changes, make_changes
from delivery.claims import Claimed, Claims, Recovered
from delivery.trail import Trail
from models import Delivery, DeliveryState, Interaction
from tests.delivery.conftest import FakeSender, Outbox, state_of, state_of_push
from tests.delivery.offers import begin

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


def ending(row: Claimed, state: DeliveryState, reason: Reason | None = None) -> Change:
    return Change(row, state, Trail(), reason, is_unsent=state is not DeliveryState.SENT)


async def make(outbox: Outbox, change: Change) -> bool:
    return (await make_changes([change], outbox.hands()))[0]


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


async def test_an_elder_row_that_was_put_off_waits_for_the_younger_one_in_work(outbox: Outbox) -> None:
    person = await outbox.person()
    elder = await outbox.planned(person, due_in=timedelta(seconds=5))
    younger = await outbox.planned(person)
    claims = outbox.claims()
    [row] = await claims.claim(5)
    assert row.id == younger.id
    outbox.passes(seconds=6)
    assert await claims.claim(5) == []
    assert await make(outbox, ending(row, DeliveryState.SENT))
    assert [row.id for row in await claims.claim(5)] == [elder.id]


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
    [row] = await outbox.claims("lost").claim(1)
    assert len(await begin(outbox, row)) == 1
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
    [row] = await outbox.claims("slow").claim(1)
    outbox.passes(seconds=59)
    assert len(await begin(outbox, row)) == 1
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
    assert await begin(outbox, stale, "old") == []
    assert not await make(outbox, ending(stale, DeliveryState.PLANNED))
    assert not await make(outbox, ending(stale, DeliveryState.FAILED, Reason.GAVE_UP))
    assert await state_of(delivery) == ("claimed", "")
    assert await state_of_push(push) == ("received", "reply_planned")
    assert len(await begin(outbox, row, "new")) == 1
    assert await make(outbox, ending(row, DeliveryState.SENT))
    assert await state_of(delivery) == ("sent", "")


async def test_old_holder_cannot_turn_unknown_into_sent(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    [row] = await outbox.claims("old").claim(1)
    await begin(outbox, row, "old")
    outbox.passes(seconds=61)
    assert await outbox.claims("new").recover() == Recovered(0, 1)
    assert not await make(outbox, ending(row, DeliveryState.SENT))
    assert await state_of(delivery) == ("unknown", "lease_ended")
    assert (await state_of_push(push))[0] == "unknown"


async def test_a_holder_that_starts_while_it_is_recovered_keeps_its_row(outbox: Outbox) -> None:
    """Slow but alive: whoever comes second changes nothing, whichever of them that is."""
    delivery, _ = await outbox.owed()
    slow, other = outbox.claims("slow"), outbox.claims("other")
    [row] = await slow.claim(1)
    outbox.passes(seconds=61)
    assert len(await begin(outbox, row, "slow")) == 1
    assert await other.recover() == Recovered(0, 0)
    assert await make(outbox, ending(row, DeliveryState.SENT))
    assert await state_of(delivery) == ("sent", "")


async def test_a_row_ends_once(outbox: Outbox) -> None:
    await outbox.owed()
    [row] = await outbox.claims().claim(1)
    await begin(outbox, row)
    assert await make(outbox, ending(row, DeliveryState.SENT))
    assert not await make(outbox, ending(row, DeliveryState.FAILED, Reason.BLOCKED))
    assert await begin(outbox, row) == []


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
    [row] = await outbox.claims().claim(1)
    await begin(outbox, row)
    with pytest.raises(LookupError):
        async with in_transaction():
            await make_changes([ending(row, DeliveryState.SENT)], outbox.hands())
            assert (await Interaction.get(id=push.id)).state == "late_replied"
            raise LookupError
    assert await state_of(delivery) == ("claimed", "")
    assert await state_of_push(push) == ("received", "reply_planned")


async def test_changes_of_one_moment_share_a_commit_and_a_poisoned_one_fails_alone(outbox: Outbox) -> None:
    rows = [(await outbox.owed(f"o{number}"))[0] for number in range(4)]
    claimed = await outbox.claims().claim(4)
    changes = Changes(outbox.hands)
    changes.start()
    asked = [ending(row, DeliveryState.SENT) for row in claimed]
    asked[2].trail.entries.append({"event": "poison", "what": "\ud83d"})
    made = await asyncio.gather(*(changes.make(change) for change in asked), return_exceptions=True)
    await changes.stop()
    assert [made[number] for number in (0, 1, 3)] == [True] * 3 and isinstance(made[2], Exception)
    assert [(await state_of(row))[0] for row in rows] == ["sent", "sent", "claimed", "sent"]


async def test_an_answer_with_words_no_database_keeps_is_stored_all_the_same(
    outbox: Outbox, sender: FakeSender
) -> None:
    delivery, _ = await outbox.owed()
    sender.faults.append(Retryable("\ud83d busy \0", after_s=60.0))
    await outbox.worker(sender=sender).run_once()
    assert await state_of(delivery) == ("planned", "")
