"""How delivery rows are planned and claimed: PostgreSQL skips rows others hold, SQLite guards by a condition."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.dialect.bulk import current, is_postgres, select

_POSTGRES_PLAN = """
INSERT INTO delivery (occurrence, customer_id, identity_id, interaction_id, app_id, channel, options, contact_class,
                      state, reason, created_at, due_at, expires_at, claimed_by, fence, attempts, wechat_id, taken,
                      trail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'planned', '', $9, $10, $11, '', 0, 0, '', '{}', $12)
ON CONFLICT (occurrence, customer_id) DO NOTHING
RETURNING id
"""
_SQLITE_PLAN = _POSTGRES_PLAN.replace("$", "?")

# The oldest unfinished row of each person only: one person's messages leave in order and one at a time. A row put off
# to later does not hold up the ones after it, but waits for one of them that is being sent. $2: the accounts that
# pause. (Not ordered by id as well: a whole campaign is due at one moment, and would be sorted at each claim.)
_DUE = """
SELECT d.id FROM delivery d
WHERE d.state = 'planned' AND d.due_at <= $1 AND {not_paused} AND NOT EXISTS (
  SELECT 1 FROM delivery other
  WHERE other.identity_id = d.identity_id AND other.id <> d.id
    AND (other.state = 'claimed' OR (other.state = 'planned' AND other.id < d.id AND other.due_at <= $1)))
ORDER BY d.due_at LIMIT $3
"""

_POSTGRES_CLAIM = f"""
WITH due AS MATERIALIZED ({_DUE.format(not_paused="d.app_id <> ALL($2::text[])")} FOR UPDATE OF d SKIP LOCKED)
UPDATE delivery SET state = 'claimed', claimed_by = $4, lease_until = $5, fence = fence + 1
FROM due WHERE delivery.id = due.id
RETURNING delivery.id
"""

_SQLITE_DUE = _DUE.format(not_paused="d.app_id NOT IN (SELECT value FROM json_each($2))").replace("$", "?")
# The plus keeps SQLite from looking for the ids among all planned rows.
_SQLITE_CLAIM = """
UPDATE delivery SET state = 'claimed', claimed_by = ?2, lease_until = ?3, fence = fence + 1
WHERE id IN (SELECT value FROM json_each(?1)) AND +state = 'planned'
RETURNING id
"""


async def insert_planned(
    occurrence: str,
    customer_id: int,
    identity_id: int,
    interaction_id: int | None,
    app_id: str,
    channel: str,
    options: list[dict[str, Any]],
    contact_class: str,
    created_at: datetime,
    due_at: datetime,
    expires_at: datetime,
    trail: list[dict[str, Any]],
) -> bool:
    """True if the row is new; a row of the same occurrence and customer stays as it is."""
    rows = await select(
        _POSTGRES_PLAN,
        _SQLITE_PLAN,
        occurrence,
        customer_id,
        identity_id,
        interaction_id,
        app_id,
        channel,
        json.dumps(options, ensure_ascii=False),
        contact_class,
        created_at,
        due_at,
        expires_at,
        json.dumps(trail, ensure_ascii=False),
    )
    return bool(rows)


async def claim_due(
    at: datetime, holder: str, lease_until: datetime, limit: int, paused: Sequence[str]
) -> Sequence[int]:
    """The ids of up to ``limit`` due rows that are now this holder's, each with a new fence."""
    db = current()
    if is_postgres(db):
        rows = await db.execute_query_dict(_POSTGRES_CLAIM, [at, list(paused), limit, holder, lease_until])
        return [row["id"] for row in rows]
    due = await db.execute_query_dict(_SQLITE_DUE, [at, json.dumps(list(paused)), limit])
    if not due:
        return []  # looked first: the change below waits for the one writer of the file
    ids = json.dumps([row["id"] for row in due])
    rows = await db.execute_query_dict(_SQLITE_CLAIM, [ids, holder, lease_until])
    return [row["id"] for row in rows]
