"""Coupons of many people in a statement: the claims of one commit, and the changes of single copies."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import current, execute, insert_rows, is_postgres, select, sqlite_value

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


class Applicant(NamedTuple):
    """A call that asks for a copy. ``template_id`` 0 stands for none that exists."""

    key: str
    template_id: int
    customer_id: int


class Standing(NamedTuple):
    """What an applicant got until now: the answer to this very call, copies of the template ever and today, copies of
    any template lately, and why they may take nothing (empty where they may)."""

    answer: Mapping[str, Any] | None
    ever: int
    today: int
    recent: int
    blocked: str


class Taking(NamedTuple):
    """Copies of one template that are given together, and what they may cost."""

    template_id: int
    copies: int
    fen: int


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
        f"SELECT asked.key, ({_ANSWER}) AS answer FROM unnest($1::text[]) AS asked(key)",
        f"SELECT asked.value AS key, ({_ANSWER.replace('asked.key', 'asked.value')}) AS answer FROM json_each(?) asked",
        list(keys),
    )
    return {row["key"]: _json(row["answer"]) for row in rows if row["answer"] is not None}


# Looked up row by row, whatever the planner knows of the tables: it plans once, often while they are still empty.
_ANSWER = "SELECT answer FROM coupon_call WHERE key = asked.key"
_BLOCK = """
SELECT reason FROM coupon_block b WHERE b.customer_id = asked.customer_id AND b.lifted_at IS NULL
AND (b.until IS NULL OR b.until > $3) ORDER BY b.id DESC LIMIT 1
"""
_POSTGRES_STANDINGS = f"""
SELECT asked.key, ({_ANSWER}) AS answer, taken.ever, taken.today, taken.recent, ({_BLOCK}) AS blocked
FROM unnest($4::text[], $5::bigint[], $6::bigint[]) AS asked(key, template_id, customer_id)
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE c.template_id = asked.template_id) AS ever,
    count(*) FILTER (WHERE c.template_id = asked.template_id AND c.issued_at >= $1) AS today,
    count(*) FILTER (WHERE c.issued_at >= $2) AS recent
  FROM coupon c WHERE c.customer_id = asked.customer_id) AS taken ON true
"""
_SQLITE_STANDINGS = f"""
WITH asked AS (SELECT json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS template_id,
  json_extract(value, '$[2]') AS customer_id FROM json_each(?4))
SELECT asked.key, ({_ANSWER}) AS answer, total(c.template_id = asked.template_id) AS ever,
  total(c.template_id = asked.template_id AND c.issued_at >= ?1) AS today, total(c.issued_at >= ?2) AS recent,
  ({_BLOCK.replace("$", "?")}) AS blocked
FROM asked LEFT JOIN coupon c ON c.customer_id = asked.customer_id GROUP BY asked.key
"""


async def standings_of(
    applicants: Sequence[Applicant], day_begins: datetime, pace_begins: datetime, at: datetime
) -> dict[str, Standing]:
    """What these applicants got until now, by key; no key may come twice. Read after their templates were locked."""
    if is_postgres(current()):
        columns = [list(column) for column in zip(*applicants, strict=True)]
        rows = await current().execute_query_dict(_POSTGRES_STANDINGS, [day_begins, pace_begins, at, *columns])
    else:
        values = [*map(sqlite_value, (day_begins, pace_begins, at)), json.dumps(applicants)]
        rows = await current().execute_query_dict(_SQLITE_STANDINGS, values)
    return {row["key"]: _standing(row) for row in rows}


def _standing(row: Mapping[str, Any]) -> Standing:
    answer = row["answer"]
    counts = int(row["ever"]), int(row["today"]), int(row["recent"])
    return Standing(None if answer is None else _json(answer), *counts, row["blocked"] or "")


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
_TAKE = """
UPDATE coupon_template AS t
SET issued = issued + taking.copies, exposure_fen = exposure_fen + taking.fen, updated_at = $1
FROM {takings} WHERE t.id = taking.template_id AND issued + taking.copies <= stock
  AND (budget_fen IS NULL OR exposure_fen + taking.fen <= budget_fen) RETURNING t.id
