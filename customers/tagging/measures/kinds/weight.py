"""Weight: ``110斤``, ``55kg``, ``体重55公斤``, ``一百二十斤``, stored in kilograms."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.kinds._body import stated
from customers.tagging.measures.measure import Found, Kind
from customers.tagging.measures.numerals import NUMBER, read_number

_JIN, _KG = 0.5, 1.0
_UNIT = r"(?:(斤)|kg|公斤|千克)"
_SAID = re.compile(rf"(?:体重|净重)[是有在大为概约差不多只才的了:：,\s]{{0,4}}({NUMBER})[多来几]?\s*{_UNIT}?")
_PLAIN = re.compile(rf"({NUMBER})[多来几]?\s*{_UNIT}")
_OF_GOODS = re.compile(
    r"装|大米|小米|面|油|肉|果|货|快递|包裹|洗衣机|容量|承重|载重|哑铃|箱|袋|瓶|桶|杠铃|净含量|一共|总共|每|净重"
)
_SMALL_PERSON = re.compile(r"宝宝|宝贝|孩子|小孩|儿子|女儿|闺女|娃|婴儿|小朋友|岁|个月|身高")
_GROWN, _BORN, _HEAVIEST = 35.0, 2.0, 200.0
_KG_BELOW = 75.0
"""A bare number: nobody who buys clothes weighs 75斤, few weigh 75 kg."""
_BEFORE, _AFTER = 6, 4


def _find(folded: str) -> Iterator[Found]:
    for match in _SAID.finditer(folded):
        number = read_number(match[1]) or 0.0
        is_bare = match[0].endswith(match[1])
        factor = _JIN if match[2] or (is_bare and number >= _KG_BELOW) else _KG
        yield from _found(folded, match, number * factor, _BORN)
    for match in _PLAIN.finditer(folded):
        if not _is_of_goods(folded, match):
            least = _BORN if _SMALL_PERSON.search(folded) else _GROWN
            yield from _found(folded, match, (read_number(match[1]) or 0.0) * (_JIN if match[2] else _KG), least)


def _found(folded: str, match: re.Match[str], value: float, least: float) -> Iterator[Found]:
    if least <= value <= _HEAVIEST:
        yield from stated(folded, match, value, "kg")


def _is_of_goods(folded: str, match: re.Match[str]) -> bool:
    """ "100斤大米", "承重150斤"."""
    return (
        _OF_GOODS.search(folded, max(0, match.start() - _BEFORE), match.start()) is not None
        or _OF_GOODS.search(folded, match.end(), match.end() + _AFTER) is not None
    )


KIND = Kind("体重", "kg", ("斤", "kg", "千克", "体重"), _find)
