"""``POST /mini/{account}/events``: what customers do in the mini program, a batch in one commit, each thing once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from api.behaviour_rules import read_events
from api.bodies import KIB, read_object
from api.visitors import Visitors
from bot.channels.privacy import blank, coarsen, has_place
from core.clock import Now
from customers.behaviour import Behaviour, Visitor, record_behaviour
from customers.consent import has_location_consent

MAX_BODY = 256 * KIB


class EventsResource:
    """``cell_m``: side of the cells that kept places are rounded to, in metres."""

    def __init__(self, visitors: Visitors, cell_m: float, clock: Now) -> None:
        self._visitors = visitors
        self._cell_m = cell_m
        self._now = clock

    async def post(self, request: web.Request) -> web.Response:
        """``{"events": […]}`` → ``{"accepted", "repeated"}``; one bad event and nothing is stored."""
        visitor = await self._visitors.of(request)
        now = self._now()
        events = read_events(await read_object(request, MAX_BODY), now)
        stored = await record_behaviour(visitor, await self._without_places(visitor, events), now)
        return web.json_response({"accepted": stored.accepted, "repeated": stored.repeated})

    async def _without_places(self, visitor: Visitor, events: list[Behaviour]) -> list[Behaviour]:
        """Places coarse where the person agreed, else blank; nobody is asked where there is none."""
        if not any(has_place(event.properties) for event in events):
            return events
        keeps_place = await has_location_consent(visitor.app_id, visitor.openid)
        return [_treated(event, self._cell_m if keeps_place else None) for event in events]


def _treated(event: Behaviour, cell_m: float | None) -> Behaviour:
    if not has_place(event.properties):
        return event
    properties: Mapping[str, Any] = event.properties
    treated = blank(properties) if cell_m is None else coarsen(properties, cell_m)
    return Behaviour(event.key, event.name, event.at, treated)
