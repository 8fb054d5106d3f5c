"""Rules about coupons that run out: one message a person and day, true as long as the coupons are open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.care.preview import preview
from campaigns.coupons import person_tables as person_tables  # registers how two customers' copies become one's
from campaigns.coupons.claiming.claims import Claims, Given
from campaigns.coupons.redemption.redeeming import Till, expire_due
from campaigns.coupons.redemption.till import Basket
from core.errors import Invalid
from customers.merging import merge
from models import Coupon
from tests.campaigns.care.brand import ACCOUNTS, Person, also, china, due, ready, rule, someone, untrue, whats
from tests.campaigns.coupons.offers import CODES, NOON, claim, code_of, publish
from tests.delivery.audiences import RULES

pytestmark = pytest.mark.usefixtures("database")

LAST = "2026-12-24"
"""The last day of a copy given at NOON that holds 30 days."""

DAY_BEFORE_3 = china(2026, 12, 21, 10, 30)
TILL = Till(CODES, timedelta(minutes=30))


async def give(person: Person, template: str = "满减20", key: str = "") -> int:
    [answer] = await Claims(CODES, 0).decide([claim(person.customer_id, key, template)])
    assert isinstance(answer, Given)
    return answer.coupon_id


async def redeem(coupon_id: int, key: str = "r1") -> None:
    at = china(2026, 12, 21, 10, 40)
    await TILL.redeem(key, await code_of(coupon_id), "", Basket(20_000), "A1", "cli:test", at)


async def test_who_holds_an_open_coupon_hears_three_days_before_its_last_day() -> None:
    await publish()
    holder = await someone(name="王女士", since=china(2026, 1, 1))
    await give(holder)
    await someone()
    made = ready("coupon_expiring", settings={"days": 3})
    [found] = await due(made, DAY_BEFORE_3)
    assert (found.customer_id, found.identity_id, found.what) == (*holder, LAST)
    assert found.values == {"coupon": "满100减20", "ends": "12月24日", "count": "1"}
    for other in (china(2026, 12, 20, 23, 59), china(2026, 12, 22, 0, 0)):
        assert await due(made, other) == []


async def test_a_coupon_that_ends_at_the_brands_midnight_ends_with_the_day_before() -> None:
    """Also where the day in UTC is another: copies end at 16:00 UTC."""
    await publish(valid_days=None, valid_until="2026-11-30")
    holder = await someone()
    await give(holder)
    made = ready("coupon_expiring", settings={"days": 1})
    assert await whats(made, china(2026, 11, 29, 9)) == {holder.customer_id: "2026-11-30"}
    assert await whats(made, china(2026, 11, 30, 9)) == {}
    assert await expire_due(china(2026, 11, 30, 23, 59)) == 0
    assert await expire_due(china(2026, 12, 1, 0, 1)) == 1


async def test_several_of_one_day_are_one_message_that_names_the_first_and_counts() -> None:
    await publish()
    await publish(code="满减50", title="满300减50", threshold=300, amount=50)
    await publish(code="晚一天", title="晚一天", valid_days=31)
    holder = await someone()
    for template in ("满减50", "满减20", "晚一天"):
        await give(holder, template)
    [found] = await due(ready("coupon_expiring", settings={"days": 3}), DAY_BEFORE_3)
    assert found.values == {"coupon": "满300减50", "ends": "12月24日", "count": "2"}


async def test_used_taken_back_and_ended_coupons_are_not_spoken_of() -> None:
    await publish(stock=10)
    people = [await someone() for _ in range(3)]
    used, voided, open_ = [await give(person) for person in people]
    await redeem(used)
    await TILL.void("v1", await code_of(voided), "误发", "cli:test", NOON)
    made = ready("coupon_expiring", settings={"days": 3})
    assert await whats(made, DAY_BEFORE_3) == {people[2].customer_id: LAST}
    await Coupon.filter(id=open_).update(state="expired")
    assert await whats(made, DAY_BEFORE_3) == {}


@pytest.mark.parametrize("what_happens", ["redeemed", "voided", "expired", "one_of_two"])
async def test_a_message_is_no_longer_true_once_a_coupon_it_speaks_of_is_gone(what_happens: str) -> None:
    await publish(per_person=2)
    holder, other = await someone(), await someone()
    coupon_id = await give(holder)
    await give(other)
    if what_happens == "one_of_two":
        await give(holder, key="second")
    made = ready("coupon_expiring", at="10:30", settings={"days": 3})
    claims = await whats(made, DAY_BEFORE_3)
    later = china(2026, 12, 21, 11)
    assert await untrue(made, claims, later) == set()
    if what_happens == "voided":
        await TILL.void("v1", await code_of(coupon_id), "误发", "cli:test", china(2026, 12, 21, 10, 50))
    elif what_happens == "expired":
        later = china(2026, 12, 25, 0, 1)  # the clock's job has not come yet
    else:
        await redeem(coupon_id)
    gone = {holder.customer_id, other.customer_id} if what_happens == "expired" else {holder.customer_id}
    assert await untrue(made, claims, later) == gone


async def test_a_coupon_used_long_before_the_message_makes_nothing_untrue() -> None:
    await publish(per_person=2)
    holder = await someone()
    used = await give(holder)
    await give(holder, key="second")
    await TILL.redeem("r0", await code_of(used), "", Basket(20_000), "A0", "cli:test", NOON + timedelta(hours=1))
    made = ready("coupon_expiring", at="10:30", settings={"days": 3})
    [found] = await due(made, DAY_BEFORE_3)
    assert found.values["count"] == "1"
    assert await untrue(made, {holder.customer_id: LAST}, china(2026, 12, 21, 11)) == set()


async def test_a_redemption_undone_is_spoken_of_again() -> None:
    await publish()
    holder = await someone()
    coupon_id = await give(holder)
    await redeem(coupon_id)
    await TILL.reverse("u1", await code_of(coupon_id), "退单", "cli:test", china(2026, 12, 21, 10, 50))
    made = ready("coupon_expiring", settings={"days": 3})
    assert await whats(made, china(2026, 12, 21, 11)) == {holder.customer_id: LAST}


async def test_two_who_became_one_hear_once_of_all_they_hold() -> None:
    await publish()
    kept, folded = await someone(), await someone()
    for person in (kept, folded):
        await give(person)
    await also(folded.customer_id, "wx00000000000000bb")
    assert await merge(kept.customer_id, folded.customer_id, "test", china(2026, 12, 1))
    [found] = await due(ready("coupon_expiring", settings={"days": 3}), DAY_BEFORE_3)
    assert (found.customer_id, found.values["count"]) == (kept.customer_id, "2")


async def test_preview_says_the_words() -> None:
    await publish()
    holder = await someone(name="王女士", since=china(2026, 1, 1))
    await give(holder)
    words = "{customer}，【{coupon}】{ends}到期，共{count}张"
    made = ready("coupon_expiring", settings={"days": 3}, options=[{"channel": "custom", "text": words}])
    on = DAY_BEFORE_3.date()
    [line] = [line async for lines in preview(made, on, "知己", ACCOUNTS, RULES) for line in lines]
    assert line.words == "王女士，【满100减20】12月24日到期，共1张"


@pytest.mark.parametrize("days", [None, 0, 31, "3"])
def test_days_are_asked_for(days: object) -> None:
    with pytest.raises(Invalid) as fault:
        rule("coupon_expiring", settings={} if days is None else {"days": days})
    assert fault.value.field == "settings.days"
