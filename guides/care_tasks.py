"""What the house would say to customers, asked of their guides instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.ports import TaskAsked
from models import Binding, Task, TaskState

CARE = "care"
_LONGEST_REASON = 255


class CareTasks:
    """Fills ``core.ports.GuideTasks``."""

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        """One task a delivery, in the caller's transaction; the deliveries whose customer somebody serves."""
        serving = Binding.filter(
            primary_slot__in=[task.customer_id for task in asked], guide__left_at__isnull=True
        ).values_list("primary_slot", "guide_id")
        guides = dict(await serving)
        served = [task for task in asked if task.customer_id in guides]
        await Task.bulk_create(
            Task(
                customer_id=task.customer_id,
                guide_id=guides[task.customer_id],
                kind=CARE,
                state=TaskState.OPEN,
                reason=task.words[:_LONGEST_REASON],
                created_at=at,
                open_key=f"{CARE}:delivery-{task.delivery_id}",
            )
            for task in served
        )
        return {task.delivery_id for task in served}