"""
_POSTGRES_TAKE = _TAKE.format(
    takings="unnest($2::bigint[], $3::int[], $4::bigint[]) AS taking(template_id, copies, fen)"
)
_POSTGRES_STORE = f"""
WITH asked AS MATERIALIZED (
  SELECT nextval('coupon_id_seq') AS id, *
  FROM unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate([*_COPY.values(), "text"], 5))})
    AS asked({", ".join(_COPY)}, key)),
taken AS ({_POSTGRES_TAKE}),
made AS (
  INSERT INTO coupon (id, {", ".join(_COPY)}, state, lock_key, store_code, order_no, discount_fen)
  SELECT id, {", ".join(_COPY)}, 'issued', '', '', '', 0 FROM asked),
noted AS (
  INSERT INTO coupon_entry (coupon_id, event, at, by, detail)
  SELECT id, 'issued', issued_at, 'customer:' || customer_id, '{{}}'::jsonb FROM asked),
told AS (
  INSERT INTO coupon_call (key, customer_id, at, answer)
  SELECT key, customer_id, issued_at, jsonb_build_object('coupon_id', id) FROM asked
  UNION ALL SELECT * FROM unnest($15::text[], $16::bigint[], $17::timestamptz[], $18::jsonb[]))
SELECT key, id, (SELECT count(*) FROM taken) AS taken FROM asked
"""
_SQLITE_TAKE = (
    _TAKE.format(
        takings="(SELECT json_extract(value, '$[0]') AS template_id, json_extract(value, '$[1]') AS copies,"
        " json_extract(value, '$[2]') AS fen FROM json_each(?2)) AS taking"
    )
    .replace("$1", "?1")
    .replace("RETURNING t.id", "RETURNING id")
)
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


async def store_claims(
    takings: Sequence[Taking], copies: Sequence[CopyRow], calls: Sequence[CallRow], at: datetime
) -> dict[str, int] | None:
    """Counts and stores copies with their first ledger lines, and the answers to all calls; the coupon id of each key.

    None where stock or budget of a template would not hold: then the caller must roll back.
    """
    if not copies:
        await add_calls(calls)
        return {}
    db = current()
    if not is_postgres(db):
        return await _store_in_sqlite(takings, copies, calls, at)
    columns = [
        *zip(*takings, strict=True),
        *zip(*copies, strict=True),
        *(zip(*calls, strict=True) if calls else [()] * 4),
    ]
    told = await db.execute_query_dict(_POSTGRES_STORE, [at, *map(list, columns)])
    return {row["key"]: row["id"] for row in told} if told[0]["taken"] == len(takings) else None


async def _store_in_sqlite(
    takings: Sequence[Taking], copies: Sequence[CopyRow], calls: Sequence[CallRow], at: datetime
) -> dict[str, int] | None:
    db = current()
    if len(await db.execute_query_dict(_SQLITE_TAKE, [sqlite_value(at), json.dumps(takings)])) != len(takings):
        return None
    fixed = {**_COPY, "state": "", "lock_key": "", "store_code": "", "order_no": "", "discount_fen": ""}
    await insert_rows("coupon", fixed, [(*row[:-1], "issued", "", "", "", 0) for row in copies])
    await db.execute_query(_SQLITE_ENTRIES, [json.dumps([row.code_hash for row in copies])])
    told = await db.execute_query_dict(_SQLITE_CALLS, [json.dumps([(row.code_hash, row.key) for row in copies])])
    await add_calls(calls)
    return {row["key"]: _json(row["answer"])["coupon_id"] for row in told}


async def add_calls(rows: Sequence[CallRow]) -> None:
    """Stores answers that made no copy."""
    columns = {"key": "text", "customer_id": "bigint", "at": "timestamptz", "answer": "jsonb"}
    await insert_rows("coupon_call", columns, rows)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
