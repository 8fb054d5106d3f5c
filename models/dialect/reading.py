"""Reads of the reply path in one statement each: what a customer asks for every day must not cost ten of an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.dialect.bulk import current, is_postgres

_GUIDE = """
SELECT b.since, b.protected_until, b.reason, g.code, g.name, s.code AS store_code, s.name AS store_name,
       s.phone AS store_phone, s.address AS store_address
FROM identity i
JOIN binding b ON b.primary_slot = i.customer_id
JOIN staff g ON g.id = b.guide_id AND g.left_at IS NULL
LEFT JOIN store s ON s.id = b.store_id
WHERE i.app_id = $1 AND i.openid = $2
"""

_WHEREABOUTS = """
SELECT c.city, p.latitude, p.longitude, p.crs, p.accuracy_m, p.source, p.captured_at
FROM identity i
JOIN customer c ON c.id = i.customer_id
LEFT JOIN place p ON p.customer_id = c.id AND p.expires_at > $3
WHERE i.app_id = $1 AND i.openid = $2
"""


async def find_guide_row(app_id: str, openid: str) -> dict[str, Any] | None:
    """The guide who serves this person now, with their store; None where nobody does."""
    row = await _one(_GUIDE, [app_id, openid])
    if row is not None:
        row["since"], row["protected_until"] = _time(row["since"]), _time(row["protected_until"])
    return row


async def find_whereabouts_row(app_id: str, openid: str, now: datetime) -> dict[str, Any] | None:
    """A person's city and, while it lasts, the coarse place kept of them (``latitude`` None where there is none)."""
    row = await _one(_WHEREABOUTS, [app_id, openid, now])
    if row is not None:
        row["captured_at"] = _time(row["captured_at"])
    return row


async def find_newest(app_id: str, openid: str) -> int | None:
    """The person's newest row, 0 for none. None on SQLite, whose one process keeps everyone in order by itself."""
    db = current()
    if not is_postgres(db):
        return None
    rows = await db.execute_query_dict(
        "SELECT coalesce(max(j.id), 0) AS newest FROM interaction j JOIN identity i ON i.id = j.identity_id"
        " WHERE i.app_id = $1 AND i.openid = $2",
        [app_id, openid],
    )
    return int(rows[0]["newest"])


async def _one(statement: str, values: list[Any]) -> dict[str, Any] | None:
    db = current()
    if not is_postgres(db):
        order = sorted(range(1, len(values) + 1), key=lambda number: statement.index(f"${number}"))
        for number in order:
            statement = statement.replace(f"${number}", "?")
        values = [_text(values[number - 1]) for number in order]
    rows = await db.execute_query_dict(statement, values)
    return dict(rows[0]) if rows else None


def _text(value: Any) -> Any:
    """SQLite keeps times as the ORM writes them."""
    return value.isoformat(" ") if isinstance(value, datetime) else value


def _time(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
