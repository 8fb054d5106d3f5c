"""What no other handler takes: words are answered honestly, everything else is stored in silence."""

from __future__ import annotations

from bot.routing import Rank, Route, answers
from core.messages import Inbound, Reply, Text
from handlers._rooms import Rooms
from handlers._words import NOT_UNDERSTOOD

_WORDS = Text(NOT_UNDERSTOOD)


def routes(rooms: Rooms) -> list[Route]:
    def fallback(inbound: Inbound) -> Reply | None:
        return _WORDS if inbound.text else None

    return [answers(fallback, rank=Rank.FALLBACK)]
