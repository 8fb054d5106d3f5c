"""An announcement reaches every process; without Redis nothing fails and nothing is repeated in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from redis.asyncio import Redis

from delivery.wakeup import EMBEDDED, Wakeup, connect_redis


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


class Gate:
    """A port in front of Redis that can be shut: connections break and new ones are refused."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._path = parts.path
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.connections = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}{self._path}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._writers += [writer, far_writer]
        for source, target in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pass(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            target.write(data)
        target.close()


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
