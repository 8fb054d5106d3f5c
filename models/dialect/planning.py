"""How a batch of an audience becomes delivery rows, and how the fire of a schedule is noted: each in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson

from models.dialect.bulk import current, execute, is_postgres, select


class DecidedRow(NamedTuple):
    """A person's row with its first decision; ``options`` and ``trail`` are JSON text."""

    occurrence: str
    identity_id: int
    app_id: str
    channel: str
    options: str
    contact_class: str
    state: str
    reason: str
    due_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    trail: str


class Inserted(NamedTuple):
    """A row that is new."""

    id: int
    occurrence: str
    customer_id: int
    identity_id: int
    state: str


_INSERT = """
INSERT INTO delivery (occurrence, customer_id, identity_id, app_id, channel, options, contact_class, state, reason,
                      created_at, due_at, expires_at, closed_at, trail, claimed_by, fence, attempts, wechat_id, taken)
"""
_END = """
ON CONFLICT (occurrence, customer_id) DO NOTHING
RETURNING id, occurrence, customer_id, identity_id, state
"""
# The customer is who the identity belongs to now: two customers may have been merged since the audience was read.
_POSTGRES = f"""{_INSERT}
SELECT u.occurrence, i.customer_id, u.identity_id, u.app_id, u.channel, u.options::jsonb, u.contact_class, u.state,
       u.reason, $13, u.due_at, u.expires_at, u.closed_at, u.trail::jsonb, '', 0, 0, '', '{{}}'
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::text[])
     AS u(occurrence, identity_id, app_id, channel, options, contact_class, state, reason, due_at, expires_at,
          closed_at, trail)
JOIN identity i ON i.id = u.identity_id
{_END}"""
_SQLITE = f"""{_INSERT}
SELECT json_extract(u.value, '$[0]'), i.customer_id, i.id, json_extract(u.value, '$[2]'),
       json_extract(u.value, '$[3]'), json_extract(u.value, '$[4]'), json_extract(u.value, '$[5]'),
       json_extract(u.value, '$[6]'), json_extract(u.value, '$[7]'), ?2, json_extract(u.value, '$[8]'),
       json_extract(u.value, '$[9]'), json_extract(u.value, '$[10]'), json_extract(u.value, '$[11]'),
       '', 0, 0, '', '{{}}'
FROM json_each(?1) u JOIN identity i ON i.id = json_extract(u.value, '$[1]')
WHERE true
{_END}"""


async def insert_decided(rows: Sequence[DecidedRow], at: datetime) -> list[Inserted]:
    """Stores a batch; rows whose occurrence and customer are there already stay as they are. Returns the new ones."""
    if not rows:
        return []
    db = current()
    if is_postgres(db):
        columns = [list(column) for column in zip(*rows, strict=True)]
        found = await db.execute_query_dict(_POSTGRES, [*columns, at])
    else:
        plain = [[_sqlite_value(value) for value in row] for row in rows]
        found = await db.execute_query_dict(_SQLITE, [orjson.dumps(plain).decode(), at])
    return [Inserted(**row) for row in found]


async def plan_again(ids: Sequence[int]) -> None:
    """Rows that were to end with this batch are left to the workers after all."""
    await execute(
        "UPDATE delivery SET state = 'planned', closed_at = NULL WHERE id = ANY($1::bigint[])",
        "UPDATE delivery SET state = 'planned', closed_at = NULL WHERE id IN (SELECT value FROM json_each(?))",
        list(ids),
    )


_NOTE = (
    "INSERT INTO occurrence (schedule, fire_at, state, reason, created_at, created_by, closed_at, cursor, planned,"
    " refused) VALUES ({}, 0, 0, 0) ON CONFLICT (schedule, fire_at) DO NOTHING RETURNING id"
)


async def insert_occurrence(
    schedule: str,
    fire_at: datetime,
    state: str,
    reason: str,
    created_at: datetime,
    created_by: str,
    closed_at: datetime | None,
) -> int | None:
    """The id of the new row; None where this fire was noted before."""
    rows = await select(
        _NOTE.format("$1, $2, $3, $4, $5, $6, $7"),
        _NOTE.format("?, ?, ?, ?, ?, ?, ?"),
        *(schedule, fire_at.astimezone(UTC), state, reason, created_at, created_by, closed_at),
    )
    return int(rows[0]["id"]) if rows else None


_ADVANCE = (
    "UPDATE occurrence SET cursor = CASE WHEN cursor < {0}2 THEN {0}2 ELSE cursor END, planned = planned + {0}3,"
    " refused = refused + {0}4 WHERE id = {0}1 AND state = 'open'"
)


async def advance_occurrence(occurrence_id: int, cursor: int, planned: int, refused: int) -> bool:
    """Adds a batch; the cursor never goes back. False where the occurrence is not open any more."""
    return await execute(_ADVANCE.format("$"), _ADVANCE.format("?"), occurrence_id, cursor, planned, refused) == 1


def _sqlite_value(value: Any) -> Any:
    """SQLite keeps times as the ORM writes them."""
    return value.astimezone(UTC).isoformat(" ") if isinstance(value, datetime) else value
