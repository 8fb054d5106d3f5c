"""Behaviour: what a person does in the mini program, reported by it, becomes rows of the same journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from tortoise.transactions import in_transaction

from core.errors import Missing
from core.ports import InteractionState
from customers.erasing_tables import ERASED_OPENID
from models import Identity, Interaction
from models.dialect.locks import lock_person

KIND_PREFIX = "mini."
HANDLER = "mini_events"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One thing done. ``key`` is the sender's idempotency key; ``properties`` are safe to store."""

    key: str
    name: str
    at: datetime
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """How many were new, and how many were there already."""

    accepted: int
    repeated: int


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose session it is."""

    identity_id: int
    customer_id: int
    app_id: str
    openid: str


async def get_visitor(app_id: str, identity_id: int) -> Visitor:
    """The person behind a session; raises ``Missing`` once they are erased."""
    found = await Identity.get_or_none(id=identity_id, app_id=app_id).prefetch_related("customer")
    if found is None or found.openid.startswith(ERASED_OPENID):
        raise Missing("nobody has this session any more")
    return Visitor(found.id, found.customer.id, found.app_id, found.openid)


async def record_behaviour(visitor: Visitor, items: Sequence[Behaviour], received_at: datetime) -> Stored:
    """Store a batch in one commit, each idempotency key once; raises ``Missing`` where the person was erased."""
    by_key = {message_key(visitor.app_id, visitor.openid, item.key): item for item in reversed(items)}
    async with in_transaction() as tx:
        await lock_person(tx, visitor.app_id, visitor.openid)
        await get_visitor(visitor.app_id, visitor.identity_id)
        rows = await Interaction.filter(message_key__in=list(by_key)).only("id", "message_key")
        known = {row.message_key for row in rows}
        new = [_row(key, visitor, by_key[key], received_at) for key in reversed(by_key) if key not in known]
        await Interaction.bulk_create(new)
    return Stored(len(new), len(items) - len(new))


def message_key(app_id: str, openid: str, idempotency_key: str) -> str:
    """32 hex digits, the same for every report of one thing done."""
    return sha256(f"{app_id}\0{openid}\0mini\0{idempotency_key}".encode()).hexdigest()[:32]


def _row(key: str, visitor: Visitor, item: Behaviour, received_at: datetime) -> Interaction:
    return Interaction(
        message_key=key,
        app_id=visitor.app_id,
        identity_id=visitor.identity_id,
        kind=KIND_PREFIX + item.name,
        occurred_at=item.at,
        received_at=received_at,
        fields_={"properties": dict(item.properties)},
        state=InteractionState.ANSWERED,
        handler=HANDLER,
    )
