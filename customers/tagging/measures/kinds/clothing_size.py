"""Clothing size: ``170/92A``, ``165/88A``, ``XL``, ``2XL``, ``M码``, ``160码``, ``裤子29码``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.measure import Found, Kind

_EDGE, _END = r"(?<![0-9a-z])", r"(?![0-9a-z])"
_STANDARD = re.compile(rf"{_EDGE}(\d{{2,3}}/\d{{2,3}}[abcy]){_END}")
_NUMBERED_X = re.compile(rf"{_EDGE}([2-8])xl{_END}[码号]?")
_LETTERS_X = re.compile(rf"{_EDGE}(x{{1,5}})([ls]){_END}[码号]?")
_LETTER = re.compile(rf"{_EDGE}([sml]){_END}(?:[码号]|(?=的)|(?=能穿|可以|合适|够|太|会不会|还))")
_CHOSEN = re.compile(r"(?:穿|拍|选|要|买|换|是|拿|发|个|件|条)\s?([sml])(?![0-9a-z\-+&])[码号]?")
_NUMBER = re.compile(r"(?<![0-9.:/a-z\-])(\d{2,3})码(?![头农])")
_TROUSERS = re.compile(r"[裤裙衣腰衫袄]|外套|西服|西装|羽绒服|牛仔")
_CHILDREN_AND_GROWN = frozenset(range(52, 201))
_WAISTS = frozenset(range(22, 51))
_ONE_SIZE = re.compile(r"均码")


def _find(folded: str) -> Iterator[Found]:
    for match in _STANDARD.finditer(folded):
        yield Found(match.start(), match.end(), match[1].upper())
    for match in _NUMBERED_X.finditer(folded):
        yield Found(match.start(), match.end(), f"{match[1]}XL")
    for match in _LETTERS_X.finditer(folded):
        yield Found(match.start(), match.end(), _crosses(len(match[1]), match[2].upper()))
    for match in (*_LETTER.finditer(folded), *_CHOSEN.finditer(folded)):
        yield Found(match.start(1), match.end(), match[1].upper())
    for match in _ONE_SIZE.finditer(folded):
        yield Found(match.start(), match.end(), "均码")
    for match in _NUMBER.finditer(folded):
        size = int(match[1])
        if size in _CHILDREN_AND_GROWN or (size in _WAISTS and _TROUSERS.search(folded)):
            yield Found(match.start(), match.end(), str(size), float(size), float(size))


def _crosses(count: int, letter: str) -> str:
    """ "XXL" and "2XL" are one size."""
    return f"X{letter}" if count == 1 else f"{count}X{letter}"


KIND = Kind("衣服尺码", "", ("码", "xl", "xs", "/", "s", "m", "l"), _find)
