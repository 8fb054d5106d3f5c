"""Blocks: people who may take no coupons, seen and lifted by staff."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from core.errors import Invalid, Missing
from customers.audit import note
from models import CouponBlock

_MOST_DAYS = 3650


async def block(customer_id: int, reason: str, days: int, by: str, at: datetime) -> None:
    """Keeps a customer from taking coupons, for some days or (0) until it is lifted. Raises ``Invalid``."""
    if not reason.strip():
        raise Invalid("reason", "is missing", "say why; the customer is told to ask a store, staff see the reason")
    if not 0 <= days <= _MOST_DAYS:
        raise Invalid("days", f"{days} days", f"write 1 to {_MOST_DAYS}, or leave it out to block until it is lifted")
    until = at + timedelta(days=days) if days else None
    async with in_transaction():
        await CouponBlock.create(customer_id=customer_id, reason=reason[:128], since=at, until=until, by=by[:64])
        await note("coupon.block", f"customer:{customer_id}", at, by, reason=reason)


async def lift(customer_id: int, by: str, at: datetime) -> int:
    """Lifts every block of a customer that holds; returns how many. Raises ``Missing`` where there is none."""
    async with in_transaction():
        lifted = await CouponBlock.filter(customer_id=customer_id, lifted_at__isnull=True).update(
            lifted_at=at, lifted_by=by[:64]
        )
        if not lifted:
            raise Missing(f"customer {customer_id} is not blocked: coupon blocks shows those who are")
        await note("coupon.unblock", f"customer:{customer_id}", at, by)
    return int(lifted)


async def list_blocks(at: datetime) -> list[CouponBlock]:
    """Blocks that hold, newest first."""
    rows = await CouponBlock.filter(lifted_at__isnull=True).order_by("-id")
    return [row for row in rows if row.until is None or row.until > at]
