"""One holder at a time, a growing fence, nothing lost between two who ask at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from models import Lease
from models.leases import is_held, new_holder, release, renew, take

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


async def test_ten_who_ask_at_once_for_a_new_lease_are_one_holder(database: str) -> None:
    fences = await asyncio.gather(*(take("job", f"h{number}", 10, AT) for number in range(10)))
    assert sorted(fence for fence in fences if fence is not None) == [1]


async def test_ten_who_ask_at_once_for_an_ended_lease_are_one_holder(database: str) -> None:
    await take("job", "old", 10, AT)
    fences = await asyncio.gather(*(take("job", f"h{number}", 10, later(10)) for number in range(10)))
    assert [fence for fence in fences if fence is not None] == [2]


async def test_living_lease_is_given_to_nobody_not_even_its_holder(database: str) -> None:
    assert await take("job", "h1", 10, AT) == 1
    assert await take("job", "h1", 10, later(9)) is None
    assert await take("job", "h2", 10, later(9)) is None


async def test_renewed_lease_lasts_longer(database: str) -> None:
    await take("job", "h1", 10, AT)
    assert await renew("job", "h1", 1, 10, later(9))
    assert await take("job", "h2", 10, later(18)) is None
    assert await take("job", "h2", 10, later(19)) == 2


async def test_lease_that_was_taken_over_is_neither_renewed_nor_released_nor_held(database: str) -> None:
    await take("job", "h1", 10, AT)
    await take("job", "h2", 10, later(10))
    assert not await renew("job", "h1", 1, 10, later(11))
    await release("job", "h1", 1, later(11))
    assert await take("job", "h3", 10, later(12)) is None
    async with in_transaction():
        assert not await is_held("job", "h1", 1)
        assert await is_held("job", "h2", 2)


async def test_same_holder_with_an_older_fence_is_not_the_holder(database: str) -> None:
    await take("job", "h1", 10, AT)
    await take("job", "h1", 10, later(10))
    assert not await renew("job", "h1", 1, 10, later(11))
    assert await renew("job", "h1", 2, 10, later(11))


async def test_released_lease_is_free_at_once(database: str) -> None:
    await take("job", "h1", 10, AT)
    await release("job", "h1", 1, later(1))
    assert await take("job", "h2", 10, later(1)) == 2
    assert await Lease.all().count() == 1


def test_holders_are_never_alike() -> None:
    holders = {new_holder() for _ in range(1000)}
    assert len(holders) == 1000 and max(map(len, holders)) <= 64
