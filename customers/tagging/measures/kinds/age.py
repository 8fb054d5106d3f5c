"""Age of a grown-up: ``我今年35岁``, ``妈妈60岁``; a child's is ``child_age``."""

from __future__ import annotations

from collections.abc import Iterator

from customers.tagging.measures.kinds._years import find_years
from customers.tagging.measures.kinds.child_age import GROWN
from customers.tagging.measures.measure import Found, Kind

_OLDEST = 110


def _find(folded: str) -> Iterator[Found]:
    for years in find_years(folded):
        if GROWN <= years.low and years.high <= _OLDEST:
            value = f"{years.low}岁" if years.low == years.high else f"{years.low}–{years.high}岁"
            yield Found(years.start, years.end, value, float(years.low), float(years.high))


KIND = Kind("年龄", "years", ("岁",), _find)
