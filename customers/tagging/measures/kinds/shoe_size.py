"""Shoe size: ``37码的鞋``, ``鞋子穿38``, ``38.5码``; a size of trousers or clothes is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.measure import Found, Kind
from customers.tagging.measures.numerals import spell

_NUMBER = r"(?<![0-9.:/a-z\-])((?:3[3-9]|4[0-8])(?:\.5|半)?)"
_WITH_UNIT = re.compile(rf"{_NUMBER}[码号]?(?:的)?(?:鞋|脚)|{_NUMBER}(?:码(?![头农])|号(?=鞋|的?脚))")
_AFTER_SHOE = re.compile(
    rf"(?:鞋子?|靴子?|脚)[^\d,，。;!?]{{0,4}}{_NUMBER}(?![0-9]|\.\d|cm|厘米|元|块|天|分|小时|号|月|双|%)码?"
)
_CLOTHES = re.compile(r"[裤裙衣腰衫袄]|外套|西服|西装|风衣|羽绒服|牛仔")
_SHOES = re.compile(r"[鞋靴脚]")
_CLAUSE = re.compile(r"[,，。;!?！？；\s]")
_AROUND = 30


def _find(folded: str) -> Iterator[Found]:
    for match in (*_WITH_UNIT.finditer(folded), *_AFTER_SHOE.finditer(folded)):
        clause = _clause_of(folded, match)
        if _CLOTHES.search(clause) and not _SHOES.search(clause):
            continue
        written = next(group for group in match.groups() if group)
        value = float(written.replace("半", ".5"))
        yield Found(match.start(), match.end(), spell(value), value, value)


def _clause_of(folded: str, match: re.Match[str]) -> str:
    before = _CLAUSE.split(folded[max(0, match.start() - _AROUND) : match.start()])[-1]
    after = _CLAUSE.split(folded[match.end() : match.end() + _AROUND])[0]
    return f"{before}{match[0]}{after}"


KIND = Kind("鞋码", "码", ("码", "鞋", "靴", "脚"), _find)
