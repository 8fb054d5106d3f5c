"""The phone reports a place when the chat opens: near a store with offers these, else open shops near, else silence.

Nobody asked, and a phone may report every five seconds. Offers are told once a person, store and day, shops once a day
a person. With consent the coarse place is kept from the journal row, like every projection.
"""

from __future__ import annotations

from bot.routing import Rank, Route, answers, changes
from campaigns.coupons.offers.unasked import Unasked
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from guides.hours import hours_at
from guides.nearby import REPORTED, StoreNow, shops_unasked
from handlers._offers import Told, offer_blocks
from handlers._rooms import Rooms
from handlers._words import paragraphs, shop_on_map


def routes(rooms: Rooms) -> list[Route]:
    unasked = Unasked(rooms.coupons, rooms.stores)

    def may_tell_offers(inbound: Inbound) -> bool:
        if inbound.point is None or not inbound.openid:
            return False
        return unasked.may_tell(inbound.app_id, inbound.openid, inbound.point, inbound.received_at)

    async def location_offers(inbound: Inbound, who: Subject) -> Reply | None:
        """Taken over after a crash, a report has no place any more."""
        told = await unasked.tell(who, inbound.point, inbound.received_at) if inbound.point else None
        if told is None:
            return None
        store, listing = told
        shop = StoreNow(store, hours_at(store.opening_hours, inbound.received_at), listing.offers[0].distance_m)
        offers = offer_blocks(rooms.coupons, listing.offers, inbound, Told.NOW, [store.code])
        return Text(paragraphs([f"您在{store.name}附近，现在可以领取：", *offers, shop_on_map(shop, inbound)]))

    async def location_event(inbound: Inbound) -> Reply | None:
        if inbound.point is None:
            return None
        shops = await shops_unasked(rooms.stores, inbound.app_id, inbound.openid, inbound.point, inbound.received_at)
        told = [shop_on_map(shop, inbound) for shop in shops]
        return Text(paragraphs(["您附近正在营业的门店：", *told])) if shops else None

    return [
        changes(location_offers, REPORTED, when=may_tell_offers, rank=Rank.INTENT, name="location_offers"),
        answers(location_event, REPORTED),
    ]
