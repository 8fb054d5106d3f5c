"""Customers to be written to on an account: who they are there, and the copies that went out with their messages."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import NamedTuple

from models.dialect.bulk import current, execute, is_postgres, select


class Recipient(NamedTuple):
    """A customer with the identity of the account that follows, else the newest. Texts are empty where unknown."""

    customer_id: int
    identity_id: int
    name: str
    guide: str
    store: str


_RECIPIENTS = """
WITH mine AS (
  SELECT i.id, i.customer_id, (SELECT f.id FROM following f WHERE f.open_slot = i.id) AS following_id
  FROM {ids_1} AS asked JOIN identity i ON i.customer_id = asked.id
  WHERE i.app_id = {mark}2 AND i.openid NOT LIKE {mark}3),
ranked AS (
  SELECT mine.*, row_number() OVER (
    PARTITION BY customer_id ORDER BY CASE WHEN following_id IS NULL THEN 1 ELSE 0 END, id DESC) AS place
  FROM mine)
SELECT r.customer_id, r.id AS identity_id, c.name, g.name AS guide, s.name AS store FROM ranked r
JOIN customer c ON c.id = r.customer_id
LEFT JOIN binding b ON b.primary_slot = r.customer_id
LEFT JOIN staff g ON g.id = b.guide_id AND g.left_at IS NULL
LEFT JOIN store s ON s.id = b.store_id
WHERE r.place = 1 ORDER BY r.customer_id
"""
_POSTGRES = _RECIPIENTS.format(ids_1="(SELECT unnest($1::bigint[]) AS id)", mark="$")
_SQLITE = _RECIPIENTS.format(ids_1="(SELECT value AS id FROM json_each(?1))", mark="?")

_CARRIED = "UPDATE coupon SET source = 'delivery:' || {delivery} FROM {pairs} WHERE coupon.id = {coupon}"
_POSTGRES_CARRIED = _CARRIED.format(
    pairs="unnest($1::bigint[], $2::bigint[]) AS p(coupon_id, delivery_id)", coupon="p.coupon_id",
    delivery="p.delivery_id",
)  # fmt: skip
_SQLITE_CARRIED = _CARRIED.format(
    pairs="json_each(?1) AS p", coupon="json_extract(p.value, '$[0]')", delivery="json_extract(p.value, '$[1]')"
)


async def list_recipients(customer_ids: Collection[int], app_id: str, erased: str) -> list[Recipient]:
    """Those of these customers who have an identity of this app, by id; openids that begin with ``erased`` are none."""
    rows = await select(_POSTGRES, _SQLITE, list(customer_ids), app_id, f"{erased}%")
    return [Recipient(**{**row, "guide": row["guide"] or "", "store": row["store"] or ""}) for row in rows]


async def note_carried(pairs: Sequence[tuple[int, int]]) -> None:
    """Writes on copies (coupon id, delivery id) with which message they went out."""
    if is_postgres(current()):
        await current().execute_query(_POSTGRES_CARRIED, [list(column) for column in zip(*pairs, strict=True)])
    else:
        await execute("", _SQLITE_CARRIED, json.dumps(pairs))
