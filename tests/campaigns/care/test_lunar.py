"""The lunar calendar: against a second library, and our rules for days that are not there every year."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import cnlunar
import pytest

from campaigns.care.lunar import LunarDay, birthdays_on, clear_brightness, date_of, lunar_of, say

DAY = timedelta(days=1)


def second_opinion(on: date) -> tuple[int, int, int, bool]:
    found = cnlunar.Lunar(datetime(on.year, on.month, on.day))
    return found.lunarYear, found.lunarMonth, found.lunarDay, bool(found.isLunarLeapMonth)


def first_and_last_days() -> list[tuple[date, LunarDay]]:
    """Of every lunar month from 1950 to 2049, as our calendar cuts them."""
    days = [date(1950, 1, 1) + DAY * number for number in range(36_525)]
    told = [(day, lunar_of(day)) for day in days]
    return [(day, lunar) for day, lunar in told if lunar.day == 1 or lunar.is_last]


def test_every_month_of_a_century_begins_and_ends_where_another_library_says() -> None:
    edges = first_and_last_days()
    assert len(edges) == 2474  # 1,237 new moons
    assert [(day, tuple(lunar[:4])) for day, lunar in edges] == [(day, second_opinion(day)) for day, _ in edges]


def test_days_of_a_month_follow_each_other_without_a_gap() -> None:
    day, before = date(2020, 1, 1), lunar_of(date(2019, 12, 31))
    while day < date(2051, 1, 1):
        lunar = lunar_of(day)
        if before.is_last:
            assert (lunar.day, before.day in (29, 30)) == (1, True)
        else:
            assert lunar[:2] == before[:2] and lunar.day == before.day + 1
        day, before = day + DAY, lunar


@pytest.mark.parametrize(
    ("on", "year", "month", "day"),
    [
        (date(2024, 2, 10), 2024, 1, 1),
        (date(2026, 2, 17), 2026, 1, 1),
        (date(2026, 9, 25), 2026, 8, 15),
        (date(2033, 12, 22), 2033, 11, 1),  # the leap month where old tables are wrong
        (date(2034, 2, 19), 2034, 1, 1),
        (date(1985, 2, 20), 1985, 1, 1),
    ],
)
def test_days_everybody_can_look_up(on: date, year: int, month: int, day: int) -> None:
    assert lunar_of(on)[:3] == (year, month, day)


def test_dates_of_lunar_days_and_back() -> None:
    for year in range(1950, 2050):
        for month in range(1, 13):
            for day in (1, 15, 29):
                found = lunar_of(date_of(year, month, day))
                assert found[:4] == (year, month, day, False)


def test_a_30th_falls_on_the_29th_where_the_month_is_short() -> None:
    assert date_of(2024, 12, 30) == date_of(2024, 12, 29) == date(2025, 1, 28)
    assert date_of(2023, 12, 30) == date(2024, 2, 9) == date_of(2023, 12, 29) + DAY


def test_who_has_a_lunar_birthday_on_a_day() -> None:
    assert birthdays_on(date(2026, 9, 25)) == {(8, 15): 2026}
    assert birthdays_on(date(2024, 2, 8)) == {(12, 29): 2023}
    assert birthdays_on(date(2024, 2, 9)) == {(12, 30): 2023}
    assert birthdays_on(date(2025, 1, 28)) == {(12, 29): 2024, (12, 30): 2024}


def test_nobody_has_a_birthday_in_a_leap_month() -> None:
    plain, leap = date(2025, 6, 25), date(2025, 7, 25)  # 2025 has two sixth months
    assert (lunar_of(plain)[1:4], lunar_of(leap)[1:4]) == ((6, 1, False), (6, 1, True))
    assert birthdays_on(plain) == {(6, 1): 2025}
    assert birthdays_on(leap) == {}


def test_clear_brightness() -> None:
    assert [clear_brightness(year).day for year in range(2024, 2032)] == [4, 4, 5, 5, 4, 4, 5, 5]


def test_how_a_lunar_day_is_said() -> None:
    said = [say(*each) for each in ((1, 1), (2, 10), (8, 15), (11, 20), (12, 23), (12, 30))]
    assert said == ["正月初一", "二月初十", "八月十五", "冬月二十", "腊月廿三", "腊月三十"]
