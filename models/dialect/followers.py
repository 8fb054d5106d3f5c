"""How a page of followers is stored: sets of rows, never one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from models.dialect.bulk import select
from models.dialect.journal import sqlite_time

_UNKNOWN = """
SELECT DISTINCT page.openid FROM {page}
WHERE NOT EXISTS (SELECT 1 FROM identity i WHERE i.app_id = $1 AND i.openid = page.openid)
"""
_MAKE_CUSTOMERS = """
INSERT INTO customer (created_at, name, gender, birthday, city, time_zone, phone_cipher)
SELECT {at_1}, '', '', '', '', '', '' FROM {count} RETURNING id
"""
_MAKE_IDENTITIES = """
INSERT INTO identity (app_id, openid, customer_id, created_at)
SELECT $1, pair.openid, pair.customer_id, {at_2} FROM {pairs} WHERE true
ON CONFLICT (app_id, openid) DO NOTHING RETURNING customer_id
"""
_DROP_SPARE = "DELETE FROM customer WHERE id IN ({ids}) RETURNING id"

# Whoever left after the page was read has left; whoever is known to follow already, follows. (A cross join keeps SQLite
# from going through the page once for each identity.)
_FOLLOW = """
INSERT INTO following (identity_id, since, source, open_slot)
SELECT i.id, {at_3}, {source_4}, i.id FROM {page} CROSS JOIN identity i
WHERE i.app_id = $1 AND i.openid = page.openid
  AND NOT EXISTS (SELECT 1 FROM following f WHERE f.identity_id = i.id AND f.until >= {at_3})
ON CONFLICT (open_slot) DO NOTHING RETURNING identity_id
"""
_KEEP = (
    "UPDATE following SET erase_due_at = NULL WHERE erase_due_at IS NOT NULL AND identity_id IN ({ids}) RETURNING id"
)

_DATE = """
UPDATE following SET since = pair.since FROM {dates} WHERE following.open_slot = pair.identity_id AND source = $2
RETURNING id
"""

_PLACE = re.compile(r"\$(\d)")
"""SQLite numbers its places ``?1``."""

_POSTGRES = {
    "page": "unnest($2::text[]) AS page(openid)",
    "pairs": (
        "(SELECT p ->> 0 AS openid, (p ->> 1)::bigint AS customer_id FROM jsonb_array_elements($3::jsonb) p) AS pair"
    ),
    "dates": (
        "(SELECT (p ->> 0)::bigint AS identity_id, (p ->> 1)::timestamptz AS since"
        " FROM jsonb_array_elements($1::jsonb) p) AS pair"
    ),
    "count": "generate_series(1, $2::int)",
    "source_4": "$4::text",
    "ids": "SELECT unnest($1::bigint[])",
    **{f"at_{number}": f"${number}::timestamptz" for number in (1, 2, 3)},
}
_SQLITE = {
    "page": "(SELECT value AS openid FROM json_each($2)) AS page",
    "pairs": (
        "(SELECT json_extract(value, '$[0]') AS openid, json_extract(value, '$[1]') AS customer_id"
        " FROM json_each($3)) AS pair"
    ),
    "dates": (
        "(SELECT json_extract(value, '$[0]') AS identity_id, json_extract(value, '$[1]') AS since"
        " FROM json_each($1)) AS pair"
    ),
    "count": "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) SELECT i FROM n)",
    "source_4": "$4",
    "ids": "SELECT value FROM json_each($1)",
    **{f"at_{number}": f"${number}" for number in (1, 2, 3)},
}


async def add_people(app_id: str, openids: Sequence[str], at: datetime) -> int:
    """Makes identity and customer for each openid not known yet; returns how many. In the caller's transaction."""
    # In one order everywhere, so that two who store the same people wait for each other and never in a circle.
    unknown = sorted(row["openid"] for row in await _fetch(_UNKNOWN, app_id, list(openids)))
    if not unknown:
        return 0
    customers = [row["id"] for row in await _fetch(_MAKE_CUSTOMERS, at, len(unknown))]
    pairs = json.dumps(list(zip(unknown, customers, strict=True)))
    made = await _fetch(_MAKE_IDENTITIES, app_id, at, pairs)
    used = {row["customer_id"] for row in made}
    # Another process met the same person at this moment: the customer made for them here stands for nobody.
    if spare := [customer for customer in customers if customer not in used]:
        await _fetch(_DROP_SPARE, spare)
    return len(used)


async def open_followings(app_id: str, openids: Sequence[str], at: datetime, source: str) -> int:
    """Opens a following for each who has none open, and cancels erasures that waited; returns how many were opened."""
    opened = await _fetch(_FOLLOW, app_id, list(openids), at, source)
    if opened:
        await _fetch(_KEEP, [row["identity_id"] for row in opened])
    return len(opened)


async def date_followings(since: Mapping[int, datetime], source: str) -> None:
    """Corrects the beginning of open followings of one source, by identity."""
    if since:
        pairs = [(identity_id, sqlite_time(date)) for identity_id, date in since.items()]
        await _fetch(_DATE, json.dumps(pairs), source)


async def _fetch(statement: str, *values: Any) -> list[dict[str, Any]]:
    """Runs one of the statements above."""
    return await select(statement.format_map(_POSTGRES), _PLACE.sub(r"?\1", statement.format_map(_SQLITE)), *values)
