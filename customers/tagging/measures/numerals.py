"""Numbers as customers write them: ``165``, ``1.5k``, ``一百二``, ``三百五十``, ``2千5``, ``两``."""

from __future__ import annotations

import re

_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "k": 1000, "w": 10_000}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_FIGURES = re.compile(r"(\d{1,6}(?:\.\d{1,2})?)([百千万kw]?)(\d?)")

OPEN_NUMBER = (
    r"(?:\d{1,6}(?:\.\d{1,2})?(?:[百千万]\d?(?!\d)|[kw](?![a-z]))?|[零〇一二两三四五六七八九十百千万]{1,7})"
    r"(?![0-9]|\.\d)"
)
"""A pattern for a number where a larger pattern says what stands before it."""

NUMBER = rf"(?<![0-9.:a-z零〇一二两三四五六七八九十百千万第\-]){OPEN_NUMBER}"
"""A pattern for a number in folded text, as a whole: nothing cut out of a longer number, a code, a time or a date."""

SMALL = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
"""A pattern for a number below a hundred, to stand where a larger pattern bounds it."""


def read_number(words: str) -> float | None:
    """The number that folded words say, None where they say none. "三百五" is 350, "一千零五" 1005, "一六五" 165."""
    if figures := _FIGURES.fullmatch(words):
        unit = _UNITS.get(figures[2], 1)
        if figures[3] and unit == 1:
            return float(words)
        return round(float(figures[1]) * unit + int(figures[3] or 0) * unit / 10, 2)
    return _read_words(words)


def _read_words(words: str) -> float | None:
    if not words or any(char not in _DIGITS and char not in _UNITS for char in words):
        return None
    if not any(char in _UNITS for char in words):
        return float("".join(str(_DIGITS[char]) for char in words))
    total, section, digit, last_unit = 0, 0, None, 1
    for char in words:
        if char in _DIGITS:
            if digit:  # "三五百" is a guess, no number
                return None
            digit, last_unit = _DIGITS[char], 1 if char in "零〇" else last_unit
        elif char == "万":
            total, section, digit, last_unit = (total + section + (digit or 0)) * 10_000, 0, None, 10_000
        else:
            unit = _UNITS[char]
            section += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
    # "三百五" leaves out the tens, "三百零五" says that there are none
    is_short = digit is not None and last_unit >= 100
    return float(total + section + (digit or 0) * (last_unit // 10 if is_short else 1))


def spell(number: float) -> str:
    """A number as a card shows it: ``165``, ``57.5``."""
    return f"{number:.1f}".removesuffix(".0")
