"""A preview tells who would hear what and who would not, by the same policy, and changes nothing."""

from __future__ import annotations

from datetime import time

import pytest

from campaigns.care.preview import Line, Outcome, preview
from core.channels import ContactClass
from delivery.policy import ContactRules
from models import Consent, ContactSlot, Customer, Delivery, DeliveryState, Occurrence, Purpose, Task
from tests.campaigns.care.brand import ACCOUNTS, SHOP_ID, Person, china, did, leaves, ready, serve, someone
from tests.guides.brand import open_store

pytestmark = pytest.mark.usefixtures("database")

RULES = ContactRules(time(21), time(9), 7, {ContactClass.CARE: 1, ContactClass.MARKETING: 1}, 0)
ON = china(2026, 5, 12, 10)
OPTIONS = [
    {"channel": "custom", "text": "{customer}，生日快乐"},
    {"channel": "guide_task", "words": "今天是{customer}的生日"},
]


async def looked(at: str = "10:00", **changes: object) -> dict[int, Line]:
    made = ready("birthday", **{"name": "生日", "at": at, "options": OPTIONS, **changes})
    lines: list[Line] = []
    async for some in preview(made, ON.date(), "知音", ACCOUNTS, RULES):
        lines += some
    return {line.customer_id: line for line in lines}


async def born(name: str = "") -> Person:
    return await someone("--05-12", name=name, since=china(2026, 1, 1))


async def test_each_by_the_channel_that_is_open_for_them() -> None:
    writer, served, nobody = await born("王女士"), await born("李女士"), await born()
    await did(writer, "text", china(2026, 5, 11, 12))
    await serve(served, await open_store("静安"))
    found = await looked()
    told = [(line.outcome, line.channel, line.words, line.reason) for line in found.values()]
    assert told == [
        (Outcome.HEARS, "custom", "王女士，生日快乐", ""),
        (Outcome.HEARS, "guide_task", "今天是李女士的生日", ""),
        (Outcome.DOES_NOT, "custom", "亲爱的顾客，生日快乐", "no_channel"),
    ]
    line = found[nobody.customer_id]
    assert (line.at, line.occurrence, line.name) == (ON, "care:生日:2026", "")
    assert [check["name"] for check in line.checks][-2:] == ["channel", "channel"]


async def test_each_no_is_explained() -> None:
    left, withdrew, capped = await born(), await born(), await born()
    await leaves(left, china(2026, 5, 1))
    await Consent.create(customer_id=withdrew.customer_id, purpose=Purpose.MARKETING, is_granted=False,
                         text_version="1", channel="chat", at=china(2026, 5, 1))  # fmt: skip
    await ContactSlot.create(customer_id=capped.customer_id, contact_class="care", slot=0,
                             taken_until=china(2026, 5, 14))  # fmt: skip
    found = await looked(options=OPTIONS[:1])
    assert [found[each.customer_id].reason for each in (left, withdrew, capped)] == [
        "not_following", "consent_withdrawn", "capped",
    ]  # fmt: skip
    assert {line.outcome for line in found.values()} == {Outcome.DOES_NOT}
    assert found[capped.customer_id].again_at == china(2026, 5, 14, 9)


async def test_in_quiet_hours_it_waits_for_their_end_on_the_same_day_only() -> None:
    here, abroad = await born(), await born()
    await Customer.filter(id=abroad.customer_id).update(time_zone="Europe/London")
    found = await looked(at="10:00")
    assert [found[each.customer_id].outcome for each in (here, abroad)] == [Outcome.DOES_NOT, Outcome.WAITS]
    assert found[abroad.customer_id].again_at == china(2026, 5, 12, 16)  # nine in London
    late = await looked(at="22:00")
    assert (late[here.customer_id].outcome, late[here.customer_id].reason) == (Outcome.DOES_NOT, "quiet_hours")


async def test_who_has_a_delivery_for_this_reason_is_told_apart() -> None:
    person = await born()
    await Delivery.create(
        occurrence="care:生日:2026", customer_id=person.customer_id, identity_id=person.identity_id, app_id=SHOP_ID,
        channel="custom", options=[], state=DeliveryState.SUPPRESSED, created_at=ON, due_at=ON, expires_at=ON, trail=[],
    )  # fmt: skip
    assert [line.outcome for line in (await looked()).values()] == [Outcome.PLANNED]
    assert [line.outcome for line in (await looked(name="另一条")).values()] == [Outcome.DOES_NOT]


async def test_a_rule_that_does_not_fall_due_concerns_nobody() -> None:
    await born()
    made = ready("festival", settings={"festival": "七夕"})
    assert [lines async for lines in preview(made, ON.date(), "知音", ACCOUNTS, RULES)] == []


async def test_every_hour_of_the_day_is_looked_at() -> None:
    early, late = await someone(), await someone()
    await did(early, "mini.store_visit", china(2026, 5, 12, 8, 30))
    await did(late, "mini.store_visit", china(2026, 5, 12, 20, 15))
    settings = {"of": "store_visit", "hours": 2}
    made = ready("after_visit", settings=settings, at=None)
    lines = [line async for some in preview(made, ON.date(), "知音", ACCOUNTS, RULES) for line in some]
    assert [(line.customer_id, line.at) for line in lines] == [
        (early.customer_id, china(2026, 5, 12, 11)), (late.customer_id, china(2026, 5, 12, 23)),
    ]  # fmt: skip


async def test_words_of_a_template_are_shown_in_a_line() -> None:
    await born("王女士")
    notice = {"channel": "template", "template_id": "T", "data": {"thing1": "{customer}", "thing2": "生日\n快乐"}}
    (line,) = (await looked(options=[notice])).values()
    assert (line.outcome, line.words) == (Outcome.HEARS, "王女士 / 生日 快乐")


async def test_looking_changes_nothing() -> None:
    served = await born()
    await serve(served, await open_store("静安"))
    await did(served, "text", china(2026, 5, 11, 12))
    await looked()
    assert [await table.all().count() for table in (Delivery, Task, Occurrence, ContactSlot)] == [0, 0, 0, 0]
