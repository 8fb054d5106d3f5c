"""The secret key a database was made with is known again, and any other is refused before it does harm."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import Invalid
from customers.phones import PhoneVault
from models import AccessToken, Audit, Customer, Staff, StaffRole
from models.secret_key import Forgotten, has_secret_key, hold_secret_key, replace_lost_key

pytestmark = pytest.mark.usefixtures("database")

KEY, OTHER = "the key this database was made with", "another key, as long as the first"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


async def test_the_first_key_is_noted_and_no_other_passes() -> None:
    assert await has_secret_key(KEY) is None
    await hold_secret_key(KEY, NOW)
    await hold_secret_key(KEY, LATER)
    assert (await has_secret_key(KEY), await has_secret_key(OTHER)) == (True, False)
    with pytest.raises(Invalid, match="not the key this database was made with") as refusal:
        await hold_secret_key(OTHER, LATER)
    assert refusal.value.field == "secret_key"
    row = await AccessToken.get()
    assert row.fetched_at == NOW
    assert KEY not in row.token_cipher


async def test_of_processes_that_start_together_one_notes_the_key() -> None:
    held = await asyncio.gather(*(hold_secret_key(key, NOW) for key in [KEY] * 4))
    assert held == [None] * 4
    assert await AccessToken.all().count() == 1


async def test_where_the_key_is_lost_its_phones_go_and_nothing_else() -> None:
    await hold_secret_key(KEY, NOW)
    vault = PhoneVault(KEY)
    phone = {"phone_cipher": vault.seal("+8613800001234"), "phone_hash": vault.hash("+8613800001234")}
    await Customer.create(created_at=NOW, name="林小满", member_no="M1", **phone)
    await Customer.create(created_at=NOW, name="陈一")
    await Staff.create(code="G1", name="王芳", role=StaffRole.GUIDE, **phone)
    await Staff.create(code="G2", name="李丽", role=StaffRole.GUIDE)
    await AccessToken.create(app_id="wx1", token_cipher="sealed with the former", fetched_at=NOW, expires_at=NOW)
    assert await replace_lost_key(OTHER, LATER, "cli:root") == Forgotten(customers=1, staff=1)
    assert await Customer.all().order_by("id").values_list("name", "member_no", "phone_cipher", "phone_hash") == [
        ("林小满", "M1", "", None), ("陈一", None, "", None),
    ]  # fmt: skip
    assert await Staff.all().order_by("id").values_list("code", "phone_cipher", "phone_hash") == [
        ("G1", "", ""), ("G2", "", ""),
    ]  # fmt: skip
    assert await AccessToken.filter(app_id="wx1").count() == 0
    await hold_secret_key(OTHER, LATER)
    line = await Audit.get()
    assert (line.actor, line.action, line.detail) == ("cli:root", "secret_key.lost", {"customers": 1, "staff": 1})


async def test_the_right_key_is_never_taken_for_a_lost_one() -> None:
    await hold_secret_key(KEY, NOW)
    phone = {"phone_cipher": PhoneVault(KEY).seal("+8613800001234"), "phone_hash": "h"}
    await Customer.create(created_at=NOW, **phone)
    with pytest.raises(Invalid, match="nothing is lost"):
        await replace_lost_key(KEY, LATER, "cli:root")
    assert (await Customer.get()).phone_hash == "h"
