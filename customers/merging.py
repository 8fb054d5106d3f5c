"""Merging: two customers turn out to be one person, and nothing either did or said is lost."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tortoise.transactions import in_transaction

from customers import folding as folding  # registers the tables of this room
from customers.audit import note, note_once
from customers.person_tables import FOLDERS, Folding
from models import Customer, Merge
from models.dialect.locks import lock_customers

_UNIQUE = ("phone_hash", "member_no")
_ATTRIBUTES = ("name", "gender", "birthday", "city", "time_zone")


async def fold_together(customer_ids: Collection[int], evidence: str, at: datetime) -> dict[int, int]:
    """Merges these customers into the one known first; tells for each which customer it is then.

    Who could not be merged (see ``merge``) stays who they are.
    """
    customers = await Customer.filter(id__in=list(customer_ids)).order_by("created_at", "id")
    holders = {customer.id: customer.id for customer in customers}
    for customer in customers[1:]:
        if await merge(customers[0].id, customer.id, evidence, at):
            holders[customer.id] = customers[0].id
    return holders


async def merge(kept_id: int, folded_id: int, evidence: str, at: datetime) -> bool:
    """Folds one customer into another; ``evidence`` names what told (``unionid``, ``phone``), not its value.

    Everything known of either is known of the kept one; where both know an attribute, the customer known first is
    believed. Two phones or two member numbers stop the merge: nothing changes but the audit. Returns whether it merged.
    """
    async with in_transaction():
        if kept_id == folded_id or len(await lock_customers([kept_id, folded_id], against_inserts=True)) < 2:
            return False
        kept, folded = await Customer.get(id=kept_id), await Customer.get(id=folded_id)
        conflicts = [name for name in _UNIQUE if _clash(kept, folded, name)]
        if conflicts:
            await note_once("merge.refused", f"customer:{kept_id}", at, other=folded_id, conflicts=conflicts)
            return False
        older = min(kept, folded, key=lambda each: (each.created_at, each.id))
        both = Folding(kept_id, folded_id, at)
        for fold in FOLDERS.values():
            await fold(both)
        differing = [name for name in _ATTRIBUTES if _clash(kept, folded, name)]
        await folded.delete()
        await _join_attributes(kept, older, folded if older is kept else kept)
        await Merge.create(kept_id=kept_id, folded_id=folded_id, evidence=evidence, at=at)
        await note("merge", f"customer:{kept_id}", at, folded=folded_id, evidence=evidence, differing=differing)
        return True


def _clash(one: Customer, other: Customer, name: str) -> bool:
    mine, theirs = getattr(one, name), getattr(other, name)
    return bool(mine) and bool(theirs) and mine != theirs


async def _join_attributes(kept: Customer, older: Customer, younger: Customer) -> None:
    for name in (*_UNIQUE, *_ATTRIBUTES, "phone_cipher"):
        setattr(kept, name, getattr(older, name) or getattr(younger, name))
    kept.created_at = older.created_at
    await kept.save()
