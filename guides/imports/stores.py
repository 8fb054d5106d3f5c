"""Imports stores: upsert by code, coordinates with their system, each store a leaf of the organisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from core.accounts import Crs
from core.errors import Invalid
from guides.imports.csv_file import Table, read_table
from guides.imports.result import Effect, ImportResult, Rejected
from guides.imports.store_lines import LAYOUT, StoreLine, read_store
from guides.imports.work import find_twin, importing, leave_trace, summed
from guides.organisation import get_or_plant_root, move, plant_regions, plant_stores
from guides.stores import REVISION
from models import Organisation, Store

_BATCH = 500


async def import_stores(
    path: Path,
    *,
    at: datetime,
    actor: str,
    mapping: Mapping[str, str] | None = None,
    crs: Crs | None = None,
    is_abroad: bool = False,
) -> ImportResult:
    """Import a stores file. A column the file lacks is left as stored; an empty cell empties it.

    ``crs`` holds for rows whose own crs cell is empty; ``is_abroad`` takes places outside China too.
    Raises ``Invalid`` (the file as a whole) and ``Busy``.
    """
    table = read_table(path, LAYOUT, mapping or {})
    lines, rejected = _read(table, crs, is_abroad)
    async with importing(REVISION):
        effects = await _store(lines)
        result = summed(effects, rejected, table)
        await leave_trace(REVISION, result, path, actor, at)
    return result


def _read(table: Table, crs: Crs | None, is_abroad: bool) -> tuple[list[StoreLine], list[Rejected]]:
    lines: list[StoreLine] = []
    rejected: list[Rejected] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        try:
            line = read_store(row, crs, is_abroad)
        except Invalid as fault:
            rejected.append(row.reject(fault.field, fault.detail, fault.remedy))
            continue
        if twin := find_twin(seen, row, "code", line.code):
            rejected.append(twin)
        else:
            lines.append(line)
    return lines, rejected


async def _store(lines: Sequence[StoreLine]) -> list[Effect]:
    kept = {store.code: store for store in await Store.all().prefetch_related("organisation")}
    root = await get_or_plant_root() if lines else None
    if root is None:
        return []
    regions = await plant_regions({line.region for line in lines if line.region}, root)
    fresh = [line for line in lines if line.code not in kept]
    await _create(fresh, {line.code: regions.get(line.region or "", root) for line in fresh})
    effects = [Effect.CREATED] * len(fresh)
    for line in lines:
        if store := kept.get(line.code):
            parent = None if line.region is None else regions.get(line.region, root)
            effects.append(await _update(store, line, parent))
    return effects


async def _create(lines: Sequence[StoreLine], parents: Mapping[str, Organisation]) -> None:
    leaves = await plant_stores([(parents[line.code], line.code, str(line.columns["name"])) for line in lines])
    stores = [Store(organisation=leaves[line.code], code=line.code, **line.columns) for line in lines]
    await Store.bulk_create(stores, batch_size=_BATCH)


async def _update(store: Store, line: StoreLine, parent: Organisation | None) -> Effect:
    changed = {column: value for column, value in line.columns.items() if getattr(store, column) != value}
    node = store.organisation
    is_moving = parent is not None and node.parent_id != parent.id
    if parent is not None and is_moving:
        await move(node, parent)
    if changed:
        await Store.filter(id=store.id).update(**changed)
    if "name" in changed:
        await Organisation.filter(id=node.id).update(name=changed["name"])
    return Effect.UPDATED if changed or is_moving else Effect.UNCHANGED
