"""One process leads; another takes over within 15 seconds of a kill; an old leader writes nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tortoise.transactions import in_transaction

from delivery.leader import LEASE_S, RENEW_EVERY_S, Leader
from models import Lease
from tests.delivery.conftest import Outbox
from tests.wechat import Hands


def leaders(hands: Hands) -> tuple[Leader, Leader]:
    return Leader("schedule", "h1", clock=hands), Leader("schedule", "h2", clock=hands)


def test_take_over_is_quick_enough() -> None:
    assert LEASE_S + RENEW_EVERY_S <= 15


async def test_one_of_many_leads(database: str) -> None:
    candidates = [Leader("schedule", f"h{number}") for number in range(8)]
    led = await asyncio.gather(*(candidate.step() for candidate in candidates))
    assert led.count(True) == 1 and [candidate.is_leader for candidate in candidates].count(True) == 1


async def test_leader_goes_on_leading(outbox: Outbox) -> None:
    first, second = leaders(outbox.hands)
    for _ in range(10):
        assert await first.step() and not await second.step()
        outbox.passes(seconds=RENEW_EVERY_S)
    assert first.fence == 1


async def test_lease_of_a_killed_leader_is_taken_over_with_a_higher_fence(outbox: Outbox) -> None:
    first, second = leaders(outbox.hands)
    assert await first.step()
    outbox.passes(seconds=LEASE_S - 1)
    assert not await second.step()
    outbox.passes(seconds=1)
    assert await second.step() and second.fence == 2
    async with in_transaction():
        assert not await first.still_leads()
        assert await second.still_leads()
    assert not await first.step() and not first.is_leader


async def test_late_leader_whom_nobody_replaced_goes_on(outbox: Outbox) -> None:
    first, second = leaders(outbox.hands)
    await first.step()
    outbox.passes(seconds=60)
    assert await first.step() and first.fence == 1
    assert not await second.step()


async def test_leader_that_stops_lets_the_next_in_at_once(outbox: Outbox) -> None:
    first, second = leaders(outbox.hands)
    await first.step()
    await first.stop()
    assert not first.is_leader and first.fence is None
    assert await second.step()


async def test_leader_that_cannot_renew_knows_that_it_leads_no_more(database: str) -> None:
    leader = Leader("schedule", "h1", lease_s=0.2)
    assert await leader.step()
    await asyncio.sleep(0.25)
    assert not leader.is_leader and leader.fence is None


async def test_jobs_have_leaders_of_their_own(database: str) -> None:
    assert await Leader("a", "h1").step() and await Leader("b", "h2").step()


async def test_running_leader_hands_over_when_it_is_gone(database: str) -> None:
    first, second = Leader("schedule", "h1", lease_s=0.6), Leader("schedule", "h2", lease_s=0.6)
    first.start()
    await asyncio.sleep(0.1)
    second.start()
    await asyncio.sleep(0.8)
    assert first.is_leader and not second.is_leader
    assert first._task is not None
    first._task.cancel()  # as a kill: the lease is not given up
    async with asyncio.timeout(2):
        while not second.is_leader:
            await asyncio.sleep(0.02)
    assert not first.is_leader
    await second.stop()
    row = await Lease.get(name="schedule")
    assert row.fence == 2 and row.expires_at <= Hands()() + timedelta(seconds=1)
