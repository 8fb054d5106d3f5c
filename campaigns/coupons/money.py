"""Money in words: fen in, yuan out."""

from __future__ import annotations

import re
from decimal import Decimal

from core.errors import Invalid

_YUAN = re.compile(r"\d{1,9}(\.\d{1,2})?")


def yuan(fen: int) -> str:
    """``12.5元`` of 1250."""
    whole, rest = divmod(fen, 100)
    return f"{whole}元" if not rest else f"{whole}.{rest:02}".rstrip("0") + "元"


def read_yuan(field: str, given: object) -> int:
    """Fen of an amount in yuan as staff write it (``50``, ``"12.50"``). Raises ``Invalid`` naming the field."""
    text = str(given) if isinstance(given, int | float | str) and not isinstance(given, bool) else ""
    if not _YUAN.fullmatch(text):
        raise Invalid(field, f"{given!r} is no amount in yuan", "write digits, such as 50 or 12.50")
    return int(Decimal(text) * 100)
