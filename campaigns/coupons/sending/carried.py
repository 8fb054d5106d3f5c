"""Coupons that went out with a message: found from the message, and asked before it leaves whether they still hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaigns.coupons.redemption.till import OPEN
from models import Coupon, Delivery

OCCURRENCE_PREFIX = "coupon:"
"""Begins the reason keys of messages that carry a coupon."""

SOURCE_PREFIX = "delivery:"
"""Begins the source of a copy that went out with a message; the delivery's id follows."""


async def find_carried(delivery_id: int) -> dict[str, Any] | None:
    """The copy a delivery carries and what became of it, as JSON; None where it carries none."""
    delivery = await Delivery.get_or_none(id=delivery_id).only("id", "customer_id")
    if delivery is None:
        return None
    copies = Coupon.filter(customer_id=delivery.customer_id, source=f"{SOURCE_PREFIX}{delivery_id}")
    copy = await copies.first().prefetch_related("template")
    if copy is None:
        return None
    return {
        "id": copy.id,
        "template": copy.template.code,
        "state": copy.state.value,
        "valid_until": copy.valid_until.isoformat(),
        "redeemed_at": copy.redeemed_at.isoformat() if copy.redeemed_at else None,
        "store": copy.store_code,
        "discount_fen": copy.discount_fen,
    }


class CarriedCoupons:
    """Fills ``core.ports.StillTrue`` for messages that carry a coupon."""

    async def find_untrue(self, occurrences: Mapping[int, tuple[str, int]], at: datetime) -> set[int]:
        """Of deliveries: those whose copy cannot be used any more. Messages that carry none always hold here."""
        asked = {key: who for key, (what, who) in occurrences.items() if what.startswith(OCCURRENCE_PREFIX)}
        if not asked:
            return set()
        sources = {f"{SOURCE_PREFIX}{key}": key for key in asked}
        copies = Coupon.filter(customer_id__in=set(asked.values()), source__in=list(sources), valid_until__gt=at)
        good = await copies.filter(state__in=[state.value for state in OPEN]).values_list("source", flat=True)
        return set(asked) - {sources[str(source)] for source in good}
