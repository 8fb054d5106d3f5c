"""Turns are a period apart whoever reserves them, by Redis' own clock: in no second are there more than allowed."""

from __future__ import annotations

import asyncio
import json
import sys
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from delivery.limits.shared_turns import HORIZON_S, SharedTurns
from delivery.wakeup import EMBEDDED, connect_redis
from tests.delivery.limits.turn_taker import take_turns

PER_S = 1_000
PERIOD_US = 1_000
HORIZON_US = round(HORIZON_S * 1e6)
KEY = "zhiji:rate:wx:/send"


@pytest.fixture(params=[EMBEDDED, pytest.param("real", marks=pytest.mark.redis)])
async def redis(request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    url = EMBEDDED if request.param == EMBEDDED else request.getfixturevalue("redis_url")
    client = connect_redis(url)
    yield client
    await client.aclose()


def most_in_a_second(turns: Sequence[int]) -> int:
    """The largest number of turns in any second, wherever it begins."""
    ordered = sorted(turns)
    return max(bisect_left(ordered, turn + 1_000_000) - number for number, turn in enumerate(ordered))


async def turns_of(shared: SharedTurns, wanted: int, **more: float) -> list[int]:
    """Turns of one reservation; waits while there are none."""
    while not (got := await shared.reserve("wx", "/send", PERIOD_US, wanted, **more)).turns:
        await asyncio.sleep(got.wait_us / 1e6)
    return [got.first_us + number * PERIOD_US for number in range(got.turns)]


async def test_eight_callers_share_one_sequence(redis: Redis) -> None:
    shared = SharedTurns(redis)
    turns = [
        each for part in await asyncio.gather(*(take_turns(shared, PERIOD_US, 200) for _ in range(8))) for each in part
    ]
    ordered = sorted(turns)
    assert len(ordered) >= 1_600
    assert min(after - before for before, after in pairwise(ordered)) >= PERIOD_US
    assert most_in_a_second(turns) <= PER_S


async def test_four_processes_never_take_more_than_the_limit_in_any_second(redis_url: str) -> None:
    command = [sys.executable, "-m", "tests.delivery.limits.turn_taker", redis_url, str(PERIOD_US), "500"]
    takers = [await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE) for _ in range(4)]
    turns = [each for taker in takers for each in json.loads((await taker.communicate())[0])]
    assert len(turns) >= 2_000
    assert len(set(turns)) == len(turns)
    assert most_in_a_second(turns) <= PER_S


async def test_an_idle_time_saves_nothing_up(redis: Redis) -> None:
    shared = SharedTurns(redis)
    await turns_of(shared, 1)
    await asyncio.sleep(HORIZON_S)
    got = await shared.reserve("wx", "/send", PERIOD_US, 100)
    assert got.turns == 100 and got.first_us >= got.now_us


async def test_a_sequence_that_was_lost_begins_after_all_that_was_handed_out(redis: Redis) -> None:
    shared = SharedTurns(redis)
    before: list[int] = []
    for _ in range(2):
        before += await turns_of(shared, 10_000)
        await redis.delete(KEY)
    after = await turns_of(shared, 10)
    assert min(after) >= max(before) + PERIOD_US
    assert most_in_a_second(before + after) <= PER_S


async def test_control_a_lost_sequence_that_begins_at_once_hands_out_turns_anew(redis: Redis) -> None:
    shared, overlaps = SharedTurns(redis), 0
    for _ in range(5):
        before = await turns_of(shared, 10_000)
        await redis.set(KEY, 1)
        after = await turns_of(shared, 10)
        overlaps += min(after) < max(before)
    assert overlaps


async def test_turns_reach_to_the_horizon_and_the_rest_waits(redis: Redis) -> None:
    shared = SharedTurns(redis)
    await redis.set(KEY, 1)
    got = await shared.reserve("wx", "/send", PERIOD_US, 10_000)
    assert 0 < got.turns <= HORIZON_US // PERIOD_US + 1
    assert got.first_us + (got.turns - 1) * PERIOD_US <= got.now_us + HORIZON_US
    none = await shared.reserve("wx", "/send", 1_000 * PERIOD_US, 10_000, least=150)
    assert none.turns == 0 and none.wait_us > 0


async def test_a_lead_is_kept_and_another_api_and_app_wait_for_nobody(redis: Redis) -> None:
    shared = SharedTurns(redis)
    for app_id, api in (("wx", "/send"), ("wx", "/other"), ("wx2", "/send")):
        await redis.set(f"zhiji:rate:{app_id}:{api}", 1)
    got = await shared.reserve("wx", "/send", PERIOD_US, 10_000, lead_s=0.1)
    assert got.first_us == got.now_us + 100_000
    for app_id, api in (("wx", "/other"), ("wx2", "/send")):
        other = await shared.reserve(app_id, api, PERIOD_US, 1)
        assert other.first_us == other.now_us


async def test_a_clock_that_was_put_back_stops_nobody_for_long(redis: Redis) -> None:
    await redis.set(KEY, 4_000_000_000_000_000)
    got = await SharedTurns(redis).reserve("wx", "/send", PERIOD_US, 1)
    assert got.turns == 0 and got.wait_us == PERIOD_US


async def test_a_redis_that_forgot_the_script_is_told_it_again(redis_url: str) -> None:
    redis = connect_redis(redis_url)
    shared = SharedTurns(redis)
    first = await turns_of(shared, 1)
    await redis.script_flush()
    assert await turns_of(shared, 1) > first
    await redis.aclose()
