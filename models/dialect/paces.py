"""Paces: what scenes and stores gave and took lately, their rows held while they are counted."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import execute, insert_rows, select


class HeldPace(NamedTuple):
    """A scene or a store, its row locked until the transaction ends: copies by unix second, and a colleague's lift."""

    word: str
    recent: dict[int, int]
    lifted_until: datetime | None


class RefusedRow(NamedTuple):
    """Refusals of one code: of one person, or of one scene or store (then from ``people`` persons)."""

    code: str
    customer_id: int | None
    scene: str | None
    store: str | None
    times: int
    people: int
    last_at: datetime


# The insert makes missing rows and locks those that are there, in the order of the words.
_HOLD = """
ON CONFLICT (word) DO UPDATE SET word = EXCLUDED.word RETURNING word, recent, lifted_until
"""


async def hold_paces(words: Collection[str]) -> list[HeldPace]:
    """The paces of these words, made where missing, held by the caller's transaction."""
    rows = await select(
        f"INSERT INTO coupon_pace (word, recent) SELECT word, '{{}}'::jsonb FROM unnest($1::text[]) AS word {_HOLD}",
        f"INSERT INTO coupon_pace (word, recent) SELECT value, '{{}}' FROM json_each(?) WHERE true {_HOLD}",
        sorted(words),
    )
    return [HeldPace(row["word"], _recent(row["recent"]), _time(row["lifted_until"])) for row in rows]


async def write_paces(recent: Mapping[str, Mapping[int, int]]) -> None:
    """Stores what held words gave and took lately."""
    rows = [(word, json.dumps(counts)) for word, counts in recent.items()]
    await insert_rows(
        "coupon_pace", {"word": "text", "recent": "jsonb"}, rows,
        "ON CONFLICT (word) DO UPDATE SET recent = EXCLUDED.recent",
    )  # fmt: skip


async def lift_paces(words: Collection[str], until: datetime) -> None:
    """No limit holds for these words until then."""
    await execute(
        "UPDATE coupon_pace SET lifted_until = $2 WHERE word = ANY($1::text[])",
        "UPDATE coupon_pace SET lifted_until = ?2 WHERE word IN (SELECT value FROM json_each(?1))",
        list(words),
        until,
    )


_POSTGRES_REFUSED = """
SELECT answer->>'refused' AS code,
  CASE WHEN answer->>'refused' IN ('scene_too_fast', 'store_too_fast') THEN NULL ELSE customer_id END AS customer_id,
  answer->'figures'->>'scene' AS scene, answer->'figures'->>'store_code' AS store,
  count(*) AS times, count(DISTINCT customer_id) AS people, max(at) AS last_at
FROM coupon_call WHERE at >= $1 AND answer->>'refused' = ANY($2::text[])
GROUP BY 1, 2, 3, 4 ORDER BY times DESC, last_at DESC LIMIT $3
"""
_SQLITE_REFUSED = """
SELECT json_extract(answer, '$.refused') AS code,
  CASE WHEN json_extract(answer, '$.refused') IN ('scene_too_fast', 'store_too_fast') THEN NULL
    ELSE customer_id END AS customer_id,
  json_extract(answer, '$.figures.scene') AS scene, json_extract(answer, '$.figures.store_code') AS store,
  count(*) AS times, count(DISTINCT customer_id) AS people, max(at) AS last_at
FROM coupon_call WHERE at >= ?1 AND json_extract(answer, '$.refused') IN (SELECT value FROM json_each(?2))
GROUP BY 1, 2, 3, 4 ORDER BY times DESC, last_at DESC LIMIT ?3
"""


async def list_refused(since: datetime, codes: Collection[str], limit: int) -> list[RefusedRow]:
    """Refusals of these codes since then, those that came most often first."""
    rows = await select(_POSTGRES_REFUSED, _SQLITE_REFUSED, since, sorted(codes), limit)
    return [RefusedRow(**{**row, "last_at": _time(row["last_at"])}) for row in rows]


def _recent(stored: Any) -> dict[int, int]:
    counts: dict[str, int] = json.loads(stored) if isinstance(stored, str) else stored
    return {int(second): copies for second, copies in counts.items()}


def _time(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
