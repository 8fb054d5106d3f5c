"""Figures of the offers: what was given, used and refused, and copies beyond the stock."""

from __future__ import annotations

from datetime import timedelta

from campaigns.coupons.claiming.claims import Claims
from campaigns.coupons.figures import count_coupons
from campaigns.coupons.redemption.redeeming import Till
from campaigns.coupons.redemption.till import Basket
from models import Coupon, CouponTemplate
from tests.campaigns.coupons.offers import CODES, NOON, claim, code_of, publish
from tests.customers.people import meet


async def customers(count: int) -> list[int]:
    return [(await meet(f"o-{number}")).customer_id for number in range(count)]


async def test_nothing_happened_yet(database: str) -> None:
    assert await count_coupons() == {"issued": 0, "redeemed": 0, "refused": {}, "oversold": 0}


async def test_copies_uses_and_refusals_are_counted(database: str) -> None:
    await publish(stock=2)
    first, second, third = await customers(3)
    claims = [claim(first), claim(second), claim(third, "late"), claim(third, "later"), claim(first, "again")]
    await Claims(CODES, 0).decide(claims)
    await Claims(CODES, 0).decide([claim(third, "late")])  # a repeat under the same key is one refusal
    till = Till(CODES, timedelta(minutes=30))
    used, undone = [await code_of(copy.id) for copy in await Coupon.all().order_by("id")]
    for key, code, order in (("r1", used, "A1"), ("r2", used, "A2"), ("r3", undone, "A3")):
        await till.redeem(key, code, "", Basket(12000), order, "cli:test", NOON)
    await till.reverse("r4", undone, "退单", "cli:test", NOON)
    figures = await count_coupons()
    assert figures == {
        "issued": 2,
        "redeemed": 1,
        "refused": {"sold_out": 2, "already_redeemed": 1, "limit_reached": 1},
        "oversold": 0,
    }
    assert next(iter(figures["refused"])) == "sold_out"


async def test_more_copies_than_stock_are_told(database: str) -> None:
    await publish(stock=3)
    await publish(code="够的", title="够的", stock=3)
    first, second, third = await customers(3)
    await Claims(CODES, 0).decide([claim(each) for each in (first, second, third)])
    await Claims(CODES, 0).decide([claim(each, template="够的") for each in (first, second)])
    await CouponTemplate.filter(code="满减20").update(stock=1)
    figures = await count_coupons()
    assert (figures["issued"], figures["oversold"]) == (5, 2)
