"""Plans what is to leave: a row, unique by what caused it and whom it is for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.channels import ContactClass
from core.clock import now
from delivery.trail import Trail
from models.dialect.deliveries import insert_planned


async def plan(
    occurrence: str,
    customer_id: int,
    identity_id: int,
    app_id: str,
    channel: str,
    payload: dict[str, Any],
    due_at: datetime,
    expires_at: datetime,
    interaction_id: int | None = None,
    planned_at: datetime | None = None,
) -> bool:
    """Plans one message in the caller's transaction; False where this occurrence was planned for the person before.

    ``interaction_id``: the push this answers, whose state follows the delivery's end.
    """
    at = planned_at or now()
    return await insert_planned(
        occurrence,
        customer_id,
        identity_id,
        interaction_id,
        app_id,
        str(channel),
        [{"channel": str(channel), "payload": payload}],
        ContactClass.SERVICE.value,
        at,
        due_at,
        expires_at,
        Trail().note(at, "planned", due_at=due_at, expires_at=expires_at).entries,
    )
