"""The rules in memory: fires, audiences, and whether a reason still holds, for the schedule and the worker."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from campaigns.care.book import CareBook
from campaigns.care.rules import add_rule, remove_rule, set_rule, switch_rule
from delivery.schedule import Fire
from models import CareRule, Customer, Occurrence, OccurrenceState
from tests.campaigns.care.brand import ACCOUNTS, china, collect, did, form, someone

pytestmark = pytest.mark.usefixtures("database")

T0 = china(2026, 5, 1, 9)
DAY = china(2026, 5, 12), china(2026, 5, 13)
AT = china(2026, 5, 12, 10)
ME = "cli:me"


@pytest.fixture
def book() -> CareBook:
    return CareBook(ACCOUNTS, "知音")


async def switched_on(name: str, kind: str = "birthday", **changes: object) -> None:
    await add_rule(form(kind, **{"name": name, **changes}), ACCOUNTS, ME, T0)
    await switch_rule(name, True, ME, T0)


async def test_rules_that_are_on_fire_and_a_change_is_noticed(book: CareBook) -> None:
    await switched_on("生日")
    await add_rule(form("anniversary", name="周年"), ACCOUNTS, ME, T0)
    await book.refresh()
    assert book.due_fires(*DAY) == [Fire("care:生日", AT, timedelta(hours=14))]
    await switch_rule("周年", True, ME, T0)
    assert len(book.due_fires(*DAY)) == 1
    await book.refresh()
    assert {fire.schedule for fire in book.due_fires(*DAY)} == {"care:生日", "care:周年"}
    await set_rule("生日", {"at": "15:00"}, ACCOUNTS, ME, T0)
    await switch_rule("周年", False, ME, T0)
    await book.refresh()
    assert [(fire.schedule, fire.at) for fire in book.due_fires(*DAY)] == [("care:生日", china(2026, 5, 12, 15))]


async def occurrence(schedule: str, cursor: int = 0) -> Occurrence:
    return await Occurrence.create(
        schedule=schedule, fire_at=AT, state=OccurrenceState.OPEN, created_at=AT, created_by="test", cursor=cursor
    )


async def test_an_occurrence_finds_its_people_after_its_cursor(book: CareBook) -> None:
    first, second = await someone("--05-12"), await someone("--05-12")
    await switched_on("生日")
    await book.refresh()
    audience = book.find_audience(await occurrence("care:生日", cursor=first.customer_id))
    assert audience is not None
    (person,) = await collect(audience)
    assert (person.customer_id, person.occurrence_key, person.due_at) == (second.customer_id, "care:生日:2026", AT)


async def test_an_occurrence_whose_rule_is_gone_has_no_audience(book: CareBook) -> None:
    await switched_on("生日")
    await book.refresh()
    open_one = await occurrence("care:生日")
    assert book.find_audience(open_one) is not None
    await switch_rule("生日", False, ME, T0)
    await book.refresh()
    assert book.find_audience(open_one) is None
    assert book.find_audience(await occurrence("other:生日")) is None


async def test_reasons_are_asked_of_the_kind_that_gave_them(book: CareBook) -> None:
    born, changed, silent = await someone("--05-12"), await someone("--05-13"), await someone()
    await did(silent, "text", china(2026, 1, 1))
    await switched_on("生日")
    await switched_on("沉睡", "dormant", settings={"days": 30})
    reasons = {
        1: ("care:生日:2026", born.customer_id),
        2: ("care:生日:2026", changed.customer_id),
        3: ("care:沉睡:2026-01-01", silent.customer_id),
        4: ("reply:k000001", changed.customer_id),
        5: ("care:生日:2026~17", born.customer_id),
        6: ("care:生日:2026~18", changed.customer_id),
    }
    assert await book.find_untrue(reasons, AT) == {2, 6}
    await did(silent, "text", AT)
    await Customer.filter(id=born.customer_id).update(birthday="")
    assert await book.find_untrue(reasons, AT) == {1, 2, 3, 5, 6}
    assert await book.find_untrue({}, AT) == set()


async def test_what_a_rule_planned_holds_no_more_once_it_is_off_or_gone(book: CareBook) -> None:
    person = await someone("--05-12")
    await switched_on("生日")
    reasons = {1: ("care:生日:2026", person.customer_id), 2: ("care:没有:2026", person.customer_id)}
    assert await book.find_untrue(reasons, AT) == {2}
    await switch_rule("生日", False, ME, T0)
    assert await book.find_untrue(reasons, AT) == {1, 2}
    await switch_rule("生日", True, ME, T0)
    assert await book.find_untrue(reasons, AT) == {2}
    await remove_rule("生日", ME, T0)
    assert await book.find_untrue(reasons, AT) == {1, 2}


async def test_a_rule_that_cannot_be_used_any_more_keeps_nobody_else_from_firing(
    book: CareBook, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("生日", "旧种类", "旧账号"):
        await switched_on(name)
    await CareRule.filter(name="旧种类").update(kind="wedding")
    await CareRule.filter(name="旧账号").update(account="closed")
    with caplog.at_level(logging.ERROR):
        await book.refresh()
    assert [fire.schedule for fire in book.due_fires(*DAY)] == ["care:生日"]
    told = sorted((record.message, vars(record)["field"]) for record in caplog.records)
    assert told == [("a care rule cannot be used", "account"), ("a care rule cannot be used", "kind")]
