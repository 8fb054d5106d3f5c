"""A child's age: ``宝宝3岁``, ``两岁半``, ``8个月大``; bounds in months, "3岁" from 36 to 47."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.kinds._years import Years, find_years
from customers.tagging.measures.measure import Found, Kind
from customers.tagging.measures.numerals import SMALL, read_number

GROWN = 18
_MONTHS = re.compile(rf"(?<![0-9.:/a-z一二两三四五六七八九十\-])({SMALL})个(半)?月(大)?")
_WHO = "(?:宝宝|宝贝|孩子|小孩|儿子|女儿|闺女|娃|婴儿|小朋友|大宝|二宝|男孩|女孩)"
_CHILD_BEFORE = re.compile(rf"{_WHO}[^,，。;!?！？用买穿吃了喝]{{0,4}}(?:大概|快|才|刚|有|是|已经|现在)?$")
_CHILD_AFTER = re.compile(rf"大?的?(?:小|男|女)?{_WHO}")
_HOLDS_FOR_LATER = re.compile(r"\s*(?:前|后|内|以[上下内]|没|了?还|就|才|的?(?:会员|免息|分期|保质|质保))")
_LONGEST_IN_MONTHS = 36
_BEFORE = 12


def _find(folded: str) -> Iterator[Found]:
    for years in find_years(folded):
        if years.high < GROWN:
            yield Found(years.start, years.end, folded[years.start : years.end].removesuffix("了"), *_bounds(years))
    for match in _MONTHS.finditer(folded):
        is_child = (
            match[3]
            or _CHILD_BEFORE.search(folded, max(0, match.start() - _BEFORE), match.start())
            or _CHILD_AFTER.match(folded, match.end())
        )
        months = int(read_number(match[1]) or 0)
        if is_child and 0 < months <= _LONGEST_IN_MONTHS and not _HOLDS_FOR_LATER.match(folded, match.end()):
            yield Found(match.start(), match.end(), f"{months}个{match[2] or ''}月", float(months), float(months))


def _bounds(years: Years) -> tuple[float, float]:
    if years.months is not None:
        return float(years.low * 12 + years.months), float(years.high * 12 + years.months)
    return float(years.low * 12), float(years.high * 12 + 11)


KIND = Kind("孩子年龄", "months", ("岁", "月"), _find)
