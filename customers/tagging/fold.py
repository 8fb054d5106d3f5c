"""Folding: one character of a customer's text becomes one character to match, so no place in the text ever moves."""

from __future__ import annotations

from customers.tagging.traditional import SIMPLIFIED_OF

_BASIC_PLANE = 0x10000
_FULL_WIDTH, _FULL_WIDTH_TO_ASCII = range(0xFF01, 0xFF5F), 0xFEE0
_SURROGATES = range(0xD800, 0xE000)
_IDEOGRAPHIC_SPACE = 0x3000


def _folded(code: int) -> str:
    if code in _SURROGATES:
        return "\ufffd"  # JSON can carry half a character; the automaton takes whole ones only
    if code == _IDEOGRAPHIC_SPACE:
        return " "
    if code in _FULL_WIDTH:
        code -= _FULL_WIDTH_TO_ASCII
    char = chr(code)
    if "A" <= char <= "Z":
        return char.lower()
    return SIMPLIFIED_OF.get(char, char)


# A string answers str.translate() faster than a dict: no hash, and no exception for a character that stays.
_TABLE = "".join(map(_folded, range(_BASIC_PLANE)))


def fold(text: str) -> str:
    """The text with full-width as half-width, upper as lower, traditional as simplified; exactly as many characters."""
    return text.translate(_TABLE)
