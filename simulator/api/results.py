"""Tells the product how a notice ended: TEMPLATESENDJOBFINISH and subscribe_msg_sent_event, pushed to its webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from simulator import events
from simulator.push import Pusher, open_pusher
from simulator.state.knobs import SUCCESS
from simulator.state.ledger import Accepted
from simulator.state.world import App, World

AT_ONCE = 64


class Results:
    """Pushes one result for each accepted notice, as the dice say; nothing while no webhook is known."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._pusher: Pusher | None = None

    async def running(self, app: web.Application) -> AsyncIterator[None]:
        async with open_pusher(self._world.webhook) as pusher:
            self._pusher = pusher
            yield
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def announce(self, app: App, accepted: Accepted) -> None:
        if accepted.api == "custom" or not self._world.webhook:
            return
        ending = self._world.dice.result()
        if ending.status is None:
            self._world.ledger.results["missing"] += 1
            return
        task = asyncio.create_task(self._push(app, accepted, ending.status, ending.delay_s))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _push(self, app: App, accepted: Accepted, status: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        assert self._pusher is not None
        if accepted.api == "template":
            fragment = events.template_finished(accepted.msgid, status)
        else:
            fragment = events.notice_sent(accepted.msgtype, accepted.msgid, failed=status != SUCCESS)
        body = events.addressed(app.account, accepted.openid, int(self._world.clock()), fragment)
        async with self._free:
            self._pusher.base = self._world.webhook
            outcome = await self._pusher.push(app.account, body)
        name = str(fragment["Event"])
        if outcome.is_acknowledged:
            accepted.result = status
        self._world.ledger.results[name if outcome.is_acknowledged else f"{name} unanswered"] += 1


RESULTS = web.AppKey("results", Results)
