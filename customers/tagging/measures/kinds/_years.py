"""Years of age as customers write them, shared by the child's age and the grown-up's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from customers.tagging.measures.numerals import SMALL, read_number

_NOT_OF_PERSON = re.compile(r"\s*(?:以[上下内]|[-~到至])")
_YEARS = re.compile(
    rf"(?<![0-9.:/a-z一二两三四五六七八九十\-])({SMALL})(?:(?:[-~到至])({SMALL}))?(?:周|个)?岁(多|半|了)?(?!月)(?:({SMALL})个月)?"
)


class Years(NamedTuple):
    """An age in years, or a span of them; ``months`` beyond the years, None where only whole years are said."""

    start: int
    end: int
    low: int
    high: int
    months: int | None


def find_years(folded: str) -> Iterator[Years]:
    """ "3岁", "两岁半", "3到4岁", "1岁3个月". "18岁以上" is nobody's age."""
    for match in _YEARS.finditer(folded):
        if _NOT_OF_PERSON.match(folded, match.end()):
            continue
        low = int(read_number(match[1]) or 0)
        high = int(read_number(match[2]) or 0) if match[2] else low
        months = int(read_number(match[4]) or 0) if match[4] else 6 if match[3] == "半" else None
        if 0 < low <= high:
            yield Years(match.start(), match.end(), low, high, months)
