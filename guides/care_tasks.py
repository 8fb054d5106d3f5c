"""What the house would say to a customer, asked of their guide instead."""

from __future__ import annotations

from datetime import datetime

from guides.binding import find_active
from models import Task, TaskState

CARE = "care"
_LONGEST_REASON = 255


class CareTasks:
    """Fills ``core.ports.GuideTasks``."""

    async def open_task(self, customer_id: int, delivery_id: int, words: str, at: datetime) -> bool:
        """One task a delivery, in the caller's transaction; False where nobody serves the customer."""
        binding = await find_active(customer_id)
        if binding is None or binding.guide.left_at:
            return False
        await Task.create(
            customer_id=customer_id,
            guide=binding.guide,
            kind=CARE,
            state=TaskState.OPEN,
            reason=words[:_LONGEST_REASON],
            created_at=at,
            open_key=f"{CARE}:{delivery_id}",
        )
        return True
