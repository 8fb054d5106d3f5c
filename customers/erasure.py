"""Erasure: takes a person, one of their identities, or named data out of every table that knows them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from tortoise.transactions import in_transaction

from customers import erasing_tables as erasing_tables  # registers the tables of this room
from customers.audit import SYSTEM, note
from customers.identities import UNION
from customers.person_tables import ERASERS, Erasing
from customers.places import forget_places
from models import Customer, Identity
from models.dialect.bulk import current
from models.dialect.locks import lock_customers, lock_person


class Named(StrEnum):
    """Data a person may take back by itself, of the kinds we hold."""

    NAME = "name"
    PHONE = "phone"
    PLACE = "place"
    CITY = "city"


_REVOKED = {
    # mini program; 19 is the nickname chosen on the keyboard, 18 a place chosen on the map
    2: Named.CITY,
    6: Named.NAME,
    8: Named.PHONE,
    13: Named.PLACE,
    18: Named.PLACE,
    19: Named.NAME,
    # official account
    201: Named.CITY,
    205: Named.NAME,
    206: Named.PLACE,
}
_COLUMNS: dict[Named, dict[str, str | None]] = {
    Named.NAME: {"name": ""},
    Named.PHONE: {"phone_cipher": "", "phone_hash": None},
    Named.CITY: {"city": ""},
    Named.PLACE: {},
}


def read_revoke_info(words: str) -> list[int]:
    """The numbers in WeChat's RevokeInfo (``"8"``, ``"6,8"``)."""
    return [int(number) for number in re.findall(r"[0-9]+", words)]


async def erase_named(customer_id: int, items: Iterable[int], at: datetime) -> list[Named]:
    """Erases the data WeChat's RevokeInfo numbers name; returns what of it we may have held, the rest we never have."""
    revoked = list(items)
    named = sorted({_REVOKED[item] for item in revoked if item in _REVOKED})
    async with in_transaction():
        await lock_customers([customer_id])
        columns = {column: value for kind in named for column, value in _COLUMNS[kind].items()}
        if columns:
            await Customer.filter(id=customer_id).update(**columns)
        if Named.PLACE in named:
            await forget_places(customer_id, [each.id for each in await Identity.filter(customer_id=customer_id)])
        await note("data.revoked", f"customer:{customer_id}", at, items=revoked, erased=[str(kind) for kind in named])
    return named


async def erase_identity(identity_id: int, at: datetime) -> None:
    """Erases what one identity said, did and is called. Whoever has no other identity is erased as a whole."""
    async with in_transaction():
        await lock_identity(identity_id)
        identity = await Identity.get(id=identity_id)
        if identity.openid.startswith(erasing_tables.ERASED_OPENID):
            return
        others = Identity.filter(customer_id=identity.customer_id).exclude(id=identity_id).exclude(app_id=UNION)
        if not await others.exists():
            await erase_person(identity.customer_id, at)
            return
        await lock_customers([identity.customer_id], against_inserts=True)
        heir = await Customer.create(created_at=at, erased_at=at)
        await _erase(Erasing((identity_id,), identity.customer_id, is_whole=False, heir_id=heir.id, at=at))
        await note("identity.erased", f"identity:{identity_id}", at)


async def erase_person(customer_id: int, at: datetime, actor: str = SYSTEM) -> None:
    """Erases a person with all their identities: rows that count stay, nothing in them tells who it was."""
    async with in_transaction():
        identities = await Identity.filter(customer_id=customer_id).order_by("app_id", "openid")
        for identity in identities:
            await lock_person(current(), identity.app_id, identity.openid)
        await lock_customers([customer_id], against_inserts=True)
        ids = tuple(identity.id for identity in await Identity.filter(customer_id=customer_id))
        await _erase(Erasing(ids, customer_id, is_whole=True, heir_id=customer_id, at=at))
        await note("person.erased", f"customer:{customer_id}", at, actor)


async def lock_identity(identity_id: int) -> None:
    """Until the transaction ends nothing this identity sends is stored."""
    identity = await Identity.get(id=identity_id)
    await lock_person(current(), identity.app_id, identity.openid)


async def _erase(what: Erasing) -> None:
    for erase in ERASERS.values():
        await erase(what)
