"""Birthday: ``生日8月12号``, ``农历八月十五生日``, ``1990年5月12日出生``, spelt as a customer's birthday is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from customers.tagging.measures.measure import Found, Kind
from customers.tagging.measures.numerals import read_number

_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}
_LUNAR_DAYS = {"初": 0, "廿": 20}
_MONTH = r"(\d{1,2}|[一二三四五六七八九十]{1,2}|[正冬腊])"
_DAY = r"((?:初|廿)?[一二三四五六七八九十]{1,3}|\d{1,2}|廿)"
_YEAR = r"(?:((?:19|20)?\d{2})[年.\-/])?"
_LUNAR = r"(农历|阴历|旧历)?"
_DATE = rf"{_LUNAR}的?{_YEAR}(?<!\d){_MONTH}[月.\-/]{_DAY}(?![\d.:])[日号]?"
_WORD = r"(?:生日|出生日期|出生|生辰)"
_AFTER = re.compile(rf"{_WORD}[是在为呢的:：,，\s]{{0,3}}{_DATE}(?![发到送寄前买])")
_BEFORE = re.compile(
    rf"{_DATE}[是的过\s]{{0,3}}(?:我|俺|他|她|它)?(?:[家们]?的?[^\d,，。;!?！？\s发到送寄前买用要收]{{0,4}})?{_WORD}(?!礼|券|优惠|蛋糕|贺?卡|月|折|福利|派对|聚会|趴|会)"
)
_EARLIEST, _LEAP_YEAR, _LUNAR_LAST = 1900, 2000, 30


def _find(folded: str) -> Iterator[Found]:
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(folded):
            value = _spelling(*match.groups())
            if value:
                yield Found(match.start(), match.end(), value)


def _spelling(lunar: str | None, year: str | None, month: str, day: str) -> str:
    """``--08-12``, ``1990-05-12`` or ``lunar:08-15``; empty for what is no day."""
    number_of_month = _LUNAR_MONTHS.get(month) or int(read_number(month) or 0)
    number_of_day = _day(day)
    if lunar or month in _LUNAR_MONTHS or day[0] in _LUNAR_DAYS:
        is_day = 1 <= number_of_month <= 12 and 1 <= number_of_day <= _LUNAR_LAST
        return f"lunar:{number_of_month:02d}-{number_of_day:02d}" if is_day else ""
    full_year = _full_year(year) if year else None
    try:
        date(full_year or _LEAP_YEAR, number_of_month, number_of_day)  # 29 February is a birthday
    except ValueError:
        return ""
    if full_year is None:
        return f"--{number_of_month:02d}-{number_of_day:02d}"
    return f"{full_year}-{number_of_month:02d}-{number_of_day:02d}" if full_year >= _EARLIEST else ""


def _full_year(year: str) -> int:
    """ "90年" is 1990, "12年" 2012: nobody who states a birthday is yet to be born."""
    number = int(year)
    return number if number >= 100 else number + (1900 if number >= 30 else 2000)


def _day(day: str) -> int:
    if day[0] in _LUNAR_DAYS:
        return _LUNAR_DAYS[day[0]] + int(read_number(day[1:]) or 0)
    return int(read_number(day) or 0)


KIND = Kind("生日", "", ("生日", "出生", "生辰"), _find)
