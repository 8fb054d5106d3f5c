"""Coupons of many people in a statement: the claims of one commit, and the changes of single copies."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import current, execute, insert_rows, is_postgres, select

LEVELS = "会员等级"
"""The group of manual tags that are member levels."""


class TemplateRow(NamedTuple):
    """A template as the writer of claims sees it, its row locked."""

    id: int
    code: str
    state: str
    state_reason: str
    terms: Mapping[str, Any]
    stock: int
    issued: int
    worth_fen: int
    budget_fen: int | None
    exposure_fen: int


class CopyRow(NamedTuple):
    """A new copy, and the call it answers."""

    template_id: int
    customer_id: int
    slot: int
    code_hash: str
    code_cipher: str
    source: str
    issued_at: datetime
    valid_from: datetime
    valid_until: datetime
    key: str


class CallRow(NamedTuple):
    """The answer to a call that made no copy."""

    key: str
    customer_id: int | None
    at: datetime
    answer: str


class Taken(NamedTuple):
    """How many copies of a template a customer took, ever and since a moment."""

    template_id: int
    customer_id: int
    ever: int
    since: int


async def lock_templates(codes: Collection[str]) -> list[TemplateRow]:
    """The templates of these codes, locked in order of id until the transaction ends."""
    columns = "id, code, state, state_reason, terms, stock, issued, worth_fen, budget_fen, exposure_fen"
    rows = await select(
        f"SELECT {columns} FROM coupon_template WHERE code = ANY($1::text[]) ORDER BY id FOR UPDATE",
        f"SELECT {columns} FROM coupon_template WHERE code IN (SELECT value FROM json_each(?)) ORDER BY id",
        sorted(codes),
    )
    return [TemplateRow(**{**row, "terms": _json(row["terms"])}) for row in rows]


async def answers_to(keys: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """What these calls were answered already."""
    rows = await select(
        "SELECT key, answer FROM coupon_call WHERE key = ANY($1::text[])",
        "SELECT key, answer FROM coupon_call WHERE key IN (SELECT value FROM json_each(?))",
        list(keys),
    )
    return {row["key"]: _json(row["answer"]) for row in rows}


async def count_taken(pairs: Sequence[tuple[int, int]], since: datetime) -> list[Taken]:
    """Copies of (template, customer) pairs, ever and since then; pairs with none are left out."""
    if is_postgres(current()):
        rows = await current().execute_query_dict(
            "SELECT c.template_id, c.customer_id, count(*) AS ever, count(*) FILTER (WHERE c.issued_at >= $3) AS since"
            " FROM unnest($1::bigint[], $2::bigint[]) AS p(template_id, customer_id)"
            " JOIN coupon c ON c.template_id = p.template_id AND c.customer_id = p.customer_id GROUP BY 1, 2",
            [[pair[0] for pair in pairs], [pair[1] for pair in pairs], since],
        )
    else:
        rows = await current().execute_query_dict(
            "SELECT c.template_id, c.customer_id, count(*) AS ever, sum(c.issued_at >= ?2) AS since"
            " FROM json_each(?1) p JOIN coupon c ON c.template_id = json_extract(p.value, '$[0]')"
            " AND c.customer_id = json_extract(p.value, '$[1]') GROUP BY 1, 2",
            [json.dumps(pairs), since],
        )
    return [Taken(row["template_id"], row["customer_id"], row["ever"], row["since"]) for row in rows]


async def count_recent(customer_ids: Collection[int], since: datetime) -> dict[int, int]:
    """How many copies of any template these customers took since then."""
    rows = await select(
        "SELECT customer_id, count(*) AS taken FROM coupon"
        " WHERE customer_id = ANY($1::bigint[]) AND issued_at >= $2 GROUP BY 1",
        "SELECT customer_id, count(*) AS taken FROM coupon"
        " WHERE customer_id IN (SELECT value FROM json_each(?1)) AND issued_at >= ?2 GROUP BY 1",
        list(customer_ids),
        since,
    )
    return {row["customer_id"]: row["taken"] for row in rows}


_TAKE_STOCK = """
UPDATE coupon_template SET issued = issued + $2, exposure_fen = exposure_fen + $3, updated_at = $4
WHERE id = $1 AND issued + $2 <= stock AND (budget_fen IS NULL OR exposure_fen + $3 <= budget_fen)
"""


async def take_stock(template_id: int, copies: int, fen: int, at: datetime) -> bool:
    """Counts copies and what they may cost; False, and nothing counted, where stock or budget would not hold."""
    touched = await execute(
        _TAKE_STOCK,
        _TAKE_STOCK.replace("$", "?"),
        template_id,
        copies,
        fen,
        at,
    )
    return touched == 1


async def pause_template(template_id: int, reason: str, at: datetime) -> None:
    """Pauses a published template."""
    await execute(
        "UPDATE coupon_template SET state = 'paused', state_reason = $2, updated_at = $3"
        " WHERE id = $1 AND state = 'published'",
        "UPDATE coupon_template SET state = 'paused', state_reason = ?2, updated_at = ?3"
        " WHERE id = ?1 AND state = 'published'",
        template_id,
        reason,
        at,
    )


async def levels_of(customer_ids: Collection[int]) -> dict[int, list[str]]:
    """The member levels of customers: their manual tags of the group ``会员等级``."""
    rows = await select(
        "SELECT c.customer_id, t.name FROM customer_tag c JOIN tag t ON t.id = c.tag_id"
        " WHERE c.customer_id = ANY($1::bigint[]) AND c.kind = 'manual' AND t.\"group\" = $2",
        "SELECT c.customer_id, t.name FROM customer_tag c JOIN tag t ON t.id = c.tag_id"
        " WHERE c.customer_id IN (SELECT value FROM json_each(?1)) AND c.kind = 'manual' AND t.\"group\" = ?2",
        list(customer_ids),
        LEVELS,
    )
    levels: dict[int, list[str]] = {}
    for row in rows:
        levels.setdefault(row["customer_id"], []).append(row["name"])
    return levels


async def blocks_of(customer_ids: Collection[int], at: datetime) -> dict[int, str]:
    """Why these customers may take nothing; those who may are left out."""
    rows = await select(
        "SELECT customer_id, reason FROM coupon_block WHERE customer_id = ANY($1::bigint[]) AND lifted_at IS NULL"
        " AND (until IS NULL OR until > $2) ORDER BY id",
        "SELECT customer_id, reason FROM coupon_block WHERE customer_id IN (SELECT value FROM json_each(?1))"
        " AND lifted_at IS NULL AND (until IS NULL OR until > ?2) ORDER BY id",
        list(customer_ids),
        at,
    )
    return {row["customer_id"]: row["reason"] for row in rows}


_COPY = {
    "template_id": "bigint",
    "customer_id": "bigint",
    "slot": "int",
    "code_hash": "text",
    "code_cipher": "text",
    "source": "text",
    "issued_at": "timestamptz",
    "valid_from": "timestamptz",
    "valid_until": "timestamptz",
}
_POSTGRES_COPIES = f"""
WITH asked AS MATERIALIZED (
  SELECT * FROM unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate([*_COPY.values(), "text"], 1))})
    AS asked({", ".join(_COPY)}, key)),
