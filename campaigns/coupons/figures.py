"""The offers in figures: copies given and used, who was refused and why, and whether more were given than there are."""

from __future__ import annotations

from typing import Any

from tortoise.functions import Count

from models import Coupon, CouponState, CouponTemplate
from models.dialect.refusals import count_refused


async def count_coupons() -> dict[str, Any]:
    """Counts for ``show totals``, those of erased people among them but for their refusals.

    ``issued`` copies ever given, ``redeemed`` those used and not reversed, ``refused`` claims and uses of copies by
    reason, repeats under one key once. ``oversold`` copies beyond the stock of their template: always 0.
    """
    given = await Coupon.annotate(count=Count("id")).group_by("template_id").values_list("template_id", "count")
    stocks = dict(await CouponTemplate.all().values_list("id", "stock"))
    return {
        "issued": sum(count for _, count in given),
        "redeemed": await Coupon.filter(state=CouponState.REDEEMED).count(),
        "refused": await count_refused(),
        "oversold": sum(max(0, count - stocks[template_id]) for template_id, count in given),
    }
