"""The loop sends at once when woken, looks by itself when not, outlives outages, and drains when stopped."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from delivery.claims import Claimed
from delivery.loop import DeliveryLoop
from delivery.wakeup import EMBEDDED, Wakeup, connect_redis
from delivery.worker import Worker
from models import Delivery
from tests.delivery.conftest import FakeSender, Outbox, state_of


@pytest.fixture
async def wakeup() -> AsyncIterator[Wakeup]:
    redis = connect_redis(EMBEDDED)
    wakeup = Wakeup(redis)
    wakeup.start()
    yield wakeup
    await wakeup.stop()
    await redis.aclose()


async def until(is_true: Callable[[], bool], within_s: float = 5.0) -> float:
    """Waits; returns for how long, in seconds."""
    start = time.monotonic()
    while not is_true():
        assert time.monotonic() - start < within_s
        await asyncio.sleep(0.005)
    return time.monotonic() - start


async def test_announced_row_is_sent_long_before_the_next_look(
    outbox: Outbox, sender: FakeSender, wakeup: Wakeup
) -> None:
    loop = DeliveryLoop(outbox.worker(sender=sender), wakeup, poll_s=30.0)
    loop.start()
    await asyncio.sleep(0.3)
    await outbox.owed()
    assert sender.sent == []
    await wakeup.announce()
    assert await until(lambda: bool(sender.sent)) < 2.0
    await loop.stop()


async def test_row_nobody_announced_is_found_at_the_next_look(
    outbox: Outbox, sender: FakeSender, wakeup: Wakeup
) -> None:
    loop = DeliveryLoop(outbox.worker(sender=sender), wakeup, poll_s=0.1)
    loop.start()
    await outbox.owed()
    await until(lambda: bool(sender.sent))
    await loop.stop()


async def test_hundred_rows_leave_without_waiting_for_looks(outbox: Outbox, sender: FakeSender, wakeup: Wakeup) -> None:
    people = [await outbox.person(f"o{number:03}") for number in range(20)]
    for person in people:
        push = await outbox.push(person)
        for number in range(5):
            await outbox.planned(person, f"{number}", push)
    loop = DeliveryLoop(outbox.worker(sender=sender), wakeup, at_once=8, poll_s=30.0)
    loop.start()
    await until(lambda: len(sender.sent) == 100, within_s=20)
    await loop.stop()
    assert sender.most_at_once <= 8
    for person in people:
        assert [text for openid, text in sender.sent if openid == person.openid] == list("01234")


async def test_stop_lets_a_send_under_way_end_and_starts_no_other(
    outbox: Outbox, sender: FakeSender, wakeup: Wakeup
) -> None:
    rows = [(await outbox.owed(f"o{number}"))[0] for number in range(3)]
    sender.takes_s = 0.3
    loop = DeliveryLoop(outbox.worker(sender=sender), wakeup, at_once=1)
    loop.start()
    await until(lambda: sender.calls == 1)
    await loop.stop()
    assert [await state_of(row) for row in rows] == [("sent", ""), ("planned", ""), ("planned", "")]
    assert loop.in_work == 0


async def test_send_that_outlasts_the_stop_is_unknown_in_the_end(
    outbox: Outbox, sender: FakeSender, wakeup: Wakeup
) -> None:
    delivery, _ = await outbox.owed()
    sender.takes_s = 30.0
    loop = DeliveryLoop(outbox.worker(sender=sender), wakeup)
    loop.start()
    await until(lambda: sender.calls == 1)
    start = time.monotonic()
    await loop.stop(within_s=0.1)
    assert time.monotonic() - start < 1.0
    assert await state_of(delivery) == ("claimed", "")
    outbox.passes(seconds=61)
    await outbox.worker(sender=FakeSender()).run_once()
    assert await state_of(delivery) == ("unknown", "lease_ended")


async def test_outage_is_told_once_and_outlived(
    outbox: Outbox, sender: FakeSender, wakeup: Wakeup, caplog: pytest.LogCaptureFixture
) -> None:
    class Flaky(Worker):
        is_away = True

        async def claim(self, limit: int) -> list[Claimed]:
            if self.is_away:
                raise OSError("connection refused")
            return await super().claim(limit)

    worker = Flaky(outbox.parts(sender=sender), outbox.accounts, outbox.hands)
    loop = DeliveryLoop(worker, wakeup, poll_s=0.02)
    await outbox.owed()
    with caplog.at_level(logging.INFO, "delivery.loop"):
        loop.start()
        await asyncio.sleep(0.3)
        worker.is_away = False
        await until(lambda: bool(sender.sent))
    await loop.stop()
    assert [record.getMessage() for record in caplog.records] == ["deliveries wait", "deliveries go on"]


async def test_rows_of_a_lost_process_are_taken_over(outbox: Outbox, sender: FakeSender, wakeup: Wakeup) -> None:
    await outbox.owed()
    await outbox.claims("lost").claim(1)
    await Delivery.all().update(lease_until=outbox.hands() - timedelta(seconds=1))
    loop = DeliveryLoop(outbox.worker("h2", sender), wakeup, poll_s=0.05)
    loop.start()
    await until(lambda: bool(sender.sent))
    await loop.stop()
