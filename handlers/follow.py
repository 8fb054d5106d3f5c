"""A customer follows: with a guide's code, bound to that guide; without, by the brand's default rule."""

from __future__ import annotations

from bot.routing import Route, about_person, changes
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from guides.scenes import scene_of_follow
from handlers._rooms import Rooms
from handlers._words import CAN_ASK, guide_at


def routes(rooms: Rooms) -> list[Route]:
    async def follow(inbound: Inbound, who: Subject) -> Reply:
        meeting = await rooms.reception.follow(who, scene_of_follow(inbound.event_key))
        served = f"您的专属导购是{guide_at(meeting.guide_name, meeting.store_name)}。" if meeting.guide_name else ""
        return Text(f"欢迎关注{rooms.brand}！{served}\n{CAN_ASK}")

    return [changes(follow, "event.subscribe", when=about_person)]
