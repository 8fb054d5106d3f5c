"""Pictures, videos and links: acknowledged honestly, for nothing here can see them."""

from __future__ import annotations

from bot.routing import Route, answers
from core.messages import Inbound, Reply, Text
from handlers._rooms import Rooms

_SHOWN = {"image": "图片", "video": "视频", "shortvideo": "视频", "link": "链接"}
_WORDS = {
    kind: Text(f"{shown}收到了，但自动回复看不懂{shown}内容。请打字说说您想了解什么，或回复“人工”找人。")
    for kind, shown in _SHOWN.items()
}


def routes(rooms: Rooms) -> list[Route]:
    def media(inbound: Inbound) -> Reply:
        return _WORDS[inbound.kind]

    return [answers(media, *_WORDS)]
