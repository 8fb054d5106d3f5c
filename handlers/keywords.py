"""Words HQ configured: a customer says or taps the keyword and gets the reply."""

from __future__ import annotations

from bot.routing import Rank, Route, answers
from bot.spoken import words_of
from core.messages import Inbound, Reply, Text
from handlers._rooms import Rooms
from handlers._words import WISHES


def routes(rooms: Rooms) -> list[Route]:
    find = rooms.keywords.find

    def has_reply(inbound: Inbound) -> bool:
        return find(words_of(inbound)) is not None

    def keywords(inbound: Inbound) -> Reply | None:
        words = find(words_of(inbound))
        return Text(words) if words else None

    return [answers(keywords, *WISHES, when=has_reply, rank=Rank.CONFIGURED)]
