"""Puts rows into every table of a schema as it was read, whatever the models of today say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from models.database import connection
from models.dialect.bulk import is_postgres
from tests.models.introspection import Column, Table

ROWS = 3
START = datetime(2026, 1, 1, tzinfo=UTC)


async def fill(schema: dict[str, Table]) -> dict[str, int]:
    """Rows in every table, the tables they point to first; returns how many each has."""
    waiting = dict(schema)
    while waiting:
        ready = [name for name, table in waiting.items() if not _targets(table) & (waiting.keys() - {name})]
        assert ready, f"foreign keys in a circle: {sorted(waiting)}"
        for name in ready:
            for number in range(1, ROWS + 1):
                await _insert(name, waiting[name], number)
            del waiting[name]
    return dict.fromkeys(schema, ROWS)


async def read_rows(schema: dict[str, Table]) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in the columns of ``schema``."""
    rows = {}
    for name, table in schema.items():
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        found = await connection().execute_query_dict(f'SELECT {names} FROM "{name}" ORDER BY "{table.primary_key[0]}"')
        rows[name] = [dict(row) for row in found]
    return rows


def _targets(table: Table) -> set[str]:
    return {key.target.partition(".")[0] for key in table.foreign_keys}


async def _insert(name: str, table: Table, number: int) -> None:
    pointing = {key.column for key in table.foreign_keys}
    values = {c.name: number if c.name in pointing else _value(c, number) for c in table.columns}
    marks = [f"${n}" if is_postgres(connection()) else "?" for n in range(1, len(values) + 1)]
    names = ", ".join(f'"{column}"' for column in values)
    await connection().execute_query(
        f'INSERT INTO "{name}" ({names}) VALUES ({", ".join(marks)})', list(values.values())
    )


def _value(column: Column, number: int) -> Any:
    kind = column.type.lower()
    if "json" in kind:
        return json.dumps({"n": number})
    if kind == "date":
        return (START + timedelta(days=number)).date()
    if "time" in kind:
        return START + timedelta(hours=number)
    if "bool" in kind:
        return number % 2 == 0
    if "int" in kind:
        return number
    if kind in ("real", "double precision"):
        return number / 4
    return f"v{number}"
