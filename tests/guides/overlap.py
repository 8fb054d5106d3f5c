"""Forces two transactions to overlap on PostgreSQL, instead of hoping that they do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tortoise import Tortoise
from tortoise.transactions import in_transaction

Work = Callable[[], Awaitable[object]]


async def someone_waits_for_a_lock() -> None:
    """Returns once another connection to this database is blocked."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not await Tortoise.get_connection("default").execute_query_dict(waiting):
        await asyncio.sleep(0.01)


async def overlapping(first: Work, second: Work) -> list[object]:
    """Both in transactions of their own; the first commits only when the second is seen waiting for it."""
    has_begun, may_commit = asyncio.Event(), asyncio.Event()

    async def early() -> object:
        async with in_transaction():
            result = await first()
            has_begun.set()
            await may_commit.wait()
            return result

    async def late() -> object:
        await has_begun.wait()
        async with in_transaction():
            return await second()

    jobs = [asyncio.create_task(early()), asyncio.create_task(late())]
    await has_begun.wait()
    try:
        await asyncio.wait_for(someone_waits_for_a_lock(), 10)
    finally:
        may_commit.set()
    return list(await asyncio.gather(*jobs, return_exceptions=True))
