"""Festival rules: the days they fall due on, and that they are for everybody of the account."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from campaigns.care.planner import due_fires
from tests.campaigns.care.brand import MINI_ID, china, due, leaves, ready, someone

LONG = (china(2025, 1, 1), china(2028, 1, 1))


def days(settings: dict[str, Any], span: tuple[datetime, datetime] = LONG) -> list[date]:
    fires = due_fires(ready("festival", settings=settings), *span)
    assert all(at.hour == 2 for at in fires)  # 10:00 in China
    return [at.date() for at in fires]


def test_a_lunar_festival_falls_due_on_its_day_each_year() -> None:
    assert days({"festival": "中秋节"}) == [date(2025, 10, 6), date(2026, 9, 25), date(2027, 9, 15)]


def test_days_before_may_lie_in_the_year_before() -> None:
    found = days({"festival": "元旦", "days_before": 3})
    assert found == [date(2025, 12, 29), date(2026, 12, 29), date(2027, 12, 29)]


def test_the_first_day_off_where_the_calendar_knows_it_else_the_festival() -> None:
    found = days({"festival": "春节", "on": "first_day_off"})
    assert found[:2] == [date(2025, 1, 28), date(2026, 2, 15)]
    far = days({"festival": "春节", "on": "first_day_off"}, (china(2099, 1, 1), china(2100, 1, 1)))
    assert far == [date(2099, 1, 21)]


def test_a_brands_own_day_in_either_calendar() -> None:
    assert days({"festival": "店庆", "date": "09-18"}) == [date(year, 9, 18) for year in (2025, 2026, 2027)]
    assert days({"festival": "店庆", "date": "农历三月初三"}) == [
        date(2025, 3, 31),
        date(2026, 4, 19),
        date(2027, 4, 9),
    ]
    leap = days({"festival": "店庆", "date": "02-29"}, (china(2027, 1, 1), china(2029, 1, 1)))
    assert leap == [date(2027, 2, 28), date(2028, 2, 29)]


@pytest.mark.usefixtures("database")
async def test_it_is_for_everybody_of_the_account_once() -> None:
    stays, left, unseen = (
        await someone(since=china(2026, 1, 1)),
        await someone(since=china(2026, 1, 1)),
        await someone(),
    )
    await someone(app_id=MINI_ID)
    await leaves(left, china(2026, 5, 1))
    made = ready("festival", settings={"festival": "中秋节", "days_before": 1})
    found = await due(made, china(2026, 9, 24, 10))
    assert [each.customer_id for each in found] == [stays.customer_id, left.customer_id, unseen.customer_id]
    assert {each.what for each in found} == {"2026-09-25"}
    assert found[0].values == {"festival": "中秋节"}
    assert await due(made, china(2026, 9, 25, 10)) == []


def test_its_messages_end_with_the_day() -> None:
    made = ready("festival", settings={"festival": "中秋节"})
    at = china(2026, 9, 25, 10)
    assert made.kind.expires_at(made.settings, at) == china(2026, 9, 26)
    assert made.kind.catch_up(made.settings, at) == timedelta(hours=14)
