"""Several planners at once, and people who become one meanwhile: each person once, and never more than there is."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from campaigns.coupons import person_tables as person_tables  # registers how two customers' copies become one's
from campaigns.coupons.claiming.claims import Claims
from campaigns.coupons.offers.templates import get_template
from customers.merging import merge
from models import Coupon, CouponEntry, Delivery
from tests.campaigns.coupons.offers import CODES, NOON, claim, publish
from tests.campaigns.coupons.sends import friend, friends, holders, sender, sent, to_send
from tests.guides.overlap import overlapping

pytestmark = pytest.mark.postgres


async def test_two_planners_at_once_reach_each_person_once(postgres: str) -> None:
    await publish(stock=100, per_person=5)
    people = await friends(40)
    outcomes = await asyncio.gather(*(sent(people, by=sender(batch=size)) for size in (3, 5, 7)))
    assert sum(outcome.hears.total() for outcome in outcomes) == 40
    assert await holders() == people
    assert Counter(row.customer_id for row in await Delivery.all()) == Counter(people)
    assert (await get_template("满减20")).issued == 40 == await CouponEntry.all().count()
    sources = {copy.customer_id: copy.source for copy in await Coupon.all()}
    assert sources == {row.customer_id: f"delivery:{row.id}" for row in await Delivery.all()}


async def test_two_planners_and_customers_in_the_chat_share_one_stock(postgres: str) -> None:
    await publish(stock=30)
    people = await friends(40)
    claims = Claims(CODES, 0)
    claims.start()
    try:
        taking = (claims.claim(claim(who)) for who in people[::2])
        await asyncio.gather(*(sent(people, by=sender(batch=size)) for size in (3, 5)), *taking)
    finally:
        await claims.stop()
    stored = await get_template("满减20")
    assert (stored.issued, stored.exposure_fen) == (30, 60_000)
    assert max(Counter(await holders()).values()) == 1 and len(await holders()) == 30
    carried = await Coupon.filter(source__startswith="delivery:").count()
    assert await Delivery.filter(state="planned").count() == carried


@pytest.mark.parametrize("is_send_first", [True, False])
async def test_a_merge_beside_a_send_leaves_one_message_to_the_one_they_are(postgres: str, is_send_first: bool) -> None:
    await publish(stock=10, per_person=5)
    kept, folded = await friend(), await friend()

    async def send() -> object:
        return (await sent([kept.customer_id, folded.customer_id], to_send())).hears.total()

    async def fold() -> object:
        return await merge(kept.customer_id, folded.customer_id, "test", NOON)

    results = await overlapping(*((send, fold) if is_send_first else (fold, send)))
    assert results == ([2, True] if is_send_first else [True, 1])
    states = Counter(row.state.value for row in await Delivery.filter(customer_id=kept.customer_id))
    assert states["planned"] == 1 and await Delivery.exclude(customer_id=kept.customer_id).count() == 0
    assert len(await holders()) == sum(states.values())
    assert (await sent([kept.customer_id])).there == 1
