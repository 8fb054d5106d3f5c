"""Rules about what people did: after a visit, after the first words, after a long silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.campaigns.care.brand import MINI_ID, SHOP_ID, also, china, did, due, ready, rule, someone, untrue, whats

pytestmark = pytest.mark.usefixtures("database")

VISIT = "mini.store_visit"
DAYS = {"of": "store_visit", "days": 3}
HOURS = {"of": "store_visit", "hours": 2}
CHAT = {"of": "first_chat", "days": 1}


async def test_three_days_after_the_last_visit() -> None:
    came, again, before = await someone(), await someone(), await someone()
    await did(came, VISIT, china(2026, 11, 17, 9))
    await did(came, VISIT, china(2026, 11, 17, 21))
    await did(came, "text", china(2026, 11, 18))
    await did(again, VISIT, china(2026, 11, 17, 9))
    await did(again, VISIT, china(2026, 11, 18, 9))
    await did(before, VISIT, china(2026, 11, 16, 23, 59))
    found = await due(ready("after_visit", settings=DAYS), china(2026, 11, 20, 10))
    assert [(each.customer_id, each.what, each.values) for each in found] == [
        (came.customer_id, "2026-11-17", {"days": "3"})
    ]
    assert await whats(ready("after_visit", settings=DAYS), china(2026, 11, 21, 10)) == {
        again.customer_id: "2026-11-18"
    }


async def test_a_visit_told_by_the_mini_program_counts_for_the_official_account() -> None:
    person = await someone(since=china(2026, 1, 1))
    await did(await also(person.customer_id, MINI_ID), VISIT, china(2026, 11, 17, 9))
    (found,) = await due(ready("after_visit", settings=DAYS), china(2026, 11, 20, 10))
    assert found[:2] == person


async def test_who_came_again_meanwhile_is_not_asked_about_the_visit_before() -> None:
    person = await someone()
    made = ready("after_visit", settings=DAYS)
    await did(person, VISIT, china(2026, 11, 17, 9))
    claims = await whats(made, china(2026, 11, 20, 10))
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == set()
    await did(person, VISIT, china(2026, 11, 20, 10, 30))
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == {person.customer_id}


async def test_hours_after_a_visit_every_visit_falls_into_one_hour() -> None:
    person = await someone()
    made = ready("after_visit", settings=HOURS, at=None)
    await did(person, VISIT, china(2026, 11, 20, 13, 0))
    fires = [china(2026, 11, 20) + timedelta(hours=hour) for hour in range(24)]
    met = [at for at in fires if await whats(made, at)]
    assert met == [china(2026, 11, 20, 16)]
    (found,) = await due(made, met[0])
    assert (found.what, found.values) == ("2026-11-20", {"hours": "2"})


async def test_the_first_words_to_this_account_and_no_later_ones() -> None:
    new, old, silent = await someone(), await someone(), await someone()
    await did(new, "event.subscribe", china(2026, 11, 1))
    await did(new, "text", china(2026, 11, 19, 9))
    await did(new, "voice", china(2026, 11, 19, 9, 5))
    await did(old, "text", china(2026, 11, 1))
    await did(old, "text", china(2026, 11, 19, 9))
    await did(silent, "event.click", china(2026, 11, 19, 9))
    made = ready("after_visit", settings=CHAT)
    assert await whats(made, china(2026, 11, 20, 10)) == {new.customer_id: "first_chat"}
    assert await whats(made, china(2026, 11, 21, 10)) == {}
    assert await untrue(made, {new.customer_id: "first_chat"}, china(2026, 11, 20, 11)) == set()


async def test_silence_of_so_many_days_is_broken_once() -> None:
    person, active, newcomer = await someone(), await someone(), await someone()
    await did(person, "text", china(2026, 8, 1))
    await did(person, "event.click", china(2026, 8, 22, 9))
    await did(active, "text", china(2026, 8, 22, 9))
    await did(active, "event.view", china(2026, 11, 1))
    made = ready("dormant", settings={"days": 90})
    met = {}
    for number in range(120):
        at = china(2026, 10, 1, 10) + timedelta(days=number)
        met.update({(at, who): what for who, what in (await whats(made, at)).items() if who != active.customer_id})
    assert met == {(china(2026, 11, 20, 10), person.customer_id): "2026-08-22"}
    assert newcomer.customer_id not in {who for _, who in met}
    (found,) = await due(made, china(2026, 11, 20, 10))
    assert found.values == {"days": "90"}


async def test_reports_on_what_was_sent_to_them_do_not_wake_anybody() -> None:
    person = await someone()
    await did(person, "text", china(2026, 8, 22, 9))
    await did(person, "event.templatesendjobfinish", china(2026, 11, 1))
    made = ready("dormant", settings={"days": 90})
    claims = await whats(made, china(2026, 11, 20, 10))
    assert claims == {person.customer_id: "2026-08-22"}
    await did(person, "event.subscribe_msg_sent_event", china(2026, 11, 20, 10))
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == set()
    await did(person, "event.click", china(2026, 11, 20, 10, 30))
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == {person.customer_id}


async def test_an_act_anywhere_breaks_the_silence() -> None:
    person = await someone(app_id=SHOP_ID)
    await did(person, "text", china(2026, 8, 22, 9))
    await did(await also(person.customer_id, MINI_ID), "mini.page_view", china(2026, 9, 1))
    assert await whats(ready("dormant", settings={"days": 90}), china(2026, 11, 20, 10)) == {}


async def test_messages_outlive_a_night_of_quiet_hours() -> None:
    at = china(2026, 11, 20, 20, 30)
    for made in (
        ready("after_visit", settings=DAYS),
        ready("after_visit", settings=HOURS, at=None),
        ready("after_follow", settings={"days": 1}),
        ready("dormant", settings={"days": 30}),
    ):
        kept = made.kind.expires_at(made.settings, at)
        assert kept > china(2026, 11, 21, 9)
        assert kept - at > made.kind.catch_up(made.settings, at)
    assert rule("after_visit", settings=HOURS, at=None).at is None
