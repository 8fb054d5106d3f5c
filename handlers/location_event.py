"""The phone reports a place when the chat opens: the nearest open shops, at most once a day, else silence.

Nobody asked, and a phone may report every five seconds. With consent the coarse place is kept from the journal row,
like every projection.
"""

from __future__ import annotations

from bot.routing import Route, answers
from core.messages import Inbound, Reply, Text
from guides.nearby import REPORTED, shops_unasked
from handlers._rooms import Rooms
from handlers._words import shop_lines


def routes(rooms: Rooms) -> list[Route]:
    async def location_event(inbound: Inbound) -> Reply | None:
        if inbound.point is None:
            return None
        shops = await shops_unasked(rooms.stores, inbound.app_id, inbound.openid, inbound.point, inbound.received_at)
        return Text("\n\n".join(["您附近正在营业的门店：", *map(shop_lines, shops)])) if shops else None

    return [answers(location_event, REPORTED)]
