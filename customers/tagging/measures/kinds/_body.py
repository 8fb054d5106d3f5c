"""What height and weight have in common: where a number is a limit, or the customer stays below it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.measure import Found
from customers.tagging.measures.numerals import spell

_LIMIT = re.compile(r"\s*(?:以[上下内]|[起至到~-])")
_BELOW = re.compile(r"(?:不到|没到|未到|不足|(?<!有)没有)\s*$")
_BEFORE = 6


def stated(folded: str, match: re.Match[str], value: float, unit: str) -> Iterator[Found]:
    """The measure a match states: exact, or an upper bound ("不到100斤"); none where it is a limit ("170以下")."""
    if _LIMIT.match(folded, match.end()):
        return
    if _BELOW.search(folded, max(0, match.start() - _BEFORE), match.start()) or _BELOW.search(match[0]):
        yield Found(match.start(), match.end(), f"<{spell(value)}{unit}", None, value)
    else:
        yield Found(match.start(), match.end(), f"{spell(value)}{unit}", value, value)
