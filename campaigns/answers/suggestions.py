"""“您是不是想问”: how suggestions are written, and which of them a customer chose by its number."""

from __future__ import annotations

import re
from collections.abc import Sequence

from customers.tagging.fold import fold

HEAD = "您是不是想问："

_LINE = re.compile(r"^([1-9])\. (.+)$", re.MULTILINE)
_CHOICE = re.compile(r"(?:我选|选择|选|第|回复|我想问第?)?([1-9一二三])(?:个|项|条|号)?(?:问题)?[.。、!！~～ ]*")
_NUMBERS = {"一": 1, "二": 2, "三": 3, "①": 1, "②": 2, "③": 3, "❶": 1, "❷": 2, "❸": 3}
_LONGEST_CHOICE = 8


def written(questions: Sequence[str]) -> str:
    """The suggestions as the customer reads them."""
    lines = [f"{number}. {question}" for number, question in enumerate(questions, start=1)]
    return "\n".join([HEAD, *lines, "回复数字即可；都不是请回复“人工”。"])


def chosen_question(reply: str, number: int) -> str | None:
    """The question of that number in a reply that suggested some."""
    if not reply.startswith(HEAD):
        return None
    return dict(_LINE.findall(reply)).get(str(number))


def find_choice(text: str) -> int | None:
    """The number a customer's words choose (``2``, ``２``, ``②``, ``第二个``), None where they are no choice."""
    if not 0 < len(text) <= _LONGEST_CHOICE:
        return None
    plain = fold(text).strip()
    if plain in _NUMBERS:
        return _NUMBERS[plain]
    found = _CHOICE.fullmatch(plain.removesuffix("\ufe0f\u20e3").removesuffix("\u20e3"))
    return _NUMBERS.get(found[1]) or int(found[1]) if found else None
