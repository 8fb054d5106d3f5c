"""A follower scans a code: the guide it names, or why the customer stays with the guide they have; in a shop window,
that store and what the code gives."""

from __future__ import annotations

from bot.routing import Route, about_person, changes
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from guides.binding import Meeting, Outcome
from handlers._rooms import Rooms
from handlers._window import at_window
from handlers._words import CAN_ASK, guide_at


def routes(rooms: Rooms) -> list[Route]:
    async def scan(inbound: Inbound, who: Subject) -> Reply:
        meeting = await rooms.reception.scan(who, inbound.event_key or None)
        if meeting.window:
            shown = await at_window(rooms, inbound, who, meeting.window)
            return Text("\n\n".join([_at_store(meeting, meeting.window.store_name), *shown]))
        return Text(f"{_words(rooms.brand, meeting)}\n{CAN_ASK}")

    return [changes(scan, "event.scan", when=about_person)]


def _at_store(meeting: Meeting, store_name: str) -> str:
    guide = guide_at(meeting.guide_name, meeting.store_name)
    if meeting.is_new:
        return f"您好，欢迎来到{store_name}！从现在起，{guide}为您服务。"
    return f"您好，欢迎来到{store_name}！{f'{guide}继续为您服务。' if meeting.guide_name else ''}"


def _words(brand: str, meeting: Meeting) -> str:
    guide = guide_at(meeting.guide_name, meeting.store_name)
    match meeting.outcome:
        case Outcome.BOUND | Outcome.REBOUND:
            return f"您好！从现在起，{guide}为您服务。"
        case Outcome.KEPT:
            return f"您好！您的导购仍是{guide}，这次扫码不会更换。"
        case Outcome.OWN | Outcome.UNCHANGED:
            return f"您好！{guide}继续为您服务。"
        case Outcome.UNBOUND:
            return f"您好，欢迎来到{brand}！"
