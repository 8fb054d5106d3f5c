"""Ready means that pushes can be stored: a database that can only be read is not enough."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from models.database import connection
from models.dialect.bulk import is_postgres
from tests.api.house import Desk, House, open_house

_FULL = """
CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON revision FOR EACH ROW EXECUTE FUNCTION disk_is_full();
"""


@asynccontextmanager
async def nothing_can_be_written() -> AsyncIterator[None]:
    begin, end = ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
    if is_postgres(connection()):
        begin, end = _FULL, "DROP FUNCTION disk_is_full() CASCADE"
    await connection().execute_script(begin)
    try:
        yield
    finally:
        await connection().execute_script(end)


async def test_while_nothing_can_be_written_it_is_not_ready_and_then_again(house: House) -> None:
    async with nothing_can_be_written():
        status, body, _ = await house.get("/health/ready")
        told = json.loads(body)
        assert (status, told["status"]) == (503, "not_ready")
        assert (told["parts"]["database"], told["parts"]["migrations"]) == ("ok", "ok")
        assert (
            told["parts"]["writes"] == f"away ({'DiskFullError' if is_postgres(connection()) else 'OperationalError'})"
        )
    assert (await house.get("/health/ready"))[0] == 200


async def test_while_pushes_are_not_stored_it_is_not_ready(database: str) -> None:
    desk = Desk(is_storing=False)
    async with open_house(desk) as house:
        status, body, _ = await house.get("/health/ready")
        assert (status, json.loads(body)["parts"]["writes"]) == (503, "failing: pushes are not stored")
        desk.is_storing = True
        assert (await house.get("/health/ready"))[0] == 200
