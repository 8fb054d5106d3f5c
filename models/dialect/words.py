"""Reads what customers said in a period, whoever said it, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import select


class Spoken(NamedTuple):
    """A journal row in a customer's own words."""

    id: int
    customer_id: int
    kind: str
    fields: dict[str, Any]


async def list_spoken(
    kinds: Collection[str], since: datetime, until: datetime, after_id: int, limit: int
) -> list[Spoken]:
    """Rows of these kinds from ``since`` until before ``until`` (UTC) with ids above ``after_id``, in order of id."""
    rows = await select(
        "SELECT j.id, i.customer_id, j.kind, j.fields FROM interaction j JOIN identity i ON i.id = j.identity_id"
        " WHERE j.id > $4 AND j.kind = ANY($1::text[]) AND j.occurred_at >= $2 AND j.occurred_at < $3"
        " ORDER BY j.id LIMIT $5",
        "SELECT j.id, i.customer_id, j.kind, j.fields FROM interaction j JOIN identity i ON i.id = j.identity_id"
        " WHERE j.id > ?4 AND j.kind IN (SELECT value FROM json_each(?1)) AND j.occurred_at >= ?2"
        " AND j.occurred_at < ?3 ORDER BY j.id LIMIT ?5",
        list(kinds),
        since,
        until,
        after_id,
        limit,
    )
    return [Spoken(row["id"], row["customer_id"], row["kind"], _fields(row["fields"])) for row in rows]


def _fields(stored: Any) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(stored) if isinstance(stored, str) else stored
    return fields
