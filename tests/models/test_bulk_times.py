"""Times in any zone mean the same moment in both databases, however they are written and asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.coupons.claiming.claims import Claims
from campaigns.coupons.refusals import Refusal
from core.clock import BRAND_ZONE
from models import CouponCall
from models.dialect.bulk import execute, insert_rows, select
from tests.campaigns.coupons.offers import CODES, claim, publish
from tests.customers.people import meet

pytestmark = pytest.mark.usefixtures("database")

HERE = datetime(2026, 11, 26, 0, 30, tzinfo=BRAND_ZONE)
"""Half past midnight: the day before in UTC."""

THERE = HERE.astimezone(UTC)
SECOND = timedelta(seconds=1)


async def test_a_time_of_another_zone_is_found_where_it_belongs() -> None:
    columns = {"key": "text", "customer_id": "bigint", "at": "timestamptz", "answer": "jsonb"}
    await insert_rows("coupon_call", columns, [("k", None, HERE, "{}")])
    assert await CouponCall.filter(at__gte=THERE, at__lt=THERE + SECOND).count() == 1
    for moment, found in ((HERE, 1), (THERE, 1), (HERE + SECOND, 0), (THERE + SECOND, 0)):
        asked = "SELECT key FROM coupon_call WHERE at >= {}"
        assert len(await select(asked.format("$1"), asked.format("?"), moment)) == found
    moved = "UPDATE coupon_call SET at = {}"
    await execute(moved.format("$1"), moved.format("?"), HERE + SECOND)
    assert await CouponCall.filter(at__gte=THERE + SECOND).count() == 1


async def test_a_day_limit_holds_before_eight_in_the_morning() -> None:
    await publish(per_person=3, per_day=1)
    who = (await meet("o-1")).customer_id
    claims = Claims(CODES, 0)
    answers = []
    for number, at in enumerate((THERE, THERE + timedelta(hours=1), THERE + timedelta(hours=24))):
        answers += await claims.decide([replace(claim(who, f"k{number}"), at=at)])
    assert [answer.code if isinstance(answer, Refusal) else "given" for answer in answers] == [
        "given", "day_limit_reached", "given",
    ]  # fmt: skip
