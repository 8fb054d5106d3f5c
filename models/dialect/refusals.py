"""Refused calls by reason: the answers stored under idempotency keys, counted where they lie."""

from __future__ import annotations

from models.dialect.bulk import select


async def count_refused() -> dict[str, int]:
    """How many stored calls were refused, by reason, the most frequent first. Reads the whole table."""
    rows = await select(
        "SELECT answer->>'refused' AS reason, count(*) AS calls FROM coupon_call"
        " WHERE answer->>'refused' IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
        "SELECT json_extract(answer, '$.refused') AS reason, count(*) AS calls FROM coupon_call"
        " WHERE json_extract(answer, '$.refused') IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1",
    )
    return {row["reason"]: row["calls"] for row in rows}
