"""Birthdays as files write them, brought to one spelling: ``1990-05-12``, ``--05-12`` (no year), ``lunar:08-15``.

A lunar birthday comes round by month and day, so a year written with it is looked at and not kept.
"""

from __future__ import annotations

import re
from datetime import date

from core.errors import Invalid

_REMEDY = "write 1990-05-12, 05-12 or 农历八月十五"
_SIMPLIFIED = str.maketrans("農曆陰舊閏臘號", "农历阴旧闰腊号")
_FIGURES = str.maketrans("〇零一二三四五六七八九", "00123456789")
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?( 0{1,2}:00(:00)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEARLESS = re.compile(r"(?:--)?(\d{1,2})[-/.月](\d{1,2})[日号]?")
_YEAR = "[0-9〇零一二三四五六七八九]{4}"
_LUNAR = re.compile(
    rf"(?:({_YEAR})年?)?\s*(?:lunar:|农历|阴历|旧历)\s*(?:({_YEAR})[-/.年]\s*)?(?P<day>\S+)", re.IGNORECASE
)
_LUNAR_FIGURES = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_LUNAR_WORDS = re.compile(r"(.{1,2})月(.{1,3}?)[日号]?")
_LEAP_YEAR = 2000
_EARLIEST = 1900
_LUNAR_DAYS = 30

_DIGITS = "一二三四五六七八九"
_MONTHS = {
    **{word: number for number, word in enumerate("正二三四五六七八九十冬腊", 1)},
    "一": 1,
    "十一": 11,
    "十二": 12,
}
_DAYS = {
    **{f"初{digit}": number for number, digit in enumerate(_DIGITS, 1)},
    **{digit: number for number, digit in enumerate(_DIGITS, 1)},
    **{f"十{digit}": 10 + number for number, digit in enumerate(_DIGITS, 1)},
    **{f"{tens}{digit}": 20 + number for tens in ("廿", "二十") for number, digit in enumerate(_DIGITS, 1)},
    **{"初十": 10, "十": 10, "二十": 20, "廿": 20, "廿十": 20, "三十": 30, "卅": 30},
}


def read_birthday(text: str, today: date) -> str:
    """The stored spelling; raises ``Invalid`` for what is no day, lies ahead of ``today`` or before 1900."""
    if lunar := _LUNAR.fullmatch(text.translate(_SIMPLIFIED)):
        _check_lunar_year(lunar[1] or lunar[2], text, today)
        return _lunar(lunar["day"], text)
    if full := _FULL.fullmatch(text) or _COMPACT.fullmatch(text):
        return _full(int(full[1]), int(full[2]), int(full[3]), text, today)
    if yearless := _YEARLESS.fullmatch(text):
        month, day = int(yearless[1]), int(yearless[2])
        _day(_LEAP_YEAR, month, day, text)  # 29 February is a birthday
        return f"--{month:02d}-{day:02d}"
    problem = f"{text!r} is a spreadsheet's day number" if text.isdigit() else f"{text!r} is no birthday"
    raise Invalid("birthday", problem, _REMEDY)


def _full(year: int, month: int, day: int, text: str, today: date) -> str:
    born = _day(year, month, day, text)
    if born > today or year < _EARLIEST:
        raise Invalid("birthday", f"{text!r} is not the birthday of anybody living", _REMEDY)
    return born.isoformat()


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid("birthday", f"{text!r} is no day of the calendar", _REMEDY) from None


def _check_lunar_year(year: str | None, text: str, today: date) -> None:
    if year and not _EARLIEST <= int(year.translate(_FIGURES)) <= today.year:
        raise Invalid("birthday", f"{text!r} is not the birthday of anybody living", _REMEDY)


def _lunar(words: str, text: str) -> str:
    if "闰" in words:
        raise Invalid("birthday", f"{text!r} is in a leap month, which most years lack", "name the month without 闰")
    month, day = _lunar_parts(words)
    if not (1 <= month <= 12 and 1 <= day <= _LUNAR_DAYS):
        raise Invalid("birthday", f"{text!r} is no day of the lunar calendar", _REMEDY)
    return f"lunar:{month:02d}-{day:02d}"


def _lunar_parts(words: str) -> tuple[int, int]:
    """Month and day, 0 where not understood."""
    if figures := _LUNAR_FIGURES.fullmatch(words):
        return int(figures[1]), int(figures[2])
    named = _LUNAR_WORDS.fullmatch(words)
    return (_MONTHS.get(named[1], 0), _DAYS.get(named[2], 0)) if named else (0, 0)
