"""How claimed deliveries start and go on: one statement a batch on PostgreSQL, one a row on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from models.dialect.bulk import current, is_postgres


class RowStart(NamedTuple):
    """A row about to be sent: by which channel, what was taken for it, and its trail so far."""

    id: int
    fence: int
    channel: str
    taken: dict[str, Any]
    trail: list[dict[str, Any]]


class RowChange(NamedTuple):
    """How a row goes on. ``due_at``, ``options`` and ``channel`` are None where they stay as they are."""

    id: int
    fence: int
    state: str
    reason: str
    due_at: datetime | None
    closed_at: datetime | None
    is_unsent: bool
    wechat_id: str
    options: list[dict[str, Any]] | None
    channel: str | None
    trail: list[dict[str, Any]]


_POSTGRES_START = """
UPDATE delivery d SET started_at = coalesce(d.started_at, $6), attempts = d.attempts + 1, lease_until = $7,
  channel = u.channel, taken = u.taken, trail = u.trail
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[]) AS u(id, fence, channel, taken, trail)
WHERE d.id = u.id AND d.fence = u.fence AND d.state = 'claimed'
RETURNING d.id
"""
_SQLITE_START = """
UPDATE delivery SET started_at = coalesce(started_at, ?6), attempts = attempts + 1, lease_until = ?7,
  channel = ?3, taken = ?4, trail = ?5
WHERE id = ?1 AND fence = ?2 AND state = 'claimed'
RETURNING id
"""

_POSTGRES_CHANGE = """
UPDATE delivery d SET state = u.state, reason = u.reason, due_at = coalesce(u.due_at, d.due_at),
  closed_at = u.closed_at, claimed_by = CASE WHEN u.state = 'planned' THEN '' ELSE d.claimed_by END,
  lease_until = NULL, started_at = CASE WHEN u.is_unsent THEN NULL ELSE d.started_at END,
  taken = CASE WHEN u.is_unsent THEN '{}'::jsonb ELSE d.taken END, wechat_id = u.wechat_id,
  options = coalesce(u.options, d.options), channel = coalesce(u.channel, d.channel), trail = u.trail
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bool[],
            $8::text[], $9::jsonb[], $10::text[], $11::jsonb[])
  AS u(id, fence, state, reason, due_at, closed_at, is_unsent, wechat_id, options, channel, trail)
WHERE d.id = u.id AND d.fence = u.fence AND d.state = 'claimed'
RETURNING d.id
"""
_SQLITE_CHANGE = """
UPDATE delivery SET state = ?3, reason = ?4, due_at = coalesce(?5, due_at), closed_at = ?6,
  claimed_by = CASE WHEN ?3 = 'planned' THEN '' ELSE claimed_by END, lease_until = NULL,
  started_at = CASE WHEN ?7 THEN NULL ELSE started_at END, taken = CASE WHEN ?7 THEN '{}' ELSE taken END,
  wechat_id = ?8, options = coalesce(?9, options), channel = coalesce(?10, channel), trail = ?11
WHERE id = ?1 AND fence = ?2 AND state = 'claimed'
RETURNING id
"""


async def start_rows(starts: Sequence[RowStart], at: datetime, lease_until: datetime) -> set[int]:
    """Marks claimed rows as begun to be sent; the ids of those that were still their claim's."""
    return await _each(_POSTGRES_START, _SQLITE_START, [_plain(start) for start in starts], at, lease_until)


async def change_rows(changes: Sequence[RowChange]) -> set[int]:
    """Ends claimed rows or plans them again; the ids of those that were still their claim's."""
    return await _each(_POSTGRES_CHANGE, _SQLITE_CHANGE, [_plain(change) for change in changes])


async def _each(postgres: str, sqlite: str, rows: Sequence[Sequence[Any]], *shared: Any) -> set[int]:
    if not rows:
        return set()
    db = current()
    if is_postgres(db):
        columns = [list(column) for column in zip(*rows, strict=True)]
        return {row["id"] for row in await db.execute_query_dict(postgres, [*columns, *shared])}
    done: set[int] = set()
    for values in rows:
        done.update(row["id"] for row in await db.execute_query_dict(sqlite, [*values, *shared]))
    return done


def _plain(row: tuple[Any, ...]) -> list[Any]:
    return [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in row]
