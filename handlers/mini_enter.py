"""A customer opens a mini program's chat and is greeted; the words go out as a delivery."""

from __future__ import annotations

from bot.routing import Route, answers
from core.messages import Inbound, Reply, Text
from handlers._rooms import Rooms
from handlers._words import CAN_ASK


def routes(rooms: Rooms) -> list[Route]:
    words = Text(f"您好，这里是{rooms.brand}。{CAN_ASK}")

    def mini_enter(_: Inbound) -> Reply:
        return words

    return [answers(mini_enter, "event.user_enter_tempsession")]
