"""A customer follows: with a guide's code, bound to that guide; without, by the brand's default rule; by a code in a
shop window, shown that store and what it gives."""

from __future__ import annotations

from bot.routing import Route, about_person, changes
from campaigns.coupons.words import own_copy
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from guides.scenes import Window, scene_of_follow
from handlers._rooms import Rooms
from handlers._window import at_window
from handlers._words import CAN_ASK, guide_at


def routes(rooms: Rooms) -> list[Route]:
    async def follow(inbound: Inbound, who: Subject) -> Reply:
        meeting = await rooms.reception.follow(who, scene_of_follow(inbound.event_key))
        served = f"您的专属导购是{guide_at(meeting.guide_name, meeting.store_name)}。" if meeting.guide_name else ""
        gifts = await _welcome(rooms, who, meeting.window)
        shown = await at_window(rooms, inbound, who, meeting.window) if meeting.window else []
        return Text("\n\n".join([f"欢迎关注{rooms.brand}！{served}\n{CAN_ASK}", *gifts, *shown]))

    return [changes(follow, "event.subscribe", when=about_person)]


async def _welcome(rooms: Rooms, who: Subject, window: Window | None) -> list[str]:
    """Copies for who follows for the first time, in the push's own transaction; a second follow brings none."""
    scanned = window.template if window else ""
    welcome = [o for o in rooms.coupons.list_offers(who.at) if o.terms.on_follow and o.code != scanned]
    await rooms.coupons.hold([*(offer.code for offer in welcome), *filter(None, [scanned])])
    given = [await rooms.coupons.give(offer, who, "follow") for offer in welcome]
    return [f"送您一张优惠券：\n{own_copy(each, rooms.stores.name_of)}" for each in given if each is not None]
