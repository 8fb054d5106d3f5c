"""Makes identities so that two processes that meet one person at once make one."""

from __future__ import annotations

from datetime import datetime

from models.dialect.bulk import current, is_postgres

_INSERT = (
    "INSERT INTO identity (app_id, openid, unionid, customer_id, created_at) VALUES ({})"
    " ON CONFLICT (app_id, openid) DO NOTHING RETURNING id"
)
_POSTGRES = _INSERT.format("$1, $2, $3, $4, $5")
_SQLITE = _INSERT.format("?, ?, ?, ?, ?")


async def make_identity(app_id: str, openid: str, unionid: str | None, customer_id: int, at: datetime) -> int | None:
    """The new identity's id, or None where somebody else has made it (waited for, and committed)."""
    db = current()
    insert = _POSTGRES if is_postgres(db) else _SQLITE
    rows = await db.execute_query_dict(insert, [app_id, openid, unionid, customer_id, at])
    return int(rows[0]["id"]) if rows else None
