"""Festivals by their Chinese names: when each falls, and the first day off of the official ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar

from campaigns.care.lunar import clear_brightness, date_of

_SUNDAY = 6
_DAY = timedelta(days=1)

DatesOf = Callable[[int], date]
"""From a year to the day: of the Gregorian year, or of the lunar year that begins in it."""


def _gregorian(month: int, day: int) -> DatesOf:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> DatesOf:
    return lambda year: date_of(year, month, day)


def _sunday(month: int, number: int) -> DatesOf:
    """The first, second … Sunday of a month."""

    def find(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (number - 1))

    return find


def _eve(year: int) -> date:
    """The last day of the lunar year before the one that begins in ``year``."""
    return date_of(year, 1, 1) - _DAY


OFFICIAL: dict[str, DatesOf] = {
    "元旦": _gregorian(1, 1),
    "春节": _lunar(1, 1),
    "清明节": clear_brightness,
    "劳动节": _gregorian(5, 1),
    "端午节": _lunar(5, 5),
    "中秋节": _lunar(8, 15),
    "国庆节": _gregorian(10, 1),
}
"""Festivals with days off, as the State Council announces them each autumn for the year to come."""

FESTIVALS: dict[str, DatesOf] = {
    **OFFICIAL,
    "除夕": _eve,
    "元宵节": _lunar(1, 15),
    "龙抬头": _lunar(2, 2),
    "七夕": _lunar(7, 7),
    "重阳节": _lunar(9, 9),
    "腊八节": _lunar(12, 8),
    "北方小年": _lunar(12, 23),
    "南方小年": _lunar(12, 24),
    "情人节": _gregorian(2, 14),
    "妇女节": _gregorian(3, 8),
    "母亲节": _sunday(5, 2),
    "儿童节": _gregorian(6, 1),
    "父亲节": _sunday(6, 3),
    "教师节": _gregorian(9, 10),
    "平安夜": _gregorian(12, 24),
    "圣诞节": _gregorian(12, 25),
}


@lru_cache(maxsize=64)
def first_day_off(festival_on: date) -> date:
    """The first of the days off in a row around an official festival, weekends included.

    The festival itself where that year's days off are not announced yet, or not known to the calendar in use.
    """
    day = festival_on
    while _is_day_off(day - _DAY):
        day -= _DAY
    return day if _is_day_off(festival_on) else festival_on


def _is_day_off(on: date) -> bool:
    return _knows(on.year) and bool(chinese_calendar.is_holiday(on))


@lru_cache(maxsize=8)
def _knows(year: int) -> bool:
    try:
        chinese_calendar.is_holiday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True
