"""Birthday rules: the right people on the right day, once a year, whatever calendar they were born by."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from campaigns.care.kinds.birthday import endings_on
from campaigns.care.lunar import lunar_of
from models import Customer, Identity, Store
from tests.campaigns.care.brand import MINI_ID, SHOP_ID, also, china, due, leaves, ready, serve, someone, untrue, whats
from tests.guides.brand import open_store

DAY = timedelta(days=1)

GREGORIAN = [f"-{date(2000, 1, 1) + DAY * number:%m-%d}" for number in range(366)]
LUNAR = [f":{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 31)]


def test_everybody_has_one_birthday_a_year_for_thirty_years() -> None:
    """All 366 days of the Gregorian and all 360 of the lunar calendar, each day from 2020 to 2050."""
    met: Counter[tuple[str, int]] = Counter()
    day = date(2020, 1, 1)
    while day <= date(2050, 12, 31):
        met.update(endings_on(day).items())
        day += DAY
    assert max(met.values()) == 1
    assert all(met[ending, year] == 1 for ending in GREGORIAN for year in range(2020, 2051))
    # The lunar year 2020 began after the first of these days, that of 2050 ends after the last.
    assert all(met[ending, year] == 1 for ending in LUNAR for year in range(2020, 2050))
    assert {ending for ending, _ in met} == {*GREGORIAN, *LUNAR}


def test_29_february_is_the_28th_in_common_years() -> None:
    assert endings_on(date(2026, 2, 28)).items() >= {"-02-28": 2026, "-02-29": 2026}.items()
    assert "-02-29" not in endings_on(date(2026, 3, 1))
    assert "-02-29" not in endings_on(date(2028, 2, 28))
    assert endings_on(date(2028, 2, 29))["-02-29"] == 2028


def test_the_last_day_of_the_lunar_year_is_also_that_of_people_born_on_a_30th() -> None:
    assert lunar_of(date(2025, 1, 28)).is_last  # a twelfth month of 29 days
    assert endings_on(date(2025, 1, 28)).items() >= {":12-29": 2024, ":12-30": 2024}.items()
    assert ":12-30" not in endings_on(date(2024, 2, 8))
    assert endings_on(date(2024, 2, 9))[":12-30"] == 2023


@pytest.mark.usefixtures("database")
async def test_the_right_people_on_each_calendar() -> None:
    full = await someone("1990-09-25")
    yearless = await someone("--09-25")
    lunar = await someone("lunar:08-15")
    for other in ("1990-09-26", "lunar:09-25", "1990-08-15", ""):
        await someone(other)
    found = await whats(ready("birthday"), china(2026, 9, 25, 10))
    assert found == {full.customer_id: "2026", yearless.customer_id: "2026", lunar.customer_id: "2026"}
    assert await whats(ready("birthday"), china(2027, 9, 25, 10)) == {
        full.customer_id: "2027", yearless.customer_id: "2027",
    }  # fmt: skip
    assert await whats(ready("birthday"), china(2027, 9, 15, 10)) == {lunar.customer_id: "2027"}


@pytest.mark.usefixtures("database")
async def test_a_leap_day_and_a_30th_are_found_in_years_that_lack_them() -> None:
    leap, eve = await someone("2000-02-29"), await someone("lunar:12-30")
    assert await whats(ready("birthday"), china(2026, 2, 28, 10)) == {leap.customer_id: "2026"}
    assert await whats(ready("birthday"), china(2028, 2, 28, 10)) == {}
    assert await whats(ready("birthday"), china(2028, 2, 29, 10)) == {leap.customer_id: "2028"}
    # Two wishes of one lunar year would be one too many; that it is 2025's tells it from the next winter's.
    assert await whats(ready("birthday"), china(2026, 2, 16, 10)) == {eve.customer_id: "2025"}
    assert await whats(ready("birthday"), china(2027, 2, 5, 10)) == {eve.customer_id: "2026"}


@pytest.mark.usefixtures("database")
async def test_days_before_the_birthday_count_for_the_year_of_the_birthday() -> None:
    person = await someone("--01-02")
    early = ready("birthday", settings={"days_before": 7})
    assert await whats(early, china(2026, 12, 26, 10)) == {person.customer_id: "2027"}
    assert await whats(early, china(2027, 1, 2, 10)) == {}
    assert await untrue(early, {person.customer_id: "2027"}, china(2026, 12, 26, 12)) == set()


@pytest.mark.usefixtures("database")
async def test_what_is_known_of_a_person_comes_along() -> None:
    store: Store = await open_store("静安")
    served, unserved = await someone("--05-12", name=" 王  女士 "), await someone("lunar:03-26")
    await serve(served, store, "小李")
    orphan = await someone("--05-12")
    await serve(orphan, store, "老张", left_at=china(2026, 1, 1))
    found = {each.customer_id: each for each in await due(ready("birthday"), china(2026, 5, 12, 10))}
    named = found[served.customer_id]
    assert (named.name, named.guide, named.store, named.values) == ("王 女士", "小李", "门店静安", {"date": "5月12日"})
    assert found[unserved.customer_id][3:] == ("", "", "", {"date": "三月廿六"})
    assert (found[orphan.customer_id].guide, found[orphan.customer_id].store) == ("", "门店静安")


@pytest.mark.usefixtures("database")
async def test_one_identity_of_a_person_the_one_that_follows() -> None:
    person = await someone("--05-12", since=china(2026, 1, 1))
    await also(person.customer_id, MINI_ID)
    newer = await also(person.customer_id, SHOP_ID)
    (found,) = await due(ready("birthday"), china(2026, 5, 12, 10))
    assert found.identity_id == person.identity_id
    await leaves(person, china(2026, 2, 1))
    (found,) = await due(ready("birthday"), china(2026, 5, 12, 10))
    assert found.identity_id == newer.identity_id
    (found,) = await due(ready("birthday", account="mini", options=MINI_WORDS), china(2026, 5, 12, 10))
    assert found.identity_id not in (person.identity_id, newer.identity_id)


@pytest.mark.usefixtures("database")
async def test_whoever_is_erased_or_unknown_to_the_account_is_not_due() -> None:
    erased, elsewhere = await someone("--05-12"), await someone("--05-12", app_id=MINI_ID)
    await Identity.filter(id=erased.identity_id).update(openid="erased:abc")
    await Customer.create(created_at=china(2026, 1, 1), birthday="--05-12")
    assert await due(ready("birthday"), china(2026, 5, 12, 10)) == []
    mini = ready("birthday", account="mini", options=MINI_WORDS)
    assert list(await whats(mini, china(2026, 5, 12, 10))) == [elsewhere.customer_id]


@pytest.mark.usefixtures("database")
async def test_a_birthday_that_was_corrected_is_no_longer_theirs() -> None:
    person, other = await someone("--05-12"), await someone("--05-12")
    made, noon = ready("birthday"), china(2026, 5, 12, 12)
    claims = {person.customer_id: "2026", other.customer_id: "2026"}
    assert await untrue(made, claims, noon) == set()
    await Customer.filter(id=person.customer_id).update(birthday="--05-21")
    assert await untrue(made, claims, noon) == {person.customer_id}
    await Customer.filter(id=other.customer_id).update(birthday="")
    assert await untrue(made, claims, noon) == {person.customer_id, other.customer_id}


MINI_WORDS = [{"channel": "mini_custom", "text": "好"}]
