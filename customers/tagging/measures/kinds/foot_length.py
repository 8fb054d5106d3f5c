"""Foot length: ``脚长23.5``, ``脚长245mm``, stored in centimetres."""

from __future__ import annotations

import re
from collections.abc import Iterator

from customers.tagging.measures.measure import Found, Kind
from customers.tagging.measures.numerals import NUMBER, read_number, spell

_SAID = re.compile(rf"脚(?:长|的长度)?[是有在大为概约差不多只:：,\s]{{0,4}}({NUMBER})\s*(cm|厘米|公分|mm|毫米)?")
_LOWEST, _HIGHEST = 9.0, 33.0


def _find(folded: str) -> Iterator[Found]:
    for match in _SAID.finditer(folded):
        value = read_number(match[1]) or 0.0
        value = value / 10 if value >= 90 else value
        is_said = "长" in match[0] or match[2]
        if is_said and _LOWEST <= value <= _HIGHEST:
            yield Found(match.start(), match.end(), f"{spell(value)}cm", value, value)


KIND = Kind("脚长", "cm", ("脚",), _find)
