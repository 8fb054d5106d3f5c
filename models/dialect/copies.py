"""Changes of copies that were given: each one conditional statement over the states it may start from."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import execute, select


class HeldCopy(NamedTuple):
    """A copy, its row locked until the transaction ends."""

    id: int
    template_id: int
    customer_id: int
    state: str
    valid_from: datetime
    valid_until: datetime
    locked_until: datetime | None
    lock_key: str
    redeemed_at: datetime | None
    store_code: str
    order_no: str
    discount_fen: int


class RedeemedRow(NamedTuple):
    """A copy that was used: what it took off, and its template's terms as stored."""

    id: int
    discount_fen: int
    terms: Mapping[str, Any]


_COLUMNS = ", ".join(HeldCopy._fields)


async def hold_copy(code_hash: str) -> HeldCopy | None:
    """The copy of this code, held."""
    rows = await select(
        f"SELECT {_COLUMNS} FROM coupon WHERE code_hash = $1 FOR NO KEY UPDATE",
        f"SELECT {_COLUMNS} FROM coupon WHERE code_hash = ?",
        code_hash,
    )
    return _held(rows[0]) if rows else None


async def list_open(customer_id: int, states: Collection[str]) -> list[tuple[HeldCopy, Mapping[str, Any]]]:
    """A customer's copies in these states with their templates' terms, those that end first before the others.

    Read, not held.
    """
    columns = ", ".join(f"c.{name}" for name in HeldCopy._fields)
    text = (
        f"SELECT {columns}, t.terms FROM coupon c JOIN coupon_template t ON t.id = c.template_id"
        " WHERE c.customer_id = $1 AND c.state {among} ORDER BY c.valid_until, c.id"
    )
    rows = await select(
        text.format(among="= ANY($2::text[])"),
        text.replace("$1", "?1").format(among="IN (SELECT value FROM json_each(?2))"),
        customer_id,
        list(states),
    )
    return [(_held({name: row[name] for name in HeldCopy._fields}), _json(row["terms"])) for row in rows]


async def list_redeemed(store_code: str, order_no: str) -> list[RedeemedRow]:
    """The copies that were used for an order at a store, in the order of their ids."""
    text = (
        "SELECT c.id, c.discount_fen, t.terms FROM coupon c JOIN coupon_template t ON t.id = c.template_id"
        " WHERE c.state = 'redeemed' AND c.order_no = $1 AND c.store_code = $2 ORDER BY c.id"
    )
    rows = await select(text, text.replace("$", "?"), order_no, store_code)
    return [RedeemedRow(row["id"], row["discount_fen"], _json(row["terms"])) for row in rows]


async def hold_over(at: datetime, limit: int) -> list[HeldCopy]:
    """Open copies whose time is over, held; those somebody else holds are left for the next time."""
    rows = await select(
        f"SELECT {_COLUMNS} FROM coupon WHERE state IN ('issued', 'locked', 'reversed') AND valid_until <= $1"
        " AND (locked_until IS NULL OR locked_until <= $1) ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED",
        f"SELECT {_COLUMNS} FROM coupon WHERE state IN ('issued', 'locked', 'reversed') AND valid_until <= ?1"
        " AND (locked_until IS NULL OR locked_until <= ?1) ORDER BY id LIMIT ?2",
        at,
        limit,
    )
    return [_held(row) for row in rows]


async def change_copy(copy: HeldCopy, state: str, **values: Any) -> bool:
    """Writes the new state, unless the copy is no longer in the one it was held in."""
    names = ["state", *values]
    numbered = ", ".join(f"{name} = ${number}" for number, name in enumerate(names, 3))
    text = f"UPDATE coupon SET {numbered} WHERE id = $1 AND state = $2"
    return await execute(text, text.replace("$", "?"), copy.id, copy.state, state, *values.values()) == 1


async def expire_copies(ids: Collection[int]) -> None:
    """Marks held copies as expired."""
    await execute(
        "UPDATE coupon SET state = 'expired', locked_until = NULL, lock_key = '' WHERE id = ANY($1::bigint[])",
        "UPDATE coupon SET state = 'expired', locked_until = NULL, lock_key = ''"
        " WHERE id IN (SELECT value FROM json_each(?))",
        list(ids),
    )


async def add_exposure(template_id: int, fen: int) -> None:
    """Counts what copies of a template can cost more, or less where ``fen`` is below 0."""
    text = "UPDATE coupon_template SET exposure_fen = exposure_fen + $2 WHERE id = $1"
    await execute(text, text.replace("$", "?"), template_id, fen)


def _held(row: dict[str, Any]) -> HeldCopy:
    times = ("valid_from", "valid_until", "locked_until", "redeemed_at")
    return HeldCopy(**{**row, **{name: _time(row[name]) for name in times}})


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _time(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
