"""From a rule to its fires and its people: pure in time, each person once, their own words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from campaigns.care.planner import due_fires, find_next_fire, fires_on, plan_fire
from core.channels import ContactClass
from models import Customer, Identity
from tests.campaigns.care.brand import LONG_AGO, SHOP_ID, china, collect, ready, serve, someone
from tests.guides.brand import open_store

HOUR = timedelta(hours=1)


def test_a_daily_rule_fires_once_a_day_at_its_hour() -> None:
    made = ready("birthday", at="10:30")
    assert due_fires(made, china(2026, 11, 20), china(2026, 11, 22, 12)) == [
        china(2026, 11, day, 10, 30) for day in (20, 21, 22)
    ]


def test_the_end_belongs_to_a_span_and_its_beginning_does_not() -> None:
    made = ready("birthday")
    at = china(2026, 11, 20, 10)
    assert due_fires(made, at - HOUR, at) == [at]
    assert due_fires(made, at, at + HOUR) == []


def test_steps_of_any_length_meet_every_fire_once() -> None:
    for made in (ready("birthday"), ready("after_visit", settings={"of": "store_visit", "hours": 2}, at=None)):
        start, end = china(2026, 2, 1), china(2026, 3, 1)
        whole = due_fires(made, start, end)
        for step in (timedelta(minutes=7), HOUR, timedelta(hours=31)):
            met, at = [], start
            while at < end:
                met += due_fires(made, at, min(at + step, end))
                at += step
            assert met == whole


def test_a_rule_in_hours_fires_every_hour() -> None:
    made = ready("after_visit", settings={"of": "store_visit", "hours": 2}, at=None)
    assert due_fires(made, china(2026, 11, 20, 9, 30), china(2026, 11, 20, 12)) == [
        china(2026, 11, 20, hour) for hour in (10, 11, 12)
    ]
    assert len(fires_on(made, date(2026, 11, 20))) == 24


def test_nothing_falls_due_from_before_it_was_switched_on_or_while_it_is_off() -> None:
    span = china(2026, 11, 19), china(2026, 11, 22)
    on = ready("birthday", on_since=china(2026, 11, 20, 11))
    assert due_fires(on, *span) == [china(2026, 11, 21, 10)]
    off = ready("birthday", on_since=None)
    assert due_fires(off, *span) == []
    assert fires_on(off, date(2026, 11, 20)) == [china(2026, 11, 20, 10)]
    assert find_next_fire(off, china(2026, 11, 20, 11)) == china(2026, 11, 21, 10)


def test_the_next_fire_of_a_festival() -> None:
    made = ready("festival", settings={"festival": "春节"})
    assert find_next_fire(made, china(2026, 11, 20)) == china(2027, 2, 6, 10)


def test_a_missed_birthday_is_made_up_on_its_own_day_only() -> None:
    made = ready("birthday")
    at = china(2026, 11, 20, 10)
    assert at + made.kind.catch_up(made.settings, at) == china(2026, 11, 21)
    assert made.kind.expires_at(made.settings, at) == china(2026, 11, 21)


@pytest.mark.usefixtures("database")
async def test_each_person_is_planned_with_their_own_words() -> None:
    options = [
        {"channel": "subscribe", "template_id": "T1", "data": {"thing1": "{customer}", "thing2": "{brand}"}},
        {"channel": "guide_task", "words": "{customer}{date}生日"},
    ]
    made = ready("birthday", name="生日祝福", options=options, **{"class": "marketing"})
    named, unnamed = await someone("--05-12", name="王女士"), await someone("lunar:03-26")
    await serve(named, await open_store("静安"))
    at = china(2026, 5, 12, 10)
    first, second = await collect(plan_fire(made, at, "知音"))
    assert (first.customer_id, first.identity_id, first.app_id) == (*named, SHOP_ID)
    assert first.occurrence_key == "care:生日祝福:2026"
    assert first.contact_class is ContactClass.MARKETING
    assert (first.due_at, first.expires_at) == (at, china(2026, 5, 13))
    assert first.options == [
        {"channel": "subscribe", "payload": {"template_id": "T1", "data": {"thing1": "王女士", "thing2": "知音"}}},
        {"channel": "guide_task", "payload": {"words": "王女士5月12日生日"}},
    ]
    assert second.customer_id == unnamed.customer_id
    assert second.options[0]["payload"]["data"]["thing1"] == "亲爱的顾客"
    assert second.options[1]["payload"]["words"] == "这位顾客三月廿六生日"


@pytest.mark.usefixtures("database")
async def test_many_come_in_batches_and_go_on_after_a_cursor() -> None:
    """More people than one statement looks through, gaps between their ids, few of them due in between."""
    ids = [number for number in range(1, 12_001) if number % 7]
    await Customer.bulk_create(
        [Customer(id=number, created_at=LONG_AGO, birthday="--05-12" if number < 3000 else "") for number in ids],
        batch_size=1000,
    )
    last = await Customer.create(id=30_000, created_at=LONG_AGO, birthday="1990-05-12")
    await Identity.bulk_create(
        [
            Identity(app_id=SHOP_ID, openid=f"o{number}", customer_id=number, created_at=LONG_AGO)
            for number in [*ids, last.id]
        ],
        batch_size=1000,
    )
    wanted = [*(number for number in ids if number < 3000), last.id]
    made, at = ready("birthday"), china(2026, 5, 12, 10)
    batches = [batch async for batch in plan_fire(made, at, "知音")]
    assert [len(batch) for batch in batches] == [1000, 1000, 572]
    assert [person.customer_id for batch in batches for person in batch] == wanted
    rest = await collect(plan_fire(made, at, "知音", after_id=2000))
    assert [person.customer_id for person in rest] == [number for number in wanted if number > 2000]
    everybody = await collect(
        plan_fire(ready("festival", settings={"festival": "七夕"}), china(2026, 8, 19, 10), "知音")
    )
    assert [person.customer_id for person in everybody] == [*ids, last.id]
