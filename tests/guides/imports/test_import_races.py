"""Imports beside live traffic and beside each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Busy
from customers.identities import ensure_person
from customers.phones import PhoneVault
from guides.binding import Bindings
from guides.imports.customers import import_customers
from guides.imports.result import ImportResult
from guides.imports.stores import import_stores
from guides.stores import StoreDirectory
from models import Audit, Customer, Identity, Revision, Store
from tests.guides.brand import APP, T0, rules
from tests.guides.overlap import overlapping

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("postgres")]

Write = Callable[..., Path]


async def test_the_same_stores_imported_twice_at_once_are_created_once(write: Write) -> None:
    path = write("code,name", "S1,一店", "S2,二店")

    async def work() -> ImportResult:
        return await import_stores(path, at=T0, actor="hq")

    first, second = await overlapping(work, work)
    assert (first.created, second.created, second.unchanged) == (2, 0, 2)
    assert await Store.all().count() == 2 and await Audit.all().count() == 1
    assert (await Revision.get(name="stores")).number == 1


async def test_a_customer_who_writes_at_this_moment_stops_the_import_whole(write: Write) -> None:
    path = write("member_no,openid", "M1,", "M2,o1")

    async def push() -> object:
        return await ensure_person(APP, "o1", T0)

    async def work() -> ImportResult:
        bindings = Bindings(rules(), StoreDirectory())
        vault = PhoneVault("a secret for tests")
        return await import_customers(path, vault=vault, bindings=bindings, at=T0, actor="hq", app_id=APP)

    _, second = await overlapping(push, work)
    assert isinstance(second, Busy) and "run it again" in str(second)
    assert await Customer.all().count() == 1 and await Identity.all().count() == 1

    result = await work()
    assert (result.created, result.updated) == (1, 1)
    assert sorted(await Customer.all().values_list("member_no", flat=True)) == ["M1", "M2"]
