"""A database that is in use survives every migration with every row."""

from __future__ import annotations

from pathlib import Path

from tortoise.migrations.api import migrate as migrate_to

import models.migrations
from models.database import close_database, config, migrate, open_database
from tests.models.filling import ROWS, fill, read_rows
from tests.models.introspection import read_schema

STEPS = sorted(path.stem for path in Path(models.migrations.__file__).parent.glob("[0-9]*.py"))


async def test_every_row_survives_from_each_migration_to_the_newest(database_url: str) -> None:
    """Filled as the first migration leaves it, then again after each further one."""
    survivors: dict[str, list[dict[str, object]]] = {}
    for number, step in enumerate(STEPS):
        await migrate_to(config=config(database_url), target=f"models.{step}")
        await close_database()
        await open_database(database_url)
        schema = await read_schema()
        if number == 0:
            assert await fill(schema) == dict.fromkeys(schema, ROWS)
            survivors = await read_rows(schema)
            first_schema = schema
        found = await read_rows({name: table for name, table in first_schema.items() if name in schema})
        assert found == {name: survivors[name] for name in found}
        await close_database()
    await migrate(database_url)
    await open_database(database_url)
    assert await read_rows(first_schema) == survivors
    assert all(len(rows) == ROWS for rows in survivors.values())
    assert {"interaction", "customer", "identity", "delivery", "tag_evidence", "binding"} <= survivors.keys()
    await close_database()
