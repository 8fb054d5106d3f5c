"""A year walked by the hour: one decision a birthday, nothing in quiet hours, no cap exceeded, every no told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from campaigns.care.kind import local_day
from campaigns.care.lunar import date_of
from models import Delivery, DeliveryState, Identity, Occurrence
from models.database import close_database, open_database
from tests.campaigns.care.year import BIRTHDAYS, FORMS, HOURS, RULES, Year
from tests.databases import copy_of


@pytest.fixture
async def year(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[Year]:
    """SQLite alone: what PostgreSQL might do otherwise is asked where a single day is."""
    await open_database(copy_of(migrated_sqlite, tmp_path))
    year = Year()
    await year.begin()
    yield year
    await close_database()


@pytest.mark.timeout(180)
async def test_a_year_by_the_hour(year: Year) -> None:
    assert await year.walk() == HOURS
    rows = await Delivery.all().order_by("id")
    assert {row.state for row in rows} == {DeliveryState.SENT, DeliveryState.SUPPRESSED}
    _check_birthdays(year, rows)
    await _check_everybody_is_asked_once(year, rows)
    await _check_sent_once(year, rows)
    _check_quiet_hours(year, rows)
    _check_caps(year, rows)
    _check_reasons(rows)
    await _check_occurrences()


def _check_birthdays(year: Year, rows: list[Delivery]) -> None:
    """Exactly one decision for each birthday of each person, on its day."""
    decided: defaultdict[int, list[date]] = defaultdict(list)
    for row in rows:
        if row.occurrence.startswith("care:生日:"):
            decided[row.customer_id].append(local_day(row.created_at))
    assert decided == {who: [*BIRTHDAYS[birthday]] for who, birthday in year.people.items() if birthday}
    assert len(year.people) == 40


async def _check_everybody_is_asked_once(year: Year, rows: list[Delivery]) -> None:
    """The days of the brand's own are everybody's."""
    others = Counter(row.occurrence.split(":")[1] for row in rows)
    own_days = [form["name"] for form in FORMS if form["kind"] == "festival"]
    assert {name: others[name] for name in own_days} == dict.fromkeys(own_days, len(year.people))


async def _check_sent_once(year: Year, rows: list[Delivery]) -> None:
    openids = dict(await Identity.all().values_list("customer_id", "openid"))
    sent = Counter(openids[row.customer_id] for row in rows if row.state is DeliveryState.SENT)
    assert Counter(each.openid for each in year.post.sent) == sent
    assert len({each.client_id for each in year.post.sent}) == len(year.post.sent) > 200


def _check_quiet_hours(year: Year, rows: list[Delivery]) -> None:
    customers = {row.identity_id: row.customer_id for row in rows}
    assert len(customers) == len(year.people)
    for row in rows:
        if row.state is DeliveryState.SENT:
            assert row.started_at is not None
            local = row.started_at.astimezone(year.zones[row.customer_id]).time()
            assert RULES.quiet_until <= local < RULES.quiet_from, (row.occurrence, local)
    waited = [row for row in rows if row.occurrence.startswith("care:生日前:") and row.state is DeliveryState.SENT]
    assert waited  # at eight it is quiet, and at nine it is sent


def _check_caps(year: Year, rows: list[Delivery]) -> None:
    """In no stretch of seven days more than the cap: the next after so many comes a whole stretch later."""
    stretch = timedelta(days=RULES.cap_days)
    fullest: Counter[str] = Counter()
    for (_, contact_class), times in year.sent_of(rows).items():
        cap = {str(each): most for each, most in RULES.caps.items()}[contact_class]
        assert cap is not None
        for number, start in enumerate(times):
            within = sum(start <= each < start + stretch for each in times[number:])
            assert within <= cap
            fullest[contact_class] = max(fullest[contact_class], within)
        assert all(one <= other for one, other in pairwise(times))
    assert fullest == {"care": 4, "marketing": 2}  # the rules crowd each other enough


def _check_reasons(rows: list[Delivery]) -> None:
    """Every no has a reason, and the check that said it, after others that said yes."""
    reasons: Counter[str] = Counter()
    for row in rows:
        checked = [entry for entry in row.trail if "checks" in entry]
        assert checked, row.occurrence
        *before, last = checked[-1]["checks"]  # type: ignore[misc]
        if row.state is DeliveryState.SUPPRESSED:
            reasons[row.reason] += 1
            assert not last["is_passed"]
            assert row.reason in (last["reason"], "no_channel")
            assert all(check["is_passed"] for check in before) or row.reason == "no_channel"
        else:
            assert last["is_passed"]
    assert set(reasons) == {"capped", "quiet_hours", "consent_withdrawn", "not_following", "no_grant"}


async def _check_occurrences() -> None:
    """Each fire once: every day for birthdays, one day for the others; none was missed."""
    found = Counter[tuple[str, str]]()
    for occurrence in await Occurrence.all():
        found[occurrence.schedule, occurrence.state.value] += 1
    expected = {f"care:{form['name']}": 366 if form["kind"] == "birthday" else 1 for form in FORMS}
    assert found == {(schedule, "done"): count for schedule, count in expected.items()}


def test_the_published_dates_are_the_calendars() -> None:
    """So that a wrong date above is not taken for a wrong decision."""
    for birthday, days in BIRTHDAYS.items():
        if birthday.startswith("lunar:"):
            month, day = int(birthday[6:8]), int(birthday[9:])
            assert {date_of(year, month, day) for year in (2026, 2027, 2028)} >= {*days}, birthday
