"""Sending an offer: each person one message and its copy together, once; whom it may not reach gets no copy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from campaigns.coupons import person_tables as person_tables  # registers how two customers' copies become one's
from campaigns.coupons.codes import read_code
from campaigns.coupons.offers.templates import get_template, set_template, step_template
from campaigns.coupons.redemption.redeeming import Till
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.refusals import No
from campaigns.coupons.sending.audiences import these
from campaigns.coupons.sending.carried import CarriedCoupons, find_carried
from campaigns.coupons.sending.filled_codes import FilledCodes, mark_of
from campaigns.coupons.sending.send_form import VARIABLES, read_message
from campaigns.coupons.sending.sending import hold_key
from core.errors import Invalid
from core.ports import TaskAsked
from customers.merging import merge
from guides.care_tasks import CareTasks
from models import Audit, Consent, Coupon, CouponBlock, CouponCall, CouponEntry, Delivery, Identity, Purpose, Task
from tests.campaigns.care.brand import ACCOUNTS, MINI_ID, SHOP, also, someone
from tests.campaigns.coupons.offers import CODES, NOON, code_of, publish
from tests.campaigns.coupons.sends import TASK, TEXT, friend, friends, guided, holders, rows, sender, sent, to_send
from tests.delivery.audiences import RULES, Hands

pytestmark = pytest.mark.usefixtures("database")

TILL = Till(CODES, timedelta(minutes=30))


async def test_each_person_gets_one_message_and_the_copy_it_speaks_of() -> None:
    await publish(stock=10)
    people = await friends(3)
    outcome = await sent(people, to_send(store_name="静安店"))
    assert (dict(outcome.hears), outcome.closed) == ({"custom": 3}, None)
    assert await rows() == dict.fromkeys(people, ("planned", ""))
    assert await holders() == people
    row = await Delivery.get(customer_id=people[0])
    copy = await Coupon.get(customer_id=people[0])
    assert (row.occurrence, copy.source) == ("coupon:附近", f"delivery:{row.id}")
    [option] = row.options
    words = f"王女士，送您【满100减20】，券码{mark_of(copy.id)}，12月24日前到静安店使用。"
    assert option == {"channel": "custom", "payload": {"kind": "text", "text": words}}
    assert row.expires_at == NOON + timedelta(days=3)
    assert row.trail[-1]["checks"][-1] == {"name": "coupon", "is_passed": True, "coupon_id": copy.id}
    assert (await get_template("满减20")).issued == 3


async def test_the_same_send_again_creates_nothing_new_and_reaches_who_came_since() -> None:
    await publish(stock=10, per_person=5)
    people = await friends(3)
    await sent(people)
    again = await sent(people)
    assert (again.there, again.hears.total()) == (3, 0)
    later = [*people, *await friends(1)]
    assert (await sent(later)).hears.total() == 1
    assert await holders() == later and await Delivery.all().count() == 4
    await sent(later, to_send("再一次"))
    assert await Delivery.all().count() == 8


class DyingGuides(CareTasks):
    """Dies inside the transaction of the second batch, when copies and messages of it are stored."""

    def __init__(self) -> None:
        self.seen: list[tuple[int, int]] = []

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        self.seen.append((await Coupon.all().count(), await Delivery.all().count()))
        if len(self.seen) == 2:
            raise RuntimeError("killed here")
        return await super().open_tasks(asked, at)


async def test_killed_between_copy_and_message_there_is_neither_and_the_same_send_goes_on() -> None:
    await publish(stock=10)
    people, guides, send = await guided(5), DyingGuides(), to_send(options=(TEXT, TASK))
    with pytest.raises(RuntimeError):
        await sent(people, send, sender(guide_tasks=guides, batch=2))
    assert guides.seen == [(2, 2), (4, 4)]
    assert await holders() == people[:2] == list(await rows())
    given = (await get_template("满减20")).issued
    assert given == 2 == await CouponEntry.all().count() == await CouponCall.all().count() == await Task.all().count()
    outcome = await sent(people, send)
    assert (outcome.there, outcome.hears.total()) == (2, 3)
    assert await holders() == people == list(await rows())
    assert await Task.all().count() == 5


async def test_whom_the_policy_refuses_gets_no_copy() -> None:
    await publish(stock=10)
    silent, unwilling, well = await friend(writes=False), await friend(), await friend()
    await Consent.create(
        customer_id=unwilling.customer_id,
        purpose=Purpose.MARKETING,
        is_granted=False,
        at=NOON,
        channel="text",
        text_version="1",
    )
    outcome = await sent([person.customer_id for person in (silent, unwilling, well)])
    assert dict(outcome.refused) == {"window_closed": 1, "consent_withdrawn": 1}
    assert await rows() == {
        silent.customer_id: ("suppressed", "window_closed"),
        unwilling.customer_id: ("suppressed", "consent_withdrawn"),
        well.customer_id: ("planned", ""),
    }
    assert await holders() == [well.customer_id]
    assert (await get_template("满减20")).exposure_fen == 2000


async def test_who_is_held_out_or_capped_gets_no_copy() -> None:
    await publish(stock=10)
    people = await friends(1)
    await sent(people, by=sender(rules=replace(RULES, holdout_percent=100)))
    assert (await rows(), await holders()) == ({people[0]: ("suppressed", "held_out")}, [])


async def test_in_quiet_hours_it_is_planned_for_their_end_with_its_copy() -> None:
    await publish(stock=10)
    people = await friends(1)
    late = NOON + timedelta(hours=10)
    outcome = await sent(people, by=sender(Hands(late)))
    assert dict(outcome.hears) == {"after_quiet_hours": 1}
    assert (await Delivery.get()).due_at == NOON + timedelta(hours=21)
    assert await holders() == people


async def test_rules_about_a_person_leave_a_row_with_the_reason() -> None:
    await publish(stock=10)
    had, blocked, well = await friends(3)
    await sent([had], to_send("上次"))
    await CouponBlock.create(customer_id=blocked, reason="刷券", since=NOON, by="cli:x")
    outcome = await sent([had, blocked, well])
    assert dict(outcome.denied) == {"limit_reached": 1, "blocked": 1}
    found = {row.customer_id: row for row in await Delivery.filter(occurrence="coupon:附近")}
    assert [(found[who].state, found[who].reason) for who in (had, blocked, well)] == [
        ("suppressed", "coupon_refused"), ("suppressed", "coupon_refused"), ("planned", ""),
    ]  # fmt: skip
    assert found[had].trail[-1]["checks"][-1] == {
        "name": "coupon", "is_passed": False, "reason": "coupon_refused", "refused": "limit_reached", "limit": 1,
        "taken": 1,
    }  # fmt: skip
    assert await holders() == [had, well]


async def test_stock_holds_across_batches_and_the_rest_is_told_why() -> None:
    await publish(stock=5)
    people = await friends(9)
    outcome = await sent(people, by=sender(batch=2))
    assert (outcome.hears.total(), outcome.rest) == (5, 4)
    assert outcome.closed is not None and outcome.closed.code is No.SOLD_OUT
    assert await holders() == people[:5] == list(await rows())


async def test_budget_pauses_the_template_and_the_same_send_goes_on_when_there_is_more() -> None:
    await publish(stock=10, budget=80)
    people = await friends(7)
    outcome = await sent(people, by=sender(batch=3))
    assert (outcome.hears.total(), outcome.rest) == (4, 3)
    assert outcome.closed is not None and outcome.closed.for_guide == "预算 80元 已用 80元，再发就超出，活动已暂停。"
    stored = await get_template("满减20")
    assert (stored.state, stored.exposure_fen, stored.issued) == ("paused", 8000, 4)
    paused = await sent(people)
    assert paused.closed is not None and (paused.closed.code, paused.there, paused.rest) == (No.PAUSED, 4, 3)
    await set_template("满减20", {"budget": 200}, "cli:test", NOON)
    await step_template("满减20", "publish", "", "cli:test", NOON)
    more = await sent(people)
    assert (more.there, more.hears.total(), more.closed) == (4, 3, None)
    assert await holders() == people


async def test_an_offer_that_is_over_gives_nobody_anything() -> None:
    await publish(valid_days=None, valid_until="2026-11-20")
    people = await friends(2)
    outcome = await sent(people)
    assert outcome.closed is not None and (outcome.closed.code, outcome.rest) == (No.ENDED, 2)
    assert (await rows(), await holders()) == ({}, [])


async def test_looking_changes_nothing() -> None:
    await publish(stock=10)
    there, well = await friends(2)
    silent = (await friend(writes=False)).customer_id
    stranger = (await someone(app_id=MINI_ID)).customer_id
    await sent([there])
    before = [await model.all().order_by("id").values() for model in (Delivery, Coupon, CouponEntry, Audit)]
    outcome = await sender().look(to_send(), these([there, well, silent, stranger]))
    assert (outcome.there, outcome.elsewhere) == (1, 1)
    assert (dict(outcome.hears), dict(outcome.refused)) == ({"custom": 1}, {"window_closed": 1})
    assert before == [await model.all().order_by("id").values() for model in (Delivery, Coupon, CouponEntry, Audit)]
    assert (await get_template("满减20")).issued == 1


async def test_two_who_became_one_get_one_message() -> None:
    await publish(stock=10, per_person=5)
    kept, folded = await friend(), await friend()
    await sent([folded.customer_id])
    assert await merge(kept.customer_id, folded.customer_id, "test", NOON)
    outcome = await sent([kept.customer_id, folded.customer_id])
    assert (outcome.there, outcome.hears.total()) == (1, 0)
    assert await holders() == [kept.customer_id]
    [row] = await Delivery.all()
    assert (await find_carried(row.id) or {})["state"] == "issued"


async def test_who_has_several_identities_hears_where_they_follow() -> None:
    await publish(stock=10)
    person = await friend()
    await also(person.customer_id, SHOP.app_id)
    await sent([person.customer_id])
    assert (await Delivery.get()).identity_id == person.identity_id


async def test_a_guide_is_asked_at_once_where_no_other_way_is_open() -> None:
    await publish(stock=10)
    people = await guided(1)
    outcome = await sent(people, to_send(options=(TEXT, TASK)))
    assert dict(outcome.hears) == {"guide_task": 1}
    [task] = await Task.all()
    assert task.reason == "王女士有一张【满100减20】，请告诉一声。"
    assert await rows() == {people[0]: ("sent", "")} and await holders() == people


@pytest.mark.parametrize("end", ["voided", "redeemed", "expired", None])
async def test_a_message_whose_copy_is_gone_is_no_longer_true(end: str | None) -> None:
    await publish(stock=10)
    people = await friends(2)
    await sent(people)
    copy, at = await Coupon.get(customer_id=people[0]), NOON + timedelta(hours=1)
    if end == "voided":
        await TILL.void("v", await code_of(copy.id), "误发", "cli:x", at)
    elif end == "redeemed":
        await TILL.redeem("r", await code_of(copy.id), "", Basket(20_000), "A1", "cli:x", at)
    elif end == "expired":
        await Coupon.filter(id=copy.id).update(valid_until=at)
    asked = {row.id: (row.occurrence, row.customer_id) for row in await Delivery.all()}
    first = min(asked)
    care = {999: ("care:生日祝福:2026", people[0])}
    assert await CarriedCoupons().find_untrue({**asked, **care}, at) == ({first} if end else set())


async def test_a_delivery_tells_what_became_of_its_coupon() -> None:
    await publish(stock=10)
    people = await friends(1)
    await sent(people)
    row, copy = await Delivery.get(), await Coupon.get()
    await TILL.redeem("r", await code_of(copy.id), "", Basket(20_000), "A1", "cli:x", NOON)
    told = await find_carried(row.id)
    assert told is not None
    assert (told["id"], told["template"], told["state"], told["discount_fen"]) == (copy.id, "满减20", "redeemed", 2000)
    assert datetime.fromisoformat(told["redeemed_at"]) == NOON
    assert await find_carried(row.id + 1) is None


class Posted:
    """Fills ``core.ports.Sender``: keeps what it was handed."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, object]] = []

    async def send(self, account: object, openid: str, channel: str, payload: dict[str, object], client_id: str) -> str:
        self.payloads.append(payload)
        return "w1"


