"""Folding: one character of a customer's text becomes one character to match, so no place in the text ever moves."""

from __future__ import annotations

import re
from itertools import chain
from unicodedata import category, normalize

from customers.tagging.traditional import SIMPLIFIED_OF, SIMPLIFIED_TOO, STAYS

_SURROGATES = range(0xD800, 0xE000)
# Where characters stand that are another form of a usual one, as keyboards, PDFs and stickers make them.
_VARIANTS = (
    range(ord("A"), ord("Z") + 1),
    range(0xA0, 0x250),  # É, the blank that never breaks
    range(0x2000, 0x2070),  # blanks of every width
    range(0x2160, 0x2180),  # Ⅹ
    range(0x24B6, 0x24EA),  # Ⓜ
    range(0x2E80, 0x3001),  # ⽤, the radical, for 用; the ideographic space
    range(0x3280, 0x32B1),  # ㊗
    range(0xF900, 0xFB00),  # compatible forms of Chinese characters
    range(0xFE30, 0xFFF0),  # full width, half width, small and upright forms
    _SURROGATES,
)


def fold_char(char: str) -> str:
    """One character as it is matched; always one."""
    if ord(char) in _SURROGATES:
        return "\ufffd"  # JSON can carry half a character; the automaton takes whole ones only
    if category(char) != "No":  # "165①体重110" must not become 1651
        char = _if_one(normalize("NFKC", char), char)
    char = _if_one(char.lower(), char)
    return SIMPLIFIED_OF.get(char, char)


def _if_one(folded: str, char: str) -> str:
    return folded if len(folded) == 1 else char


_FOLDED = {char: fold_char(char) for char in map(chr, chain(*_VARIANTS)) if fold_char(char) != char} | SIMPLIFIED_OF
_CHANGING = re.compile(f"[{re.escape(''.join(_FOLDED))}]")


def fold(text: str) -> str:
    """The text as it is matched, exactly as many characters: full-width as half-width, other forms of a character as
    the usual one, upper as lower, traditional as simplified."""
    if _CHANGING.search(text) is None:
        return text  # most messages; looking costs a fraction of rewriting
    return _CHANGING.sub(_fold_match, text)


def _fold_match(match: re.Match[str]) -> str:
    char = match[0]
    if char in SIMPLIFIED_TOO and STAYS.match(match.string, match.start()):
        return char
    return _FOLDED[char]
