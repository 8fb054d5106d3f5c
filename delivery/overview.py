"""What became of deliveries: counts by state and reason, the unknown ones, and settling those by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.functions import Count
from tortoise.transactions import in_transaction

from core.clock import Now, now
from core.errors import Invalid, Missing, Refused
from core.reasons import Reason
from delivery.interactions import end_interactions
from delivery.trail import Trail
from models import Audit, Delivery, DeliveryState


@dataclass(frozen=True, slots=True)
class Share:
    """How many deliveries are in one state for one reason (empty: none)."""

    state: DeliveryState
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Open:
    """A delivery nobody knows the end of, to be settled by hand; it names no person."""

    id: int
    app_id: str
    channel: str
    occurrence: str
    reason: str
    closed_at: datetime | None


async def count_deliveries() -> list[Share]:
    """All deliveries by state and reason, in the order a row passes through the states."""
    groups = Delivery.annotate(count=Count("id")).group_by("state", "reason").values("state", "reason", "count")
    shares = [Share(DeliveryState(row["state"]), row["reason"], row["count"]) for row in await groups]
    order = list(DeliveryState)
    return sorted(shares, key=lambda share: (order.index(share.state), share.reason))


async def list_unknown(limit: int = 100) -> list[Open]:
    """The oldest unknown deliveries; not those of erased people, whom nobody can ask."""
    unknown = Delivery.filter(state=DeliveryState.UNKNOWN).exclude(reason=Reason.ERASED.value)
    rows = await unknown.order_by("id").limit(limit)
    return [Open(row.id, row.app_id, row.channel, row.occurrence, row.reason, row.closed_at) for row in rows]


async def tell_delivery(delivery_id: int) -> dict[str, Any]:
    """One delivery as JSON, its trail included; it names no person and none of the words. Raises ``Missing``."""
    row = await Delivery.get_or_none(id=delivery_id)
    if row is None:
        raise Missing(f"no delivery has the id {delivery_id}")
    return {
        "id": row.id,
        "customer_id": row.customer_id,
        "occurrence": row.occurrence,
        "contact_class": row.contact_class,
        "state": row.state.value,
        "reason": row.reason,
        "channel": row.channel,
        "channels": [option["channel"] for option in row.options],
        "attempts": row.attempts,
        **{
            name: _iso(getattr(row, name)) for name in ("created_at", "due_at", "expires_at", "started_at", "closed_at")
        },
        "trail": row.trail,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


async def settle(delivery_id: int, outcome: str, actor: str, clock: Now = now) -> None:
    """Writes down what a person found out about an unknown delivery, ``sent`` or ``failed``; audited.

    Raises ``Invalid`` for another outcome, ``Missing``, and ``Refused`` where the delivery is not unknown.
    """
    if outcome not in (DeliveryState.SENT, DeliveryState.FAILED):
        raise Invalid("outcome", f"{outcome!r} is no outcome", "say sent or failed")
    state, moment = DeliveryState(outcome), clock()
    async with in_transaction():
        row = await Delivery.filter(id=delivery_id).select_for_update().first()
        if row is None:
            raise Missing(f"no delivery has the id {delivery_id}")
        if row.state != DeliveryState.UNKNOWN:
            raise Refused("not_unknown", f"delivery {delivery_id} is {row.state.value}, not unknown")
        trail = Trail(row.trail).note(moment, "settled", outcome=state.value, actor=actor)
        await Delivery.filter(id=delivery_id).update(
            state=state, reason=Reason.SETTLED_BY_HAND.value, closed_at=moment, trail=trail.entries
        )
        if row.interaction_id is not None:
            await end_interactions({row.interaction_id: (state, Reason.SETTLED_BY_HAND.value)})
        await Audit.create(
            at=moment,
            actor=actor,
            action="delivery.settle",
            subject=f"delivery:{delivery_id}",
            detail={"outcome": state.value, "was": row.reason},
        )
