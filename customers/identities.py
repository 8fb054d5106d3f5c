"""Identities: finds people by openid, and learns that two of them are one.

A unionid belongs to a person across the apps of one Open Platform account and may come late: after the person wrote on
two apps, or before they did on any (from a member file). The latter is kept as an identity of the pseudo app ``UNION``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from customers.audit import note
from customers.merging import fold_together
from models import Customer, Identity
from models.dialect.locks import lock_word
from models.dialect.people import make_identity

UNION = "unionid"
"""The app id of an identity that is nothing but a unionid; its openid is the unionid."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who stands behind an openid."""

    identity_id: int
    customer_id: int


async def find_person(app_id: str, openid: str) -> Person | None:
    identity = await Identity.get_or_none(app_id=app_id, openid=openid).only("id", "customer_id")
    return Person(identity.id, identity.customer_id) if identity else None


async def ensure_person(app_id: str, openid: str, at: datetime) -> Person:
    """The person behind an openid, made where new. Safe when several processes meet the same person at once."""
    return await find_person(app_id, openid) or await _make_person(app_id, openid, None, at)


async def _make_person(app_id: str, openid: str, unionid: str | None, at: datetime) -> Person:
    async with in_transaction():
        customer = await Customer.create(created_at=at)
        identity_id = await make_identity(app_id, openid, unionid, customer.id, at)
        if identity_id is not None:
            return Person(identity_id, customer.id)
        await customer.delete()
        identity = await Identity.get(app_id=app_id, openid=openid)
        return Person(identity.id, identity.customer_id)


async def learn_unionid(identity_id: int, unionid: str, at: datetime) -> int:
    """Writes down an identity's unionid and merges with whoever else has it; returns the customer that holds then.

    Where the two cannot be one (two phones, two member numbers) they stay apart, and the audit says why.
    """
    async with in_transaction():
        await lock_word(f"unionid {unionid}")
        identity = await Identity.get(id=identity_id)
        if identity.unionid not in (None, unionid):
            await note("unionid.changed", f"identity:{identity_id}", at)
        identity.unionid, identity.unionid_checked_at = unionid, at
        await identity.save(update_fields=["unionid", "unionid_checked_at"])
        return await _fold_by_unionid(unionid, identity.customer_id, at)


async def remember_unionid(customer_id: int, unionid: str, at: datetime) -> int:
    """Writes down a unionid known of a customer from elsewhere; returns the customer that holds then."""
    async with in_transaction():
        await lock_word(f"unionid {unionid}")
        if not await Identity.exists(customer_id=customer_id, unionid=unionid):
            await make_identity(UNION, unionid, unionid, customer_id, at)
        return await _fold_by_unionid(unionid, customer_id, at)


async def _fold_by_unionid(unionid: str, customer_id: int, at: datetime) -> int:
    holders = {identity.customer_id for identity in await Identity.filter(unionid=unionid).only("customer_id")}
    return (await fold_together(holders | {customer_id}, "unionid", at))[customer_id]
