"""Many rows in one statement: ``unnest`` on PostgreSQL, ``executemany`` on SQLite."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from models.database import connection

Columns = Mapping[str, str]
"""Column names with PostgreSQL's types."""


current = connection
"""The open database, or the transaction the caller is in."""


def is_postgres(db: BaseDBAsyncClient) -> bool:
    return db.capabilities.dialect == "postgres"


async def insert_rows(table: str, columns: Columns, rows: Sequence[Sequence[Any]], on_conflict: str = "") -> None:
    """Insert rows given in the order of ``columns``; no two may meet in one conflict."""
    if not rows:
        return
    db = current()
    names = ", ".join(f'"{name}"' for name in columns)
    if is_postgres(db):
        arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(columns.values(), 1))
        insert = f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({arrays}) {on_conflict}'
        await db.execute_query(insert, [list(column) for column in zip(*rows, strict=True)])
    else:
        marks = ", ".join("?" * len(columns))
        insert = f'INSERT INTO "{table}" ({names}) VALUES ({marks}) {on_conflict}'
        await db.execute_many(insert, [[sqlite_value(value) for value in row] for row in rows])


async def select(postgres: str, sqlite: str, *values: Any) -> list[dict[str, Any]]:
    """Rows of a query written for each database; lists become arrays on PostgreSQL and JSON on SQLite."""
    db = current()
    if is_postgres(db):
        return await db.execute_query_dict(postgres, list(values))
    return await db.execute_query_dict(sqlite, [sqlite_value(value) for value in values])


async def execute(postgres: str, sqlite: str, *values: Any) -> int:
    """Runs a statement written for each database; returns how many rows it touched."""
    db = current()
    if is_postgres(db):
        return (await db.execute_query(postgres, list(values)))[0]
    return (await db.execute_query(sqlite, [sqlite_value(value) for value in values]))[0]


def sqlite_value(value: Any) -> Any:
    """A list as JSON; a time in UTC, as the ORM writes it: SQLite compares times as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, Collection) and not isinstance(value, str | bytes):
        return json.dumps(list(value))
    return value
