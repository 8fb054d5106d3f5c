"""What every call passes: a turn, then its count in the day; refused with the time to wait, never made in vain."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis

from core.clock import monotonic_s
from core.errors import Retryable
from core.ports import Metered
from delivery.limits.metered import Limits
from delivery.limits.quotas import Quotas, list_quotas
from delivery.limits.rates import Rates
from delivery.limits.shared_turns import SharedTurns
from delivery.wakeup import EMBEDDED, connect_redis
from tests.delivery.limits.people import NOON

SEND = "/send"
PER_S = 1_000


class Process:
    """``moment`` is its clock."""

    def __init__(self, redis: Redis) -> None:
        self.moment = NOON
        self.limits = Limits(Rates(SharedTurns(redis)), Quotas({SEND: 20}), self.now)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
async def process(database: str) -> AsyncIterator[Process]:
    redis = connect_redis(EMBEDDED)
    made = Process(redis)
    yield made
    await made.limits.close()
    await redis.aclose()


async def used() -> int:
    return sum(quota.used for quota in await list_quotas(NOON))


async def refused(process: Process) -> Retryable:
    with pytest.raises(Retryable) as caught:
        await process.limits.take("wx", SEND, PER_S)
    return caught.value


async def test_each_call_is_counted(process: Process) -> None:
    metered: Metered = process.limits
    for _ in range(3):
        await metered.take("wx", SEND, PER_S)
    assert await used() == 3


async def test_turns_are_counted_and_come_one_after_the_other(process: Process) -> None:
    turns = await process.limits.take_turns("wx", SEND, PER_S, 6)
    assert len(turns) == 6 == await used()
    for turn in turns:
        await turn.come()
        assert monotonic_s() >= turn.at_s


async def test_a_day_with_few_left_gives_those(process: Process) -> None:
    assert len(await process.limits.take_turns("wx", SEND, PER_S, 15)) == 15
    assert len(await process.limits.take_turns("wx", SEND, PER_S, 15)) == 5
    assert await used() == 20


async def test_a_day_that_is_used_up_is_refused_until_midnight_in_china(process: Process) -> None:
    await process.limits.take_turns("wx", SEND, PER_S, 20)
    error = await refused(process)
    assert (error.after_s, error.api) == (12 * 3600, SEND)
    assert "2026-11-21 00:00" in error.detail
    with pytest.raises(Retryable):
        await process.limits.take_turns("wx", SEND, PER_S, 5)
    assert await used() == 20
    process.moment += timedelta(hours=12)
    await process.limits.take("wx", SEND, PER_S)


async def test_a_stopped_api_is_refused_until_it_may_be_called(process: Process) -> None:
    await process.limits.stop("wx", SEND, NOON + timedelta(seconds=45))
    assert (await refused(process)).after_s == 45
    assert await used() == 0
    process.moment += timedelta(seconds=44.9)
    assert (await refused(process)).after_s == 1
    process.moment += timedelta(seconds=0.1)
    await process.limits.take("wx", SEND, PER_S)


async def test_what_was_not_used_is_given_back_at_the_end(database: str) -> None:
    redis = connect_redis(EMBEDDED)
    limits = Limits(Rates(SharedTurns(redis)), Quotas({SEND: 100_000}), lambda: NOON)
    await limits.take("wx", SEND, PER_S)
    assert await used() == 100
    await limits.close()
    assert await used() == 1
    await redis.aclose()