made AS (
  INSERT INTO coupon ({", ".join(_COPY)}, state, lock_key, store_code, order_no, discount_fen)
  SELECT {", ".join(_COPY)}, 'issued', '', '', '', 0 FROM asked RETURNING id, code_hash),
noted AS (
  INSERT INTO coupon_entry (coupon_id, event, at, by, detail)
  SELECT made.id, 'issued', asked.issued_at, 'customer:' || asked.customer_id, '{{}}'::jsonb
  FROM made JOIN asked USING (code_hash))
INSERT INTO coupon_call (key, customer_id, at, answer)
SELECT asked.key, asked.customer_id, asked.issued_at, jsonb_build_object('coupon_id', made.id)
FROM made JOIN asked USING (code_hash) RETURNING key, answer
"""
_SQLITE_ENTRIES = """
INSERT INTO coupon_entry (coupon_id, event, at, by, detail)
SELECT id, 'issued', issued_at, 'customer:' || customer_id, '{}' FROM coupon
WHERE code_hash IN (SELECT value FROM json_each(?))
"""
_SQLITE_CALLS = """
INSERT INTO coupon_call (key, customer_id, at, answer)
SELECT json_extract(p.value, '$[1]'), c.customer_id, c.issued_at, json_object('coupon_id', c.id)
FROM json_each(?) p JOIN coupon c ON c.code_hash = json_extract(p.value, '$[0]') RETURNING key, answer
"""


async def add_copies(rows: Sequence[CopyRow]) -> dict[str, int]:
    """Stores copies, their first ledger lines and the answers to their calls; the coupon id of each key."""
    if not rows:
        return {}
    db = current()
    if is_postgres(db):
        told = await db.execute_query_dict(_POSTGRES_COPIES, [list(column) for column in zip(*rows, strict=True)])
    else:
        fixed = {**_COPY, "state": "", "lock_key": "", "store_code": "", "order_no": "", "discount_fen": ""}
        await insert_rows("coupon", fixed, [(*row[:-1], "issued", "", "", "", 0) for row in rows])
        await db.execute_query(_SQLITE_ENTRIES, [json.dumps([row.code_hash for row in rows])])
        told = await db.execute_query_dict(_SQLITE_CALLS, [json.dumps([(row.code_hash, row.key) for row in rows])])
    return {row["key"]: _json(row["answer"])["coupon_id"] for row in told}


async def add_calls(rows: Sequence[CallRow]) -> None:
    """Stores answers that made no copy."""
    columns = {"key": "text", "customer_id": "bigint", "at": "timestamptz", "answer": "jsonb"}
    await insert_rows("coupon_call", columns, rows)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
