"""The organisation as a tree: one brand, its regions, their stores; and what happens when somebody leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.transactions import in_transaction

from core.errors import Missing, Refused
from models import Audit, Binding, Organisation, OrganisationKind, Staff, Task, TaskState

ROOT_CODE = "brand"
ROOT_NAME = "总部"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Customers still bound to somebody, and tasks of theirs that are open."""

    customers: int
    tasks: int


async def get_or_plant_root() -> Organisation:
    """The brand: the one node without a parent."""
    found = await Organisation.get_or_none(kind=OrganisationKind.BRAND, code=ROOT_CODE)
    return found or await _plant(None, OrganisationKind.BRAND, ROOT_CODE, ROOT_NAME)


async def plant_regions(names: Collection[str], root: Organisation) -> dict[str, Organisation]:
    """The regions by name, new ones made; a region's code is its name."""
    kept = {node.code: node for node in await Organisation.filter(kind=OrganisationKind.REGION)}
    for name in sorted(set(names) - kept.keys()):
        kept[name] = await _plant(root, OrganisationKind.REGION, name, name)
    return {name: kept[name] for name in names}


async def plant_stores(leaves: Sequence[tuple[Organisation, str, str]]) -> dict[str, Organisation]:
    """New leaves of the tree from (parent, store code, name), set by set; returns them by code."""
    parents = {code: parent for parent, code, _ in leaves}
    await Organisation.bulk_create(
        [
            Organisation(parent=parent, kind=OrganisationKind.STORE, code=code, name=name)
            for parent, code, name in leaves
        ],
        batch_size=_BATCH,
    )
    pathless = await Organisation.filter(kind=OrganisationKind.STORE, path="")
    fresh = [node for node in pathless if node.code in parents]
    for node in fresh:
        node.path = f"{parents[node.code].path}{node.id}/"
    if fresh:
        await Organisation.bulk_update(fresh, fields=["path"], batch_size=_BATCH)
    return {node.code: node for node in fresh}


async def move(node: Organisation, parent: Organisation) -> None:
    """Hang a store under another parent; its path follows."""
    node.parent_id, node.path = parent.id, f"{parent.path}{node.id}/"
    await node.save(update_fields=["parent_id", "path"])


async def _plant(parent: Organisation | None, kind: OrganisationKind, code: str, name: str) -> Organisation:
    node = await Organisation.create(parent=parent, kind=kind, code=code, name=name)
    node.path = f"{parent.path if parent else '/'}{node.id}/"
    await node.save(update_fields=["path"])
    return node


async def leave(staff_code: str, at: datetime, actor: str) -> None:
    """A member of staff leaves, at once.

    Their customers keep the binding until a scan or a handover ends it, so that the brand knows whom they belonged to;
    until then nobody is named to them as their guide. Raises ``Missing`` and ``Refused`` (has left already).
    """
    async with in_transaction():
        staff = await Staff.get_or_none(code=staff_code)
        if staff is None:
            raise Missing(f"no staff member {staff_code!r}")
        if not await Staff.filter(id=staff.id, left_at__isnull=True).update(left_at=at):
            raise Refused("has_left", f"{staff.name}已离职", staff=staff_code)
        await Audit.create(at=at, actor=actor, action="staff.leave", subject=f"staff:{staff.id}", detail={})


async def count_left_behind(staff_code: str) -> LeftBehind:
    """What waits for whoever comes after them."""
    bound = Binding.filter(guide__code=staff_code, primary_slot__isnull=False)
    tasks = Task.filter(guide__code=staff_code, state=TaskState.OPEN)
    return LeftBehind(await bound.count(), await tasks.count())
