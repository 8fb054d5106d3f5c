"""A menu button whose key is neither a fixed wish nor a configured keyword: says so, and what one can ask."""

from __future__ import annotations

from bot.routing import Route, answers
from core.messages import Inbound, Reply, Text
from handlers._rooms import Rooms
from handlers._words import CAN_ASK

_WORDS = Text(f"这个菜单暂时没有自动回复的内容。{CAN_ASK}")


def routes(rooms: Rooms) -> list[Route]:
    def menu_click(_: Inbound) -> Reply:
        return _WORDS

    return [answers(menu_click, "event.click")]
