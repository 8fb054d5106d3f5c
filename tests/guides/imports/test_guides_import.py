"""Importing guides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from customers.phones import PhoneVault
from guides.imports.guides import import_guides
from guides.imports.result import ImportResult
from guides.organisation import leave
from models import Audit, Staff, StaffRole
from tests.guides.brand import T0, open_store

pytestmark = pytest.mark.usefixtures("database")

Write = Callable[..., Path]
HEADER = "code,name,phone,store_code,role"
VAULT = PhoneVault("a secret for tests")


async def run(path: Path) -> ImportResult:
    return await import_guides(path, vault=VAULT, at=T0, actor="hq")


def refusals(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(one.row, one.field, one.problem) for one in result.rejected]


async def test_guides_arrive_with_store_role_and_sealed_phone(write: Write) -> None:
    store = await open_store("S1")
    result = await run(write(HEADER, "G1,王芳,13800001234,S1,", "M1,李丽,,S1,店长", "H1,周杰,+86 139-0000-1234,,HQ"))
    assert (result.created, result.rejected) == (3, [])
    guide, manager, hq = [await Staff.get(code=code) for code in ("G1", "M1", "H1")]
    assert (guide.name, guide.role, guide.store_id) == ("王芳", StaffRole.GUIDE, store.id)
    assert VAULT.open(guide.phone_cipher) == "+8613800001234"
    assert guide.phone_hash == VAULT.hash("+8613800001234")
    assert (manager.role, manager.phone_cipher, manager.phone_hash) == (StaffRole.MANAGER, "", "")
    assert (hq.role, hq.store_id) == (StaffRole.HQ, None)


async def test_the_identical_file_again_changes_nothing(write: Write) -> None:
    await open_store("S1")
    path = write(HEADER, "G1,王芳,13800001234,S1,guide", "G2,李丽,,S1,guide")
    await run(path)
    before = await Staff.all().order_by("id").values()
    again = await run(path)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    assert await Staff.all().order_by("id").values() == before
    assert await Audit.filter(action="import.guides").count() == 1


async def test_a_changed_row_is_updated_and_the_absent_stay(write: Write) -> None:
    await open_store("S1")
    elsewhere = await open_store("S2")
    await run(write(HEADER, "G1,王芳,13800001234,S1,guide", "G2,李丽,,S1,guide"))
    result = await run(write(HEADER, "G1,王芳芳,13900001234,S2,manager"))
    assert (result.created, result.updated, result.unchanged) == (0, 1, 0)
    staff = await Staff.get(code="G1")
    assert (staff.name, staff.store_id, staff.role) == ("王芳芳", elsewhere.id, StaffRole.MANAGER)
    assert VAULT.open(staff.phone_cipher) == "+8613900001234"
    assert (await Staff.get(code="G2")).left_at is None


async def test_absent_columns_are_left_alone_and_an_empty_phone_is_forgotten(write: Write) -> None:
    store = await open_store("S1")
    await run(write(HEADER, "G1,王芳,13800001234,S1,manager"))
    assert (await run(write("code,name", "G1,王芳"))).unchanged == 1
    assert (await run(write("code,name,phone,role", "G1,王芳,,"))).updated == 1
    staff = await Staff.get(code="G1")
    assert (staff.phone_hash, staff.role, staff.store_id) == ("", StaffRole.MANAGER, store.id)


@pytest.mark.parametrize(
    ("line", "field", "problem"),
    [
        ("G1,王芳,13800001234,S9,guide", "store_code", "no store 'S9'"),
        ("G1,王芳,13800001234,,guide", "store_code", "is empty, a guide works in a store"),
        ("G1,王芳,13800001234,S1,boss", "role", "'boss' is no role"),
        ("G1,王芳,1.38E+10,S1,guide", "phone", "1.38E+10 is a number a spreadsheet has rounded: digits are lost"),
        ("G1,王芳,1380000123,S1,guide", "phone", "has 10 digits, a mobile number has 11"),
        ("G1,,13800001234,S1,guide", "name", "is empty"),
        ("1.0E+5,王芳,,S1,guide", "code", "'1.0E+5' is a number the spreadsheet shortened: digits are lost"),
    ],
)
async def test_a_wrong_cell_is_named_and_the_other_rows_arrive(
    write: Write, line: str, field: str, problem: str
) -> None:
    await open_store("S1")
    result = await run(write(HEADER, line, "G2,李丽,,S1,guide"))
    assert refusals(result) == [(2, field, problem)]
    assert result.rejected[0].remedy
    assert await Staff.all().values_list("code", flat=True) == ["G2"]


async def test_who_has_left_does_not_come_back_by_an_old_file(write: Write) -> None:
    await open_store("S1")
    path = write(HEADER, "G1,王芳,,S1,guide")
    await run(path)
    await leave("G1", T0, "hq")
    assert refusals(await run(path)) == [(2, "code", "'G1' left on 2026-06-01")]
    assert (await Staff.get(code="G1")).left_at == T0


async def test_a_code_that_stands_twice_is_named(write: Write) -> None:
    await open_store("S1")
    result = await run(write(HEADER, "G1,王芳,,S1,guide", "G1,李丽,,S1,guide"))
    assert refusals(result) == [(3, "code", "'G1' stands in row 2 already")]
    assert (await Staff.get(code="G1")).name == "王芳"
