"""A customer drops a mini program's page into the chat: named back to them, with the way to a person."""

from __future__ import annotations

from bot.routing import Route, answers
from core.messages import Inbound, Reply, Text
from handlers._rooms import Rooms

_LONGEST_TITLE = 40


def routes(rooms: Rooms) -> list[Route]:
    def page_card(inbound: Inbound) -> Reply:
        title = inbound.fields.get("Title")
        named = f"“{title[:_LONGEST_TITLE]}”" if isinstance(title, str) and title.strip() else "您分享的页面"
        return Text(f"收到{named}。想了解尺码、库存等情况，请打字告诉我们，或回复“人工”找人。")

    return [answers(page_card, "miniprogrampage")]
