"""The truth for fault tests: every message WeChat accepted, in order, and what was counted on the way."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Accepted:
    """One message WeChat took. ``answered`` is False when the sender never heard of it.

    ``result``: how a notice ended, as the webhook was told and acknowledged it; empty before, and for other messages.
    """

    seq: int
    at: float
    app_id: str
    openid: str
    api: str
    msgtype: str
    text: str
    msgid: int
    client_msg_id: str
    message: Mapping[str, Any]
    answered: bool = True
    result: str = ""

    def as_dict(self, names: Sequence[str] = ()) -> dict[str, Any]:
        """Every field, or those of ``names``."""
        return {name: getattr(self, name) for name in names or self.__slots__}


@dataclass(slots=True)
class Ledger:
    """Append-only; ``seq`` counts from 1, so that a reader can go on from the last one seen."""

    rows: list[Accepted] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    mishaps: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)

    def accept(self, **entries: Any) -> Accepted:
        row = Accepted(seq=len(self.rows) + 1, **entries)
        self.rows.append(row)
        return row

    def since(self, seq: int, limit: int, wanted: Mapping[str, str]) -> list[Accepted]:
        """Rows after ``seq`` whose fields equal ``wanted``, at most ``limit``."""
        found = []
        for row in self.rows[max(seq, 0) :]:
            if all(str(getattr(row, name)) == value for name, value in wanted.items()):
                found.append(row)
                if len(found) >= limit:
                    break
        return found

    def counters(self) -> dict[str, Any]:
        accepted = Counter(row.api for row in self.rows)
        return {
            "accepted": len(self.rows),
            "accepted_by_api": dict(accepted),
            "accepted_unanswered": sum(not row.answered for row in self.rows),
            "calls": dict(self.calls),
            "errors": dict(self.errors),
            "mishaps": dict(self.mishaps),
            "results": dict(self.results),
        }


def text_of(message: Mapping[str, Any]) -> str:
    """What a person reads of a customer-service message: its words, or the titles and data it carries."""
    body = message.get(str(message.get("msgtype")), {})
    if not isinstance(body, Mapping):
        return ""
    for name in ("content", "head_content", "title"):
        if isinstance(body.get(name), str):
            return str(body[name])
    articles = body.get("articles")
    if isinstance(articles, list):
        return " / ".join(str(each.get("title", "")) for each in articles if isinstance(each, Mapping))
    return json.dumps(body, ensure_ascii=False)
