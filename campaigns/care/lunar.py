"""The Chinese lunar calendar: which day of it a date is, and when a day of it falls."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from lunar_python import LunarYear, Solar

_JULIAN_DAY_OF_ORDINAL_0 = 1_721_425
_CLEAR_BRIGHTNESS = "清明"
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_DIGITS = "一二三四五六七八九"
_LAST_POSSIBLE_DAY = 30


class LunarDay(NamedTuple):
    """A day of the lunar calendar; ``is_last`` of its month."""

    year: int
    month: int
    day: int
    is_leap_month: bool
    is_last: bool


class _Month(NamedTuple):
    first: date
    number: int
    is_leap: bool
    days: int


def lunar_of(on: date) -> LunarDay:
    """The lunar day of a date in China."""
    year = on.year
    months = _months(year)
    if on < months[0].first:
        year -= 1
        months = _months(year)
    month = months[bisect_right([each.first for each in months], on) - 1]
    day = (on - month.first).days + 1
    return LunarDay(year, month.number, day, month.is_leap, day == month.days)


def date_of(year: int, month: int, day: int) -> date:
    """When a day of a plain (not leap) month falls; the 30th of a month of 29 days is its 29th."""
    found = next(each for each in _months(year) if each.number == month and not each.is_leap)
    return found.first + timedelta(days=min(day, found.days) - 1)


def birthdays_on(on: date) -> dict[tuple[int, int], int]:
    """The lunar (month, day) of those whose birthday is this date, each with the lunar year it is of.

    A day of a leap month is nobody's: they had it in the plain month. The last day of a month of 29 is also that of
    people born on a 30th.
    """
    lunar = lunar_of(on)
    if lunar.is_leap_month:
        return {}
    last = _LAST_POSSIBLE_DAY if lunar.is_last else lunar.day
    return {(lunar.month, day): lunar.year for day in range(lunar.day, last + 1)}


@lru_cache(maxsize=64)
def clear_brightness(year: int) -> date:
    """清明: the solar term of the first days of April."""
    term = Solar.fromYmd(year, 4, 1).getLunar().getJieQiTable()[_CLEAR_BRIGHTNESS]
    return date(term.getYear(), term.getMonth(), term.getDay())


def say(month: int, day: int) -> str:
    """``腊月三十``."""
    if day in (10, 20, 30):
        name = {10: "初十", 20: "二十", 30: "三十"}[day]
    else:
        name = ("初", "十", "廿")[day // 10] + _DIGITS[day % 10 - 1]
    return f"{_MONTHS[month - 1]}月{name}"


@lru_cache(maxsize=256)
def _months(year: int) -> tuple[_Month, ...]:
    """The months of a lunar year, in order; a leap month stands behind the plain one of its number."""
    months = [month for month in LunarYear.fromYear(year).getMonths() if month.getYear() == year]
    return tuple(
        _Month(
            date.fromordinal(round(month.getFirstJulianDay()) - _JULIAN_DAY_OF_ORDINAL_0),
            abs(month.getMonth()),
            month.getMonth() < 0,
            month.getDayCount(),
        )
        for month in months
    )
