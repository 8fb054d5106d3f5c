"""WeChat's last word on a template message: it arrived, the person blocks us, or WeChat failed."""

from __future__ import annotations

from bot.routing import Route, about_person, changes
from core.messages import Inbound
from core.ports import Subject
from delivery.confirmations import record_reports
from handlers._rooms import Rooms


def routes(rooms: Rooms) -> list[Route]:
    async def send_result(inbound: Inbound, who: Subject) -> None:
        await record_reports(inbound.kind, inbound.fields, who)

    return [changes(send_result, "event.templatesendjobfinish", when=about_person)]
