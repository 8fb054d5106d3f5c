"""Imports the people who serve: upsert by code; who is absent from the file stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import local
from core.errors import Invalid
from customers.phones import PhoneVault
from guides.imports.csv_file import Layout, Row, read_table
from guides.imports.result import Effect, ImportResult, Rejected
from guides.imports.work import find_twin, importing, leave_trace, summed
from models import Staff, StaffRole, Store

MATTER = "guides"
LAYOUT = Layout(
    fields=("code", "name", "phone", "store_code", "role"),
    required=("code", "name"),
    verbatim=frozenset({"code", "store_code"}),
    longest={"code": 64, "name": 64, "phone": 64, "store_code": 64},
)
_ROLES = {
    "guide": StaffRole.GUIDE,
    "导购": StaffRole.GUIDE,
    "manager": StaffRole.MANAGER,
    "店长": StaffRole.MANAGER,
    "hq": StaffRole.HQ,
    "总部": StaffRole.HQ,
}


@dataclass(frozen=True, slots=True)
class GuideLine:
    """A sound row; None for what the file does not say. ``phone`` is normalised, empty to forget it."""

    code: str
    name: str
    phone: str | None
    store_code: str | None
    role: StaffRole | None


async def import_guides(
    path: Path, *, vault: PhoneVault, at: datetime, actor: str, mapping: Mapping[str, str] | None = None
) -> ImportResult:
    """Import a guides file. A column the file lacks and an empty role leave what is stored.

    Raises ``Invalid`` (the file as a whole) and ``Busy``.
    """
    table = read_table(path, LAYOUT, mapping or {})
    rejected: list[Rejected] = []
    effects: list[Effect] = []
    seen: dict[str, int] = {}
    async with importing(MATTER):
        desk = _Desk(vault, {s.code: s for s in await Store.all()}, await _staff())
        for row in table.rows:
            try:
                line = _read(row)
                desk.check(line)
            except Invalid as fault:
                rejected.append(row.reject(fault.field, fault.detail, fault.remedy))
                continue
            if twin := find_twin(seen, row, "code", line.code):
                rejected.append(twin)
            else:
                effects.append(await desk.store(line))
        result = summed(effects, rejected, table)
        await leave_trace(MATTER, result, path, actor, at)
    return result


async def _staff() -> dict[str, Staff]:
    return {staff.code: staff for staff in await Staff.all().prefetch_related("store")}


def _read(row: Row) -> GuideLine:
    phone = row.values.get("phone")
    role = row.get("role")
    if role and role.lower() not in _ROLES:
        raise Invalid("role", f"{role!r} is no role", "guide, manager or hq")
    return GuideLine(
        row.get("code"),
        row.get("name"),
        PhoneVault.normalise(phone) if phone else phone,
        row.values.get("store_code"),
        _ROLES[role.lower()] if role else None,
    )


@dataclass(frozen=True, slots=True)
class _Desk:
    """Checks and stores lines against the stores and staff there are."""

    vault: PhoneVault
    stores: Mapping[str, Store]
    staff: Mapping[str, Staff]

    def check(self, line: GuideLine) -> None:
        """Raises ``Invalid`` for a line that names no store, an unknown one, or somebody who has left."""
        known = self.staff.get(line.code)
        if known and known.left_at:
            day = local(known.left_at)[:10]
            raise Invalid("code", f"{line.code!r} left on {day}", "remove the row; who comes back gets a new code")
        if line.store_code and line.store_code not in self.stores:
            raise Invalid("store_code", f"no store {line.store_code!r}", "import the store first, or correct the code")
        role = line.role or (known.role if known else StaffRole.GUIDE)
        has_store = bool(line.store_code) if line.store_code is not None else bool(known and known.store)
        if role is not StaffRole.HQ and not has_store:
            raise Invalid("store_code", f"is empty, a {role} works in a store", "name the store, or write role hq")

    async def store(self, line: GuideLine) -> Effect:
        known = self.staff.get(line.code)
        if known is None:
            await Staff.create(code=line.code, **{"role": StaffRole.GUIDE, **self._columns(line, None)})
            return Effect.CREATED
        columns = self._columns(line, known)
        changed = {column: value for column, value in columns.items() if getattr(known, column) != value}
        if not changed:
            return Effect.UNCHANGED
        await Staff.filter(id=known.id).update(**changed)
        return Effect.UPDATED

    def _columns(self, line: GuideLine, known: Staff | None) -> dict[str, Any]:
        """What the line says; a phone that is stored already is not sealed anew (each sealing differs)."""
        columns: dict[str, Any] = {"name": line.name}
        if line.role:
            columns["role"] = line.role
        if line.store_code is not None:
            columns["store_id"] = self.stores[line.store_code].id if line.store_code else None
        if line.phone is not None:
            searchable = self.vault.hash(line.phone) if line.phone else ""
            if known is None or known.phone_hash != searchable:
                columns["phone_hash"] = searchable
                columns["phone_cipher"] = self.vault.seal(line.phone) if line.phone else ""
        return columns