async def test_the_code_is_in_no_row_and_filled_in_as_the_message_leaves() -> None:
    await publish(stock=10)
    people = await friends(2)
    await sent(people)
    row, posted = await Delivery.get(customer_id=people[0]), Posted()
    copy = await Coupon.get(customer_id=people[0])
    code = await code_of(copy.id)
    assert code not in str(row.options) and read_code(code) not in str(row.options)
    openid = (await Identity.get(id=row.identity_id)).openid
    filled = FilledCodes(posted, CODES)
    assert await filled.send(SHOP, openid, "custom", row.options[0]["payload"], "c1") == "w1"
    assert posted.payloads == [
        {"kind": "text", "text": f"王女士，送您【满100减20】，券码{code}，12月24日前到我们的门店使用。"}
    ]
    # Somebody whose name looks like the mark of another's copy does not read that code.
    other = (await Identity.get(customer_id=people[1])).openid
    await filled.send(SHOP, other, "custom", {"kind": "text", "text": f"{mark_of(copy.id)}，您好"}, "c2")
    assert posted.payloads[1] == {"kind": "text", "text": f"{mark_of(copy.id)}，您好"}


async def test_a_key_sends_one_offer_and_each_run_is_audited() -> None:
    await publish(stock=10)
    await publish(code="另一张")
    await hold_key(to_send(), "all", "cli:a", NOON)
    await hold_key(to_send(), "all", "cli:b", NOON)
    with pytest.raises(Invalid, match="附近 sent 满减20 before"):
        await hold_key(to_send(template="另一张"), "all", "cli:c", NOON)
    lines = await Audit.filter(action="coupon.send").order_by("id")
    assert [(line.actor, line.subject) for line in lines] == [(f"cli:{who}", "coupon_send:附近") for who in "ab"]


def test_the_page_shows_words_that_are_taken() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/coupons.md").read_text(encoding="utf-8")
    shown = [tomllib.loads(block) for block in re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]
    [words] = [each for each in shown if "options" in each]
    message = read_message(words, ACCOUNTS)
    assert [option.channel for option in message.options] == ["custom", "guide_task"]
    assert {name for name in VARIABLES if f"`{{{name}}}`" not in page} == set()


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"account": "nowhere"}, "account"), ({"class": "service"}, "class"), ({"colour": "red"}, "colour"),
        ({"options": []}, "options"), ({"options": [{"channel": "custom", "text": "{days}天"}]}, "options[0].text"),
        ({"options": [{**TASK, "words": "告诉{customer}券码{code}"}]}, "options[0].words"),
        ({"options": [{"channel": "template", "template_id": "T", "data": {"a": "{coupon}"}}]}, "options"),
    ],
)  # fmt: skip
def test_what_is_said_is_checked(form: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as fault:
        read_message({"account": "shop", "options": [TEXT], **form}, ACCOUNTS)
    assert fault.value.field == field
