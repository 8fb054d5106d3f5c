"""A day's calls of an API: counted by all processes, refused ahead at the limit, counted anew at midnight in China."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from delivery.limits.daily_limits import DAILY_LIMITS, FALLBACK
from delivery.limits.quotas import Quota, Quotas, list_quotas
from models import ApiQuota
from tests.delivery.limits.people import NOON
from tests.guides.overlap import Work, overlapping

SEND, RARE = "/send", "/rare"
LIMITS = {SEND: 10_000, RARE: 7}
MIDNIGHT = datetime(2026, 11, 20, 16, tzinfo=UTC)
"""The end of noon's day in China."""
SECOND = timedelta(seconds=1)


def process() -> Quotas:
    return Quotas(LIMITS)


async def used(api: str) -> int:
    return (await ApiQuota.get(api=api)).used


async def test_a_process_takes_blocks_and_gives_back_what_it_did_not_use(database: str) -> None:
    one, other = process(), process()
    for _ in range(3):
        assert await one.take("wx", SEND, 1, NOON) == (1, None)
    assert await other.take("wx", SEND, 25, NOON) == (25, None)
    assert await used(SEND) == 10 + 25
    await one.close()
    await other.close()
    assert await used(SEND) == 3 + 25
    await one.close()
    assert await used(SEND) == 3 + 25


async def test_at_the_limit_no_call_is_made_until_midnight_in_china(database: str) -> None:
    one, other = process(), process()
    assert await one.take("wx", RARE, 5, NOON) == (5, None)
    assert await other.take("wx", RARE, 5, NOON) == (2, MIDNIGHT)
    assert await one.take("wx", RARE, 1, NOON) == (0, MIDNIGHT)
    assert await one.take("wx", RARE, 1, MIDNIGHT - SECOND) == (0, MIDNIGHT)
    assert await used(RARE) == 7
    assert await one.take("wx", RARE, 1, MIDNIGHT) == (1, None)
    assert [(row.day, row.used) for row in await ApiQuota.all().order_by("day")] == [
        (date(2026, 11, 20), 7),
        (date(2026, 11, 21), 1),
    ]


async def test_what_is_left_of_a_block_does_not_pass_midnight(database: str) -> None:
    one = process()
    await one.take("wx", SEND, 1, MIDNIGHT - SECOND)
    await one.take("wx", SEND, 1, MIDNIGHT)
    await one.close()
    assert [row.used for row in await ApiQuota.all().order_by("day")] == [10, 1]


async def test_a_limit_below_a_block_and_more_than_a_limit_at_once(database: str) -> None:
    assert await process().take("wx", RARE, 100, NOON) == (7, MIDNIGHT)
    assert await Quotas({SEND: 0}).take("wx", SEND, 1, NOON) == (0, MIDNIGHT)


async def test_apps_and_apis_are_counted_apart(database: str) -> None:
    one = process()
    await one.take("wx", RARE, 7, NOON)
    assert await one.take("wx2", RARE, 7, NOON) == (7, None)
    assert await one.take("wx", SEND, 7, NOON) == (7, None)


async def test_a_limit_on_the_row_goes_before_the_usual_one(database: str) -> None:
    await ApiQuota.create(app_id="wx", api=RARE, day=date(2026, 11, 20), used=3, daily_limit=4)
    await ApiQuota.create(app_id="wx", api=SEND, day=date(2026, 11, 20), used=0, daily_limit=0)
    assert await process().take("wx", RARE, 5, NOON) == (1, MIDNIGHT)
    assert await process().take("wx", SEND, 5, NOON) == (0, MIDNIGHT)


async def test_wechats_refusal_stops_every_process_and_for_so_long(database: str) -> None:
    one, other = process(), process()
    for each in (one, other):
        await each.take("wx", SEND, 1, NOON)
    until = NOON + 40 * SECOND
    await one.stop("wx", SEND, until, NOON)
    assert await one.take("wx", SEND, 1, NOON) == (0, until)
    assert await other.take("wx", SEND, 1, NOON + SECOND) == (0, until)
    assert await process().take("wx", SEND, 1, NOON + SECOND) == (0, until)
    assert await other.take("wx", RARE, 1, NOON + SECOND) == (1, None)
    for each in (one, other):
        assert await each.take("wx", SEND, 1, until) == (1, None)


async def test_a_stop_before_the_first_call_over_midnight_and_a_shorter_one_after_it(database: str) -> None:
    one, until = process(), MIDNIGHT + 20 * SECOND
    await one.stop("wx", SEND, until, MIDNIGHT - 40 * SECOND)
    await one.stop("wx", SEND, MIDNIGHT, MIDNIGHT - 40 * SECOND)
    assert await one.take("wx", SEND, 1, MIDNIGHT - SECOND) == (0, until)
    assert await one.take("wx", SEND, 1, MIDNIGHT + SECOND) == (0, until)
    assert await one.take("wx", SEND, 1, until) == (1, None)


async def test_todays_quotas_are_listed(database: str) -> None:
    await process().take("wx", RARE, 2, NOON - timedelta(days=1))
    one = process()
    await one.take("wx", RARE, 2, NOON)
    await one.take("wx2", "/unheard/of", 1, NOON)
    await one.stop("wx2", "/unheard/of", NOON + SECOND, NOON)
    assert await list_quotas(NOON, LIMITS) == [
        Quota("wx", RARE, 2, 7, None),
        Quota("wx2", "/unheard/of", 100, FALLBACK, NOON + SECOND),
    ]
    assert (await list_quotas(NOON + SECOND, LIMITS))[1].stopped_until is None
    assert await list_quotas(NOON + timedelta(days=3), LIMITS) == []


def test_the_limits_that_wechat_publishes() -> None:
    assert DAILY_LIMITS["/cgi-bin/message/template/send"] == 100_000
    assert DAILY_LIMITS["/cgi-bin/message/custom/send"] == 500_000
    assert DAILY_LIMITS["/cgi-bin/stable_token"] == 500_000


async def test_many_callers_in_one_process_share_its_block(database: str) -> None:
    one = process()
    got = await asyncio.gather(*(one.take("wx", SEND, 1, NOON) for _ in range(30)))
    assert set(got) == {(1, None)}
    assert await used(SEND) == 30


@pytest.mark.postgres
async def test_many_processes_never_count_more_than_the_day_has(postgres: str) -> None:
    processes = [Quotas({SEND: 3_000}) for _ in range(6)]

    async def call(each: Quotas) -> int:
        calls = 0
        while (got := (await each.take("wx", SEND, 7, NOON)).calls) > 0:
            calls += got
        return calls

    assert sum(await asyncio.gather(*(call(each) for each in processes))) == 3_000
    assert await used(SEND) == 3_000


@pytest.mark.postgres
async def test_the_last_block_goes_to_the_first_of_two(postgres: str) -> None:
    await process().take("wx", RARE, 2, NOON)

    def call(count: int) -> Work:
        return lambda: process().take("wx", RARE, count, NOON)

    assert await overlapping(call(4), call(4)) == [(4, None), (1, MIDNIGHT)]


@pytest.mark.postgres
async def test_control_read_then_write_counts_too_few(postgres: str) -> None:
    await process().take("wx", RARE, 2, NOON)

    async def unguarded() -> object:
        row = await ApiQuota.get(api=RARE)
        if row.used + 4 > LIMITS[RARE]:
            return 0
        await ApiQuota.filter(id=row.id).update(used=row.used + 4)
        return 4

    assert await overlapping(unguarded, unguarded) == [4, 4]
    assert await used(RARE) == 6
