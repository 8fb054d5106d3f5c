"""A customer stops following: nothing can be said any more, and the grace before erasure begins."""

from __future__ import annotations

from bot.routing import Route, about_person, changes
from core.messages import Inbound
from core.ports import Subject
from customers import following
from handlers._rooms import Rooms


def routes(rooms: Rooms) -> list[Route]:
    async def unfollow(_: Inbound, who: Subject) -> None:
        await following.unfollow(who, rooms.unfollow_grace)

    return [changes(unfollow, "event.unsubscribe", when=about_person)]
