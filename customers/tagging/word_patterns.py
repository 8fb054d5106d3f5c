"""Patterns: one line of the lexicon that stands for many plain words. ``(纯|亮)黑(色|的)`` are four, ``{35-44}码`` ten.

``( | )`` chooses one of its parts, which may be empty and may hold choices of their own; ``{from-to}`` counts. They are
written out when the lexicon is read, so matching knows plain words alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_WORDS = 500
"""What one pattern may stand for."""

_COUNT = re.compile(r"\{(\d{1,6})-(\d{1,6})\}")
_CUT = re.compile(r"(\{[^{}]*\}|[(){}|])")


class PatternInvalid(Exception):
    """The pattern cannot be written out."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def expand(pattern: str) -> list[str]:
    """The words a pattern stands for, each once, in the order it writes them. Raises ``PatternInvalid``."""
    parts = [part for part in _CUT.split(pattern.translate(_HALF_WIDTH)) if part]
    if not any(_CUT.fullmatch(part) for part in parts):
        raise PatternInvalid("has no ( | ) and no {from-to}", "write it as a word of the tag")
    words, end = _choices(parts, 0, depth=0)
    if end < len(parts):
        raise PatternInvalid("has a ) without its (", "write the missing (")
    return list(dict.fromkeys(words))


# People who write Chinese type these signs at full width.
_HALF_WIDTH = str.maketrans("（）｛｝｜－", "(){}|-")


def _choices(parts: Sequence[str], at: int, depth: int) -> tuple[list[str], int]:
    """Everything from ``at`` to the closing sign of this level, and where that stands."""
    done: list[str] = []
    words = [""]
    while at < len(parts) and parts[at] != ")":
        part = parts[at]
        if part == "|":
            if not depth:
                raise PatternInvalid("has a | outside ( )", "put the choices between ( and )")
            done, words = done + words, [""]
        elif part == "(":
            inner, at = _choices(parts, at + 1, depth + 1)
            if at == len(parts):
                raise PatternInvalid("has a ( without its )", "write the missing )")
            words = _joined(words, inner)
        else:
            words = _joined(words, _counted(part) if part[0] in "{}" else [part])
        at += 1
    return _bounded(done + words), at


def _counted(part: str) -> list[str]:
    found = _COUNT.fullmatch(part)
    if found is None:
        raise PatternInvalid(f"{part} counts nothing", "write {35-44}: whole numbers, the smaller first")
    first, last = int(found[1]), int(found[2])
    if first >= last:
        raise PatternInvalid(f"{part} counts nothing", "write {35-44}: whole numbers, the smaller first")
    return [str(number) for number in range(first, min(last, first + MOST_WORDS) + 1)]


def _joined(left: Sequence[str], right: Sequence[str]) -> list[str]:
    if len(left) * len(right) > MOST_WORDS:
        raise _too_many()
    return [one + other for one in left for other in right]


def _bounded(words: list[str]) -> list[str]:
    if len(words) > MOST_WORDS:
        raise _too_many()
    return words


def _too_many() -> PatternInvalid:
    return PatternInvalid(f"stands for more than {MOST_WORDS} words", "split it into narrower patterns")
