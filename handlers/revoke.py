"""Authorisation taken back: named data, or the whole person, is erased; changed profile data is only stored."""

from __future__ import annotations

from bot.routing import Route, about_person, answers, changes
from core.messages import Inbound
from core.ports import Subject
from customers.erasure import erase_named, erase_person, read_revoke_info
from handlers._rooms import Rooms


def routes(rooms: Rooms) -> list[Route]:
    async def revoke(inbound: Inbound, who: Subject) -> None:
        items = read_revoke_info(str(inbound.fields.get("RevokeInfo", "")))
        await erase_named(who.customer_id, items, who.at)

    async def cancel(_: Inbound, who: Subject) -> None:
        await erase_person(who.customer_id, who.at)

    def modified(_: Inbound) -> None:
        return None

    return [
        changes(revoke, "event.user_authorization_revoke", when=about_person),
        changes(cancel, "event.user_authorization_cancellation", when=about_person, name="cancel"),
        answers(modified, "event.user_info_modified", name="user_info_modified"),
    ]
