"""Messages that carry a coupon, from planning to WeChat: with the code, or not at all once the copy is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns.care.book import CareBook
from campaigns.care.planner import plan_fire, prepare
from campaigns.care.rules import add_rule, get_rule, switch_rule
from campaigns.coupons.redemption.redeeming import Till
from campaigns.coupons.sending.audiences import these
from campaigns.coupons.sending.carried import CarriedCoupons, find_carried
from campaigns.coupons.sending.filled_codes import FilledCodes
from campaigns.coupons.sending.send import Send
from campaigns.coupons.sending.send_form import read_message
from campaigns.coupons.sending.sending import CouponSender
from campaigns.still_true import AllStillTrue
from models import Coupon, Delivery
from models.dialect.deliveries import insert_planned
from tests.campaigns.coupons.offers import CODES, code_of, publish
from tests.delivery.conftest import RULES, FakeSender, NoGuides, Outbox, Person, state_of
from tests.delivery.offers import at_noon

TILL = Till(CODES, timedelta(minutes=30))
EVENING = timedelta(hours=9, minutes=30)


async def sent_to(outbox: Outbox, person: Person, later: timedelta = timedelta(0)) -> Delivery:
    """A coupon on its way to somebody who wrote just now."""
    await publish(valid_days=60)
    outbox.hands.moment += later
    await outbox.push(person)
    form = {"account": "shop", "options": [{"channel": "custom", "text": "券码{code}，{ends}前有效"}]}
    send = Send("周末", "满减20", read_message(form, {"shop": outbox.wechat.shop}))
    accounts = {account.app_id: account for account in outbox.accounts}
    sender = CouponSender(CODES, accounts, RULES, NoGuides(), "知己", outbox.hands)
    assert (await sender.send(send, these([person.customer_id]))).hears.total() == 1
    return await Delivery.get(occurrence="coupon:周末")


def parts(outbox: Outbox, sender: Any) -> dict[str, Any]:
    book = CareBook({"shop": outbox.wechat.shop}, "知己")
    return {"sender": FilledCodes(sender, CODES), "still_true": AllStillTrue(book, CarriedCoupons())}


async def test_the_customer_reads_the_code(outbox: Outbox) -> None:
    delivery = await sent_to(outbox, await at_noon(outbox))
    sender = FakeSender()
    await outbox.worker(**parts(outbox, sender)).run_once()
    assert await state_of(delivery) == ("sent", "")
    code = await code_of((await Coupon.get()).id)
    [(openid, words)] = sender.sent
    assert openid == "oA" and words.startswith(f"券码{code}，")
    assert (await find_carried(delivery.id) or {})["state"] == "issued"


async def test_a_copy_that_was_taken_back_overnight_is_not_sent_and_says_why(outbox: Outbox) -> None:
    delivery = await sent_to(outbox, await at_noon(outbox), EVENING)
    assert delivery.due_at > outbox.hands()
    copy = await Coupon.get()
    await TILL.void("v", await code_of(copy.id), "误发", "cli:x", outbox.hands())
    outbox.hands.moment = delivery.due_at
    sender = FakeSender()
    await outbox.worker(**parts(outbox, sender)).run_once()
    assert await state_of(delivery) == ("suppressed", "no_longer_true") and sender.sent == []


async def test_a_copy_stays_with_the_customer_where_the_message_cannot_be_sent(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    delivery = await sent_to(outbox, person, EVENING)
    outbox.hands.moment = delivery.expires_at
    await outbox.worker(**parts(outbox, FakeSender())).run_once()
    assert await state_of(delivery) == ("suppressed", "expired")
    assert [copy.state for copy in await Coupon.filter(customer_id=person.customer_id)] == ["issued"]


@pytest.mark.parametrize("is_used", [True, False])
async def test_a_reminder_is_not_sent_once_the_coupon_was_used(outbox: Outbox, is_used: bool) -> None:
    person = await at_noon(outbox)
    await sent_to(outbox, person)
    copy = await Coupon.get()
    await Delivery.all().delete()
    form = {
        "name": "券快到期", "kind": "coupon_expiring", "account": "shop", "at": "12:00", "settings": {"days": 3},
        "options": [{"channel": "custom", "text": "【{coupon}】{ends}到期"}],
    }  # fmt: skip
    accounts = {"shop": outbox.wechat.shop}
    await add_rule(form, accounts, "cli:x", outbox.hands())
    await switch_rule("券快到期", True, "cli:x", outbox.hands())
    outbox.hands.moment = copy.valid_until - timedelta(days=4) + timedelta(hours=12)
    await outbox.push(person)
    ready = prepare(await get_rule("券快到期"), outbox.wechat.shop)
    [[planned]] = [batch async for batch in plan_fire(ready, outbox.hands(), "知己")]
    assert planned.options[0]["payload"]["text"].startswith("【满100减20】")
    assert await insert_planned(
        planned.occurrence_key, person.customer_id, person.identity_id, None, planned.app_id, "custom",
        list(planned.options), planned.contact_class.value, planned.due_at, planned.due_at, planned.expires_at, [],
    )  # fmt: skip
    delivery = await Delivery.get(occurrence=planned.occurrence_key)
    if is_used:
        await TILL.void("v", await code_of(copy.id), "误发", "cli:x", outbox.hands() + timedelta(minutes=1))
    outbox.passes(minutes=2)
    sender = FakeSender()
    await outbox.worker(**parts(outbox, sender)).run_once()
    assert await state_of(delivery) == (("suppressed", "no_longer_true") if is_used else ("sent", ""))
    assert len(sender.sent) == (0 if is_used else 1)
