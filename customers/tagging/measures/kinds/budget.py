"""Budget: ``500以内``, ``预算三百左右``, ``300到500``, ``不超过1k``, ``两百来块``; bounds are integer fen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.measure import Found, Kind
from customers.tagging.measures.numerals import NUMBER, OPEN_NUMBER, read_number, spell

_MONEY = r"(?:元钱?|块钱?|rmb|人民币|大洋)"
_GAP = r"[是有在大为概约就差不多只可的了:：,，\s]{0,5}"
_PLACE = rf"(?:预算|价位|价格|价钱|心理价位?){_GAP}"
_TO = r"\s*(?:[-~—到至]|--)\s*"
_BELOW = r"(?:以内|以下|之内|之下|内|封顶)"
_ABOUT = r"(?:左右|上下|附近)"
_FREE = r"(?=$|[\s,，。.;；!！?？~的了吧呢吗嘛啊呀哦就能有价这那可最])"
_RANGE = re.compile(
    rf"({_PLACE})?({NUMBER}){_MONEY}?{_TO}({OPEN_NUMBER})\s*({_MONEY})?\s*(之间|{_ABOUT}|价位|{_BELOW})?{_FREE}"
)
_UP_TO = re.compile(
    rf"({_PLACE})?(?:不超过?|别超过?|不能超过?|不要超过?|最多|低于|不高于|少于|控制在)\s*({NUMBER})\s*({_MONEY})?{_BELOW}?{_FREE}"
)
_SUFFIXED = re.compile(
    rf"({_PLACE})?({NUMBER})([多来几])?\s*({_MONEY})?\s*(?:({_BELOW})|({_ABOUT})|(以上|起步)){_FREE}?"
)
_CUED = re.compile(
    rf"(预算{_GAP}|心理价位?{_GAP})({NUMBER})([多来几])?\s*({_MONEY})?(?![天个件月日号%点折小分斤年码岁cgk米])"
)
_SOME_HUNDREDS = re.compile(rf"({NUMBER})([来多])块钱?(?=$|[\s,，。.;；!！?？的左上])")
_SPENT = re.compile(
    r"(?:花了?|付了?|退了?|满|减|差|赔|补|费|卖|降|涨|优惠|省|扣|返|充|交|买的|已经|便宜了?|贵了?)[我你他她]?[大概约差不多了]{0,3}$"
)
_LONGEST_SPENT = 10
_LIKE_A_HEIGHT = frozenset(range(140, 200))
_LEAST, _MOST = 10.0, 1_000_000.0
_LEAST_BARE = 50.0
_OTHER_UNITS = re.compile(r"\s*(?:[天个件月日号%点折小分斤年码岁米克升寸人字]|cm|kg|ml|mm|g)")


def _find(folded: str) -> Iterator[Found]:
    for match in _RANGE.finditer(folded):
        place, first, second, money, suffix = match.groups()
        low, high = read_number(first) or 0.0, read_number(second) or 0.0
        low = _carried(low, high, second)
        if low < high and _is_budget(folded, match, (low, high), bool(place or money), bool(suffix)):
            yield _found(match, f"{spell(low)}–{spell(high)}元", low, high)
    for match in _UP_TO.finditer(folded):
        high = read_number(match[2]) or 0.0
        if _is_budget(folded, match, (high,), bool(match[1] or match[3]), True):
            yield _found(match, f"≤{spell(high)}元", None, high)
    yield from _suffixed(folded)
    for match in _CUED.finditer(folded):
        value = read_number(match[2]) or 0.0
        if _is_budget(folded, match, (value,), True, False):
            yield _found(match, f"约{spell(value)}元", value, value)
    for match in _SOME_HUNDREDS.finditer(folded):
        value = read_number(match[1]) or 0.0
        if _is_budget(folded, match, (value,), True, False):
            yield _found(match, f"约{spell(value)}元", value, value)


def _suffixed(folded: str) -> Iterator[Found]:
    for match in _SUFFIXED.finditer(folded):
        place, number, _, money, below, about, above = match.groups()
        value = read_number(number) or 0.0
        is_money = bool(place or money)
        if not _is_budget(folded, match, (value,), is_money, True) or (above and not is_money):
            continue
        if below:
            yield _found(match, f"≤{spell(value)}元", None, value)
        elif about:
            yield _found(match, f"约{spell(value)}元", value, value)
        else:
            yield _found(match, f"≥{spell(value)}元", value, None)


def _carried(low: float, high: float, second: str) -> float:
    """ "三到五百" is 300 to 500, "1到2千" 1000 to 2000."""
    unit = next(
        (scale for char, scale in (("百", 100), ("千", 1000), ("k", 1000), ("万", 10_000)) if char in second), 1
    )
    return low * unit if low < 10 <= high else low


def _is_budget(folded: str, match: re.Match[str], values: tuple[float, ...], is_money: bool, is_bounded: bool) -> bool:
    """Money by its words, or a bare number that is bounded, in hundreds and looks like no height."""
    if not all(_LEAST <= value <= _MOST for value in values):
        return False
    if _SPENT.search(folded, max(0, match.start() - _LONGEST_SPENT), match.start()):
        return False
    if is_money:
        return True
    if _OTHER_UNITS.match(folded, match.end()):
        return False
    return all(value >= _LEAST_BARE and value % 10 == 0 and value not in _LIKE_A_HEIGHT for value in values)


def _found(match: re.Match[str], value: str, low: float | None, high: float | None) -> Found:
    fen = [None if each is None else float(round(each * 100)) for each in (low, high)]
    return Found(match.start(), match.end(), value, fen[0], fen[1])


_CUES = """
预算 价位 价格 价钱 心理价
以内 以下 之内 之下 元内 块内 左右 上下 以上 起步 块 元 到 至 - ~ 超 最多 低于 不高于 少于 控制在
"""
KIND = Kind("预算", "fen", tuple(_CUES.split()), _find)
