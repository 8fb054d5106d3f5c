"""A database that goes away for a moment costs the transactions under way and nothing after them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from core.clock import now
from models import Audit
from models.database import close_database, connection, migrate, open_database
from models.outage import is_outage
from tests.services import _query, _run

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
ORPHAN = "INSERT INTO customer_merge (kept_id, folded_id, evidence, at) VALUES (9, 8, '', '')"


async def _note(action: str) -> None:
    await Audit.create(at=now(), actor="t", action=action, subject="x", detail={})


async def test_postgres_transactions_that_cannot_begin_give_their_connection_back(postgres_url: str) -> None:
    await migrate(postgres_url)
    await open_database(postgres_url, pool_size=2)
    try:
        for _ in range(6):
            _run(_query(postgres_url, CUT))  # blocks this loop, so that nobody here has heard of it yet
            with suppress(Exception):
                await _noted("lost or not")
        async with asyncio.timeout(5):
            while not await _is_noted("after"):  # the pool's other connection may not have heard of the cut yet
                await asyncio.sleep(0.01)
        assert await Audit.filter(action="after").count() == 1
    finally:
        await close_database()


@pytest.fixture
async def sqlite_path(tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "zhiji.db"
    await migrate(f"sqlite:///{path}")
    await open_database(f"sqlite:///{path}")
    yield path
    await close_database()


async def test_sqlite_transaction_given_up_while_it_begins_is_undone(sqlite_path: Path) -> None:
    other = sqlite3.connect(sqlite_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    given_up = asyncio.create_task(_noted("given up"))
    await asyncio.sleep(0.1)  # it waits for the lock in the connection's thread
    given_up.cancel()
    with suppress(asyncio.CancelledError):
        await given_up
    other.execute("ROLLBACK")
    async with asyncio.timeout(5):
        await _noted("after")
        await _note("alone")
    actions = [row[0] for row in other.execute("SELECT action FROM audit ORDER BY id")]
    other.close()
    assert actions == ["after", "alone"]


async def test_sqlite_transaction_given_up_in_line_leaves_the_one_before_it_alone(sqlite_path: Path) -> None:
    is_holding, may_end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with in_transaction():
            await _note("first")
            is_holding.set()
            await may_end.wait()
            await _note("still first")

    holder = asyncio.create_task(hold())
    await is_holding.wait()
    given_up, third = asyncio.create_task(_noted("given up")), asyncio.create_task(_noted("third"))
    await asyncio.sleep(0.05)
    given_up.cancel()
    await asyncio.sleep(0.05)
    may_end.set()
    await asyncio.gather(holder, third)
    assert await Audit.all().order_by("id").values_list("action", flat=True) == ["first", "still first", "third"]


async def test_sqlite_transaction_that_cannot_be_committed_does_not_stay_open(sqlite_path: Path) -> None:
    with pytest.raises(IntegrityError):
        async with in_transaction() as transaction:
            await transaction.execute_query("PRAGMA defer_foreign_keys = ON")
            await transaction.execute_query(ORPHAN)
    await _note("alone")
    async with asyncio.timeout(5):
        await _noted("after")
    assert await Audit.all().order_by("id").values_list("action", flat=True) == ["alone", "after"]
    assert await connection().execute_query_dict("SELECT count(*) AS n FROM customer_merge") == [{"n": 0}]


async def _noted(action: str) -> None:
    async with in_transaction():
        await _note(action)


async def _is_noted(action: str) -> bool:
    try:
        await _noted(action)
    except Exception as error:
        assert is_outage(error)
        return False
    return True
