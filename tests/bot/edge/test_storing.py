"""The desk knows whether pushes can be stored at present, so that readiness can say so."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.edge.desk import NOT_STORING_S, Desk
from customers.journal import Journal
from models.database import close_database, connection, open_database
from models.dialect.journal import JournalTable, Row
from models.dialect.open_journal import open_journal
from tests.bot.edge.conftest import SHOP, House, open_edge, push
from tests.databases import copy_of


class FullDisk:
    """A journal table that stores nothing while ``is_full``."""

    def __init__(self, table: JournalTable) -> None:
        self._table = table
        self.is_full = False

    async def insert(self, rows: Sequence[Row]) -> int:
        if self.is_full:
            raise sqlite3.OperationalError("database or disk is full")
        return await self._table.insert(rows)

    async def close(self) -> None:
        await self._table.close()


@pytest.fixture
async def edge(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[tuple[House, FullDisk]]:
    url = copy_of(migrated_sqlite, tmp_path)
    await open_database(url)
    house = await open_edge(url)
    disk = FullDisk(open_journal(url))
    replies = house.journal._replies
    await house.desk.stop(1)
    house.desk = Desk(Journal(disk, {"shop": SHOP}, replies), house.desk._router)
    house.desk.start()
    yield house, disk
    await house.desk.stop(1)
    await disk.close()
    await house.table.close()
    await close_database()


async def test_an_answer_that_cannot_be_stored_says_so_until_one_is(edge: tuple[House, FullDisk]) -> None:
    house, disk = edge
    assert house.desk.is_storing
    disk.is_full = True
    with pytest.raises(sqlite3.OperationalError):
        await house.say("hello", number=1)
    assert not house.desk.is_storing
    disk.is_full = False
    await house.say("hello", number=1)
    assert house.desk.is_storing


async def test_a_change_that_cannot_be_stored_says_so_until_one_is(edge: tuple[House, FullDisk]) -> None:
    house, _ = edge
    await connection().execute_query("PRAGMA query_only = ON")
    with pytest.raises(Exception, match="readonly"):
        await house.say("write x", number=1)
    assert not house.desk.is_storing
    await connection().execute_query("PRAGMA query_only = OFF")
    await house.say("write x", number=1)
    assert house.desk.is_storing


async def test_without_traffic_a_failure_is_forgotten_after_a_while(
    edge: tuple[House, FullDisk], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, disk = edge
    disk.is_full = True
    with pytest.raises(sqlite3.OperationalError):
        await house.say("hello")
    assert not house.desk.is_storing
    loop = asyncio.get_running_loop()
    for later_s, is_storing in ((NOT_STORING_S - 1, False), (NOT_STORING_S + 1, True)):
        moment = loop.time() + later_s
        with monkeypatch.context() as clock:
            clock.setattr(loop, "time", lambda moment=moment: moment)
            assert house.desk.is_storing is is_storing


async def test_a_handlers_bug_is_no_trouble_with_storing(edge: tuple[House, FullDisk]) -> None:
    house, _ = edge
    await house.desk.take(push("broken", number=1))
    assert house.desk.handler_errors == 1
    assert house.desk.is_storing
