"""Imports the members a brand knows already, each bound to the guide the file names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.clock import BRAND_ZONE
from core.errors import Invalid
from customers.phones import PhoneVault
from guides.binding import Bindings
from guides.imports.csv_file import Table, read_table
from guides.imports.customer_lines import LAYOUT, CustomerLine, read_customer
from guides.imports.customer_match import Known, look_up
from guides.imports.customer_store import CustomerShelf, plant_tags
from guides.imports.result import Effect, ImportResult, Rejected
from guides.imports.work import find_twin, importing, leave_trace, summed
from models import Staff

MATTER = "customers"
_BATCH = 500


async def import_customers(
    path: Path,
    *,
    vault: PhoneVault,
    bindings: Bindings,
    at: datetime,
    actor: str,
    app_id: str = "",
    mapping: Mapping[str, str] | None = None,
) -> ImportResult:
    """Import a customers file: matched by phone, member number, openid of ``app_id`` or unionid, else created.

    An empty cell leaves what is stored; tags are only added; a guide is given to whoever has none on duty. Raises
    ``Invalid`` (the file as a whole) and ``Busy``.
    """
    table = read_table(path, LAYOUT, mapping or {})
    lines, rejected = _read(table, vault, app_id, at)
    effects: list[Effect] = []
    async with importing(MATTER):
        guides = {guide.code: guide for guide in await Staff.all().prefetch_related("store")}
        shelf = CustomerShelf(vault, bindings, app_id, at, await plant_tags(lines))
        met: dict[str, int] = {}
        for batch in _batches(lines):
            known = await look_up(batch, app_id, guides)
            for line in batch:
                done = await _import(line, known, shelf, met)
                if isinstance(done, Rejected):
                    rejected.append(done)
                else:
                    effects.append(done)
        result = summed(effects, rejected, table)
        await leave_trace(MATTER, result, path, actor, at)
    return result


def _read(table: Table, vault: PhoneVault, app_id: str, at: datetime) -> tuple[list[CustomerLine], list[Rejected]]:
    lines: list[CustomerLine] = []
    rejected: list[Rejected] = []
    seen: dict[str, dict[str, int]] = {}
    for row in table.rows:
        try:
            line = read_customer(row, vault, app_id, at.astimezone(BRAND_ZONE).date())
        except Invalid as fault:
            rejected.append(row.reject(fault.field, fault.detail, fault.remedy))
            continue
        if twin := _find_twin(seen, line):
            rejected.append(twin)
        else:
            lines.append(line)
    return lines, rejected


def _find_twin(seen: dict[str, dict[str, int]], line: CustomerLine) -> Rejected | None:
    """A refusal if an earlier row has one of this row's keys."""
    for key, value in line.keys.items():
        if first := seen.get(key, {}).get(value):
            return line.row.reject(key, f"the same {key} stands in row {first} already", "keep one of the two rows")
    for key, value in line.keys.items():
        seen.setdefault(key, {})[value] = line.row.number
    return None


def _batches(lines: Sequence[CustomerLine]) -> Iterator[Sequence[CustomerLine]]:
    for start in range(0, len(lines), _BATCH):
        yield lines[start : start + _BATCH]


async def _import(line: CustomerLine, known: Known, shelf: CustomerShelf, met: dict[str, int]) -> Effect | Rejected:
    """Store one row, or say why not; two rows of one file never mean one stored customer."""
    try:
        customer = known.find(line)
        known.check(line, customer)
    except Invalid as fault:
        return line.row.reject(fault.field, fault.detail, fault.remedy)
    if customer is None:
        return await shelf.create(line, known)
    if twin := find_twin(met, line.row, next(iter(line.keys)), f"customer {customer.id}"):
        return twin
    return await shelf.update(line, customer, known)
