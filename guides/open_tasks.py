"""What customers wait for: the open tasks, by store and guide, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count

from guides.tasks import HUMAN
from models import Binding, Staff, Store, Task, TaskState

MOST = 500


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task as its guide sees it. ``store`` and ``guide`` are codes, empty where nobody serves the customer.

    ``store`` is the guide's, or that of the customer's last guide. ``has_left``: the guide no longer works here.
    """

    id: int
    store: str
    store_name: str
    guide: str
    guide_name: str
    has_left: bool
    kind: str
    customer_id: int
    reason: str
    since: datetime


async def list_open_tasks(most: int = MOST) -> list[OpenTask]:
    """The oldest open tasks, by store and guide, those nobody serves first."""
    rows = await Task.filter(state=TaskState.OPEN).order_by("created_at", "id").limit(most).prefetch_related("guide")
    bound = Binding.filter(primary_slot__in=[row.customer_id for row in rows]).prefetch_related("store")
    stores = {binding.customer_id: binding.store for binding in await bound}
    theirs = {store.id: store for store in await Store.filter(id__in=[r.guide.store_id for r in rows if r.guide])}
    tasks = [
        _task(row, row.guide, theirs.get(row.guide.store_id) if row.guide else stores.get(row.customer_id))
        for row in rows
    ]
    return sorted(tasks, key=lambda task: (task.store, task.guide, task.since, task.id))


async def count_open_tasks() -> dict[str, int]:
    """How many are open, by kind; requests for a person always, be it 0."""
    rows = Task.filter(state=TaskState.OPEN).annotate(count=Count("id")).group_by("kind").values("kind", "count")
    return {HUMAN: 0} | {row["kind"]: row["count"] for row in await rows}


def _task(row: Task, guide: Staff | None, store: Store | None) -> OpenTask:
    return OpenTask(
        row.id,
        store.code if store else "",
        store.name if store else "",
        guide.code if guide else "",
        guide.name if guide else "",
        guide is not None and guide.left_at is not None,
        row.kind,
        row.customer_id,
        row.reason,
        row.created_at,
    )
