"""Replaces all rows of some people by others and touches only those that differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson

from models.dialect.bulk import Columns, execute, insert_rows, select

_TOLD_OTHERWISE = frozenset({"jsonb", "timestamptz"})
"""Kinds of column a database does not give back letter by letter."""


async def replace_rows(
    table: str, columns: Columns, rows: Sequence[tuple[Any, ...]], identity_ids: Collection[int]
) -> None:
    """Afterwards ``table`` holds ``rows``, in the order of ``columns``, and no others of these identities."""
    names = ", ".join(f'"{name}"' for name in columns)
    stored = await select(
        f'SELECT id, {names} FROM "{table}" WHERE identity_id = ANY($1::bigint[])',
        f'SELECT id, {names} FROM "{table}" WHERE identity_id IN (SELECT value FROM json_each(?))',
        list(identity_ids),
    )
    told = [(place, kind) for place, kind in enumerate(columns.values()) if kind in _TOLD_OTHERWISE]
    wanted = {_comparable(row, told): row for row in rows}
    stale = [
        row["id"] for row in stored if wanted.pop(_comparable([row[name] for name in columns], told), None) is None
    ]
    if stale:
        await execute(
            f'DELETE FROM "{table}" WHERE id = ANY($1::bigint[])',
            f'DELETE FROM "{table}" WHERE id IN (SELECT value FROM json_each(?))',
            stale,
        )
    await insert_rows(table, columns, list(wanted.values()), "ON CONFLICT DO NOTHING")


def _comparable(row: Sequence[Any], told: Iterable[tuple[int, str]]) -> tuple[Any, ...]:
    """A row as it is equal to itself read back: JSON without its spaces and order, moments as moments."""
    values = list(row)
    for place, kind in told:
        value = values[place]
        if kind == "jsonb":
            values[place] = orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS)
        elif isinstance(value, str):
            values[place] = datetime.fromisoformat(value)
    return tuple(values)
