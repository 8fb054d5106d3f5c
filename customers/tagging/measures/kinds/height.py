"""Height: ``身高165``, ``165cm``, ``一米六五``, ``1.65米``, ``165 110斤``, ``160穿什么码``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.kinds._body import stated
from customers.tagging.measures.measure import Found, Kind
from customers.tagging.measures.numerals import NUMBER, read_number

_DIGIT = "[0-9一二三四五六七八九]"
_METRES = rf"(?<![0-9.])([12一两])米({_DIGIT}{{1,2}})(?!{_DIGIT}|十)"
_PLAIN = r"(?<![0-9.:/a-z\-])(1[3-9]\d)(?![0-9]|\.\d)"
_SAID = re.compile(
    rf"(?:身高|个子|个头|净高)[是有在大为概约差不多只才的了:：,\s]{{0,4}}(?:{_METRES}|({NUMBER}))\s*(?:cm|厘米|公分|米|m(?![a-z]))?"
)
_SPOKEN = re.compile(rf"{_METRES}(?:的个子|的身高|个子)?|(?<![0-9.])([12]\.\d{{1,2}})\s*(?:米|m(?![a-z0-9]))")
_CM = re.compile(rf"{_PLAIN}\s*(?:cm|厘米|公分)")
_BESIDE_WEIGHT = re.compile(rf"{_PLAIN}(?=[\s,，/、.的高和;]{{0,2}}(?:体重)?[是有]?\s*{NUMBER}\s*(?:斤|kg|公斤|千克))")
_TO_WEAR = re.compile(
    rf"{_PLAIN}(?=的?(?:个子|身高)?(?:能|可以|要|该|应该|适合)?(?:穿|选|拍)(?:什么|多大|几|哪|得|多少|这))"
)
_OF_GOODS = re.compile(r"[长宽厚深床桌柜窗布线屏幕被毯架绳杆管]|沙发|电视|冰箱|尺寸|高度|水深|适合|跟高")
_BEFORE, _AFTER = 6, 4
_LOWEST, _HIGHEST = 50.0, 230.0


def _find(folded: str) -> Iterator[Found]:
    for match in _SAID.finditer(folded):
        yield from _found(folded, match, _centimetres(match[1], match[2], match[3]))
    for match in _SPOKEN.finditer(folded):
        if not _is_of_goods(folded, match):
            yield from _found(folded, match, _centimetres(match[1], match[2], match[3]))
    for match in _CM.finditer(folded):
        if not _is_of_goods(folded, match):
            yield from _found(folded, match, float(match[1]))
    for pattern in (_BESIDE_WEIGHT, _TO_WEAR):
        for match in pattern.finditer(folded):
            yield from _found(folded, match, float(match[1]))


def _centimetres(metres: str | None, rest: str | None, number: str | None) -> float:
    """ "一米六" is 160, "1米65" 165, "1米05" 105; a bare number below 3 is metres."""
    if metres and rest:
        parts = read_number(rest) or 0.0
        return (read_number(metres) or 0.0) * 100 + parts * (10 if len(rest) == 1 else 1)
    value = read_number(number or "") or 0.0
    return round(value * 100, 1) if value < 3 else value


def _found(folded: str, match: re.Match[str], value: float) -> Iterator[Found]:
    if _LOWEST <= value <= _HIGHEST:
        yield from stated(folded, match, value, "cm")


def _is_of_goods(folded: str, match: re.Match[str]) -> bool:
    """ "1米8的床", "裙长130cm"."""
    return (
        _OF_GOODS.search(folded, max(0, match.start() - _BEFORE), match.start()) is not None
        or _OF_GOODS.search(folded, match.end(), match.end() + _AFTER) is not None
    )


KIND = Kind(
    "身高", "cm", ("高", "个子", "个头", "cm", "厘米", "公分", "米", "m", "斤", "kg", "千克", "穿", "选", "拍"), _find
)
