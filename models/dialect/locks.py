"""Row locks on people. SQLite has one writer at a time, so there a transaction that writes is lock enough.

Whoever changes what is known of a person as a whole — tags, place, who they are — holds the person's customer row.
Orders that keep everyone from waiting in a circle: person (advisory lock of the journal), then customers by id; the
projector waits for nobody and skips whom it cannot have.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from models.dialect.bulk import current, is_postgres, select

_NEXT_LOOK_S = 0.12


class Held(NamedTuple):
    """An identity and the customer it belongs to, both locked."""

    identity_id: int
    customer_id: int


async def lock_customers(ids: Collection[int], *, against_inserts: bool = False) -> list[int]:
    """Locks customers in order of id until the transaction ends; returns those that still exist.

    ``against_inserts`` also makes other transactions wait that would add rows pointing to them.
    """
    strength = "UPDATE" if against_inserts else "NO KEY UPDATE"
    rows = await select(
        f"SELECT id FROM customer WHERE id = ANY($1::bigint[]) ORDER BY id FOR {strength}",
        "SELECT id FROM customer WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        sorted(ids),
    )
    return [row["id"] for row in rows]


async def hold_free_people(identity_ids: Collection[int]) -> list[Held]:
    """Locks the identities and their customers that nobody else holds; waits for none."""
    rows = await select(
        "SELECT i.id, i.customer_id FROM identity i JOIN customer c ON c.id = i.customer_id"
        " WHERE i.id = ANY($1::bigint[]) ORDER BY i.customer_id, i.id FOR NO KEY UPDATE SKIP LOCKED",
        "SELECT id, customer_id FROM identity WHERE id IN (SELECT value FROM json_each(?))",
        list(identity_ids),
    )
    return [Held(row["id"], row["customer_id"]) for row in rows]


async def let_others_write() -> None:
    """To be called between long transactions: who waits for SQLite's one lock looks for it every tenth of a second."""
    if not is_postgres(current()):
        await asyncio.sleep(_NEXT_LOOK_S)


async def lock_word(word: str) -> None:
    """Until the transaction ends nobody else holds this word: for a matter that has no row to lock yet."""
    db = current()
    if is_postgres(db):
        await db.execute_query_dict("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 1))", [word])


async def lock_person(tx: BaseDBAsyncClient, app_id: str, openid: str) -> None:
    """Until the transaction ends no other process works for this person. SQLite has one writer anyway."""
    if openid and tx.capabilities.dialect == "postgres":
        await tx.execute_query_dict(
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0))", [app_id, openid]
        )
