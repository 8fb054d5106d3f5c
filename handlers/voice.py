"""A voice message that WeChat did not turn into words; one that it did is answered like a text."""

from __future__ import annotations

from bot.routing import Route, answers
from core.messages import Inbound, Reply, Text
from handlers._rooms import Rooms

_WORDS = Text("语音收到了，但没能转成文字。请打字告诉我们您的问题，或回复“人工”找人。")


def routes(rooms: Rooms) -> list[Route]:
    def voice(_: Inbound) -> Reply:
        return _WORDS

    return [answers(voice, "voice", when=_is_unheard)]


def _is_unheard(message: Inbound) -> bool:
    return not message.text.strip()
