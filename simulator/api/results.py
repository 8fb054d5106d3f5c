"""Tells the product how a notice ended: TEMPLATESENDJOBFINISH and subscribe_msg_sent_event, pushed to its webhook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from simulator import events
from simulator.push import Pusher, open_pusher
from simulator.state.ledger import Accepted
from simulator.state.world import App, World


class Results:
    """Pushes one result for each accepted notice, a moment later; nothing while no webhook is known."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()
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
        task = asyncio.create_task(self._push(app, accepted))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _push(self, app: App, accepted: Accepted) -> None:
        await asyncio.sleep(self._world.knobs.result_delay_s)
        assert self._pusher is not None
        self._pusher.base = self._world.webhook
        failed = self._world.dice.result_fails()
        if accepted.api == "template":
            fragment = events.template_finished(accepted.msgid, "failed:user block" if failed else "success")
        else:
            fragment = events.notice_sent(accepted.msgtype, accepted.msgid, failed)
        body = events.addressed(app.account, accepted.openid, int(self._world.clock()), fragment)
        outcome = await self._pusher.push(app.account, body)
        name = str(fragment["Event"])
        self._world.ledger.results[name if outcome.is_acknowledged else f"{name} unanswered"] += 1


RESULTS = web.AppKey("results", Results)
