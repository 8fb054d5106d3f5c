"""Every call waits for its turn; callers of one process share what it reserves; without Redis it goes on, slower."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from redis.asyncio import Redis

from core.clock import monotonic_s
from delivery.limits.rates import ALONE_SHARE, SHARE, Rates
from delivery.limits.shared_turns import Reserved, SharedTurns
from delivery.wakeup import EMBEDDED, connect_redis
from tests.delivery.limits.test_shared_turns import most_in_a_second
from tests.delivery.redis_gate import Gate

PER_S = 1_000


@dataclass
class Record:
    """What was reserved: (wanted, turns by Redis' clock) each time."""

    reserved: list[tuple[int, list[int]]] = field(default_factory=list)

    @property
    def turns(self) -> list[int]:
        return [turn for _, turns in self.reserved for turn in turns]


class RecordedTurns(SharedTurns):
    def __init__(self, redis: Redis, record: Record) -> None:
        super().__init__(redis)
        self._record = record

    async def reserve(self, app_id: str, api: str, period_us: int, wanted: int, *more: Any) -> Reserved:
        got = await super().reserve(app_id, api, period_us, wanted, *more)
        turns = [got.first_us + number * period_us for number in range(got.turns)]
        self._record.reserved.append((wanted, turns))
        return got


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
async def rates(record: Record) -> AsyncIterator[Rates]:
    redis = connect_redis(EMBEDDED)
    yield Rates(RecordedTurns(redis, record))
    await redis.aclose()


async def call(rates: Rates, times: int, count: int = 1) -> int:
    """Takes turns one after the other and comes to each; returns how many calls that made."""
    calls = 0
    for _ in range(times):
        for turn in await rates.take("wx", "/send", PER_S, count):
            await turn.come()
            calls += 1
    return calls


async def test_four_processes_keep_to_the_rate_together(redis_url: str, record: Record) -> None:
    clients = [connect_redis(redis_url) for _ in range(4)]
    processes = [Rates(RecordedTurns(client, record)) for client in clients]
    calls = await asyncio.gather(*(call(each, 3, 100) for each in processes for _ in range(2)))
    assert sum(calls) >= 24
    assert len(record.turns) >= sum(calls)
    assert len(set(record.turns)) == len(record.turns)
    assert most_in_a_second(record.turns) <= PER_S
    for client in clients:
        await client.aclose()


async def test_a_block_is_a_tenth_of_a_second_at_most(rates: Rates, record: Record) -> None:
    turns = await rates.take("wx", "/send", PER_S, 1_000)
    assert 1 <= len(turns) <= PER_S // 10
    assert max(wanted for wanted, _ in record.reserved) == PER_S // 10
    assert [turn.at_s for turn in turns] == sorted(turn.at_s for turn in turns)


async def test_many_callers_share_what_one_of_them_reserves(rates: Rates, record: Record) -> None:
    got = await asyncio.gather(*(rates.take("wx", "/send", PER_S) for _ in range(90)))
    assert len({turn.at_s for turns in got for turn in turns}) == 90
    assert len([turns for _, turns in record.reserved if turns]) <= 10


async def test_callers_that_give_up_hold_up_nobody(rates: Rates, record: Record) -> None:
    waiting = [asyncio.create_task(rates.take("wx", "/send", PER_S)) for _ in range(20)]
    await asyncio.sleep(0)
    for each in waiting[::2]:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await call(rates, 3) == 3
    assert sum(wanted for wanted, turns in record.reserved[-3:] if turns) <= 3  # nobody reserves for those who left


async def test_who_comes_too_late_gets_another_turn(rates: Rates, record: Record) -> None:
    (turn,) = await rates.take("wx", "/send", PER_S)
    turn.at_s -= 10
    before = len(record.turns)
    await turn.come()
    assert len(record.turns) == before + 1
    assert turn.at_s > monotonic_s() - 10


async def test_a_rate_of_one_a_second_gives_single_turns(rates: Rates) -> None:
    assert len(await rates.take("wx", "/rare", 1, 50)) == 1


async def test_without_redis_a_process_goes_on_at_a_sixteenth_from_nothing(caplog: pytest.LogCaptureFixture) -> None:
    redis, per_s = connect_redis("redis://127.0.0.1:1/0"), 16_000
    rates, began_s = Rates(SharedTurns(redis)), monotonic_s()
    period_s = 1 / (per_s * SHARE * ALONE_SHARE)
    turns: list[float] = []
    while len(turns) < 600:
        turns += [turn.at_s for turn in await rates.take("wx", "/send", per_s, 64)]
    assert turns[0] >= began_s + period_s
    assert min(after - before for before, after in pairwise(turns)) > period_s * 0.999
    assert [record.getMessage() for record in caplog.records] == ["Redis is away: calls to WeChat go slower"]
    await redis.aclose()


async def test_redis_that_comes_back_is_found_again(
    redis_url: str, record: Record, caplog: pytest.LogCaptureFixture
) -> None:
    gate = Gate(redis_url)
    await gate.open()
    redis = connect_redis(gate.url)
    rates = Rates(RecordedTurns(redis, record))
    with caplog.at_level(logging.INFO, "delivery.limits.rates"):
        assert await call(rates, 2) == 2
        await gate.shut()
        shared = len(record.turns)
        assert await call(rates, 20) == 20
        assert len(record.turns) == shared
        await gate.open()
        async with asyncio.timeout(20):
            while len(record.turns) == shared:
                await call(rates, 1)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    await redis.aclose()
    await gate.shut()
