"""An announcement reaches every process; without Redis nothing fails and nothing is repeated in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from delivery.wakeup import EMBEDDED, Wakeup, connect_redis
from tests.delivery.redis_gate import Gate


@asynccontextmanager
async def listening(redis: Redis) -> AsyncIterator[tuple[Wakeup, asyncio.Event]]:
    wakeup, woken = Wakeup(redis), asyncio.Event()
    wakeup.on_wake(woken.set)
    wakeup.start()
    await asyncio.wait_for(woken.wait(), 5)  # the subscription itself wakes
    woken.clear()
    try:
        yield wakeup, woken
    finally:
        await wakeup.stop()
        await redis.aclose()


async def test_announcement_wakes_this_process_on_the_embedded_default() -> None:
    async with listening(connect_redis(EMBEDDED)) as (wakeup, woken):
        await wakeup.announce()
        await asyncio.wait_for(woken.wait(), 2)


async def test_announcement_wakes_the_other_processes(redis_url: str) -> None:
    async with listening(connect_redis(redis_url)) as (ours, _), listening(connect_redis(redis_url)) as (_, woken):
        await ours.announce()
        await asyncio.wait_for(woken.wait(), 2)


async def test_quiet_subscription_stays_alive(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    async with listening(connect_redis(redis_url)) as (ours, _), listening(connect_redis(redis_url)) as (_, woken):
        await asyncio.sleep(2.5)  # longer than a command's time-out
        await ours.announce()
        await asyncio.wait_for(woken.wait(), 2)
    assert caplog.records == []


async def test_lost_redis_is_told_once_and_found_again(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    gate = Gate(redis_url)
    await gate.open()
    with caplog.at_level(logging.INFO, "delivery.wakeup"):
        async with listening(connect_redis(gate.url)) as (wakeup, woken):
            await gate.shut()
            for _ in range(50):
                await wakeup.announce()
                assert woken.is_set()  # this process is woken all the same
                await asyncio.sleep(0.01)
            assert not wakeup.is_up
            tried = gate.connections
            await gate.open()
            async with asyncio.timeout(10):
                while not wakeup.is_up:
                    await asyncio.sleep(0.05)
            assert gate.connections - tried <= 2
            await gate.shut()
    assert [record.levelname for record in caplog.records][:2] == ["WARNING", "INFO"]
    assert len(caplog.records) <= 3


async def test_redis_that_was_never_there_delays_nobody(caplog: pytest.LogCaptureFixture) -> None:
    redis = connect_redis("redis://127.0.0.1:1/0")
    wakeup, woken = Wakeup(redis), asyncio.Event()
    wakeup.on_wake(woken.set)
    wakeup.start()
    async with asyncio.timeout(2):
        for _ in range(100):
            await wakeup.announce()
    assert woken.is_set() and not wakeup.is_up
    assert len(caplog.records) == 1
    await wakeup.stop()
    await redis.aclose()
