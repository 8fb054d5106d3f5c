"""Tells workers in every process that something is due now; losing Redis only makes them look once a second instead."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable

from fakeredis import FakeAsyncRedis
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

CHANNEL = "zhiji:deliveries"
EMBEDDED = "embedded"

_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 30.0
_TIMEOUT_S = 1.0
_QUIET_S = 5.0


def connect_redis(url: str) -> Redis:
    """A client for ``redis://…``, or for ``embedded``: the same commands on an object of this process."""
    if url == EMBEDDED:
        return FakeAsyncRedis()
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=20,
        timeout=_TIMEOUT_S,
        socket_connect_timeout=_TIMEOUT_S,
        socket_timeout=_TIMEOUT_S,
        health_check_interval=10,
        retry=Retry(NoBackoff(), 1),  # once, for a connection that was closed while it lay in the pool
    )
    return Redis.from_pool(pool)  # closes the pool with itself


class Wakeup:
    """One for each process: ``announce`` after a commit, ``on_wake`` where somebody waits."""

    def __init__(self, redis: Redis, channel: str = CHANNEL) -> None:
        self._redis = redis
        self._channel = channel
        self._waiting: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._is_up = True

    @property
    def is_up(self) -> bool:
        """False from the first failure until Redis answers again."""
        return self._is_up

    def on_wake(self, wake: Callable[[], None]) -> None:
        """Calls ``wake`` at each announcement of any process."""
        self._waiting.append(wake)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._listen(), name="wakeup")

    async def stop(self) -> None:
        if self._task is not None:
            while not self._task.done():  # a client may swallow the first word of its end
                self._task.cancel()
                await asyncio.wait([self._task], timeout=0.5)

    async def announce(self) -> None:
        """Wakes this process surely and the others if Redis is there; never raises for want of it."""
        self._wake()
        if not self._is_up:
            return  # the listener finds out when it is back; nobody else need wait for a time-out
        try:
            await self._redis.publish(self._channel, b"1")
        except (RedisError, OSError) as error:
            self._went_down(error)

    async def _listen(self) -> None:
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self._channel)
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=False, timeout=_QUIET_S)
                        wait_s = _FIRST_WAIT_S
                        self._came_up()
                        if message is not None:
                            self._wake()  # a subscription wakes too: something may have been missed before it
            except (RedisError, OSError) as error:
                self._went_down(error)
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311
            wait_s = min(wait_s * 2, _LONGEST_WAIT_S)

    def _wake(self) -> None:
        for wake in self._waiting:
            wake()

    def _went_down(self, error: Exception) -> None:
        if self._is_up:
            self._is_up = False
            log.warning("Redis is away: deliveries are looked for every second", extra={"error": type(error).__name__})

    def _came_up(self) -> None:
        if not self._is_up:
            self._is_up = True
            log.info("Redis is back")
