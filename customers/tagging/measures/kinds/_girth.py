"""Girths: what bust, waist and hip have in common, each with words and plausible bounds of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from customers.tagging.measures.measure import Found
from customers.tagging.measures.numerals import NUMBER, read_number, spell

_CM_PER_CHI = 100 / 3
_DIGIT = "[0-9一二两三四五六七八九]"


def girth(words: str, lowest: float, highest: float) -> Callable[[str], Iterator[Found]]:
    """Finds ``words`` with a number of centimetres, or of 尺 and 寸: "腰围2尺1", "腰围二尺", "胸围92"."""
    pattern = re.compile(
        rf"(?:{words})[是有在大为概约差不多只才的了:：,\s]{{0,4}}"
        rf"(?:({_DIGIT})尺({_DIGIT})?寸?(半)?|({NUMBER})\s*(?:cm|厘米|公分)?)"
    )

    def find(folded: str) -> Iterator[Found]:
        for match in pattern.finditer(folded):
            value = _centimetres(match)
            if lowest <= value <= highest:
                yield Found(match.start(), match.end(), f"{spell(value)}cm", value, value)

    return find


def _centimetres(match: re.Match[str]) -> float:
    feet, inches, half, number = match.groups()
    if feet is None:
        return read_number(number) or 0.0
    tenths = (read_number(inches) or 0.0) if inches else 0.0
    return round(
        ((read_number(feet) or 0.0) + (tenths + (0.5 if half and inches else 5.0 if half else 0.0)) / 10) * _CM_PER_CHI,
        1,
    )
