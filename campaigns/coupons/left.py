"""What is left of offers for a person: within their limits, the stock and the budget, as they stand now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime, time

from campaigns.coupons.near import Offered
from core.clock import BRAND_ZONE
from models import Coupon, CouponTemplate


async def left_for(customer_id: int, offers: Collection[Offered], at: datetime) -> dict[str, int]:
    """How many copies of each offer, by code, this person could take now by its counts; other rules are not asked.

    Nothing is held: who takes one may still find that others were quicker.
    """
    terms = {offer.code: offer.terms for offer in offers}
    rows = await CouponTemplate.filter(code__in=list(terms))
    day = datetime.combine(at.astimezone(BRAND_ZONE).date(), time(), BRAND_ZONE)
    mine = Coupon.filter(customer_id=customer_id, template_id__in=[row.id for row in rows])
    copies = await mine.only("id", "template_id", "issued_at")
    ever = Counter(copy.template_id for copy in copies)
    today = Counter(copy.template_id for copy in copies if copy.issued_at >= day)
    left = {}
    for row in rows:
        limits = [_unclaimed(row), terms[row.code].per_person - ever[row.id]]
        if per_day := terms[row.code].per_day:
            limits.append(per_day - today[row.id])
        left[row.code] = max(0, min(limits))
    return left


def _unclaimed(row: CouponTemplate) -> int:
    in_stock: int = row.stock - row.issued
    if row.budget_fen is None or not row.worth_fen:
        return in_stock
    in_budget: int = (row.budget_fen - row.exposure_fen) // row.worth_fen
    return min(in_stock, in_budget)
