"""What could not be answered in time: finished afterwards, its words sent by delivery, taken over after a crash."""

from __future__ import annotations

import asyncio
import logging

from bot.routing import Route, Router
from core.errors import Refused
from core.messages import Inbound, Reply, Text
from core.ports import Blocked, Journal, Subject, Work

log = logging.getLogger(__name__)

LATE_LIMIT_S = 60.0
"""How long a late handler may take before its push is left to recovery."""

LEASE_S = LATE_LIMIT_S + 15.0
"""How long a process keeps a push it stored as received to itself."""

_AGAIN_S = 0.05


async def call(route: Route, inbound: Inbound, who: Subject | None) -> Reply | None:
    """Call a handler the way its route says; a refusal becomes its words only where it changes nothing."""
    if route.changes:
        return await route.handle(inbound, who)  # type: ignore[call-arg,arg-type,misc,no-any-return]
    reply = route.handle(inbound)  # type: ignore[call-arg]
    return reply if route.is_instant else await reply  # type: ignore[misc,return-value]


async def finish_late(journal: Journal, route: Route, inbound: Inbound, computed: tuple[Reply | None] | None) -> None:
    """Finish a push stored as received. ``computed`` is the reply in a tuple where the handler has run already."""
    async with asyncio.timeout(LATE_LIMIT_S):
        if not route.changes and computed is None:
            computed = (await _words(route, inbound),)
        while True:
            try:
                await journal.finish(inbound, route.name, _work(route, inbound, computed))
                return
            except Refused as refused:
                computed = (Text(refused.words),)
            except Blocked:
                await asyncio.sleep(_AGAIN_S)


async def _words(route: Route, inbound: Inbound) -> Reply | None:
    try:
        return await call(route, inbound, None)
    except Refused as refused:
        return Text(refused.words)


def _work(route: Route, inbound: Inbound, computed: tuple[Reply | None] | None) -> Work:
    async def work(who: Subject) -> Reply | None:
        return computed[0] if computed is not None else await call(route, inbound, who)

    return work


class Recovery:
    """Takes over pushes whose process was killed after it stored them as received."""

    def __init__(self, journal: Journal, router: Router, every_s: float = 5.0, batch: int = 20) -> None:
        self._journal = journal
        self._router = router
        self._every_s = every_s
        self._batch = batch
        self._task: asyncio.Task[None] | None = None
        self.finished = 0

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name="recovery")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def run_once(self) -> int:
        """Finish one batch; returns how many pushes were taken up."""
        claimed = await self._journal.claim_unfinished(self._batch, LEASE_S)
        for inbound in claimed:
            route = self._router.route(inbound)
            try:
                await finish_late(self._journal, route, inbound, None)
                self.finished += 1
            except Exception as error:  # stays received: tried again when its lease ends, closed after some attempts
                log.error("recovery failed", extra={"handler": route.name, "error": type(error).__name__})
                await self._journal.release_unfinished(inbound)
        return len(claimed)

    async def _run(self) -> None:
        while True:
            try:
                before = -1
                while self.finished != before:  # on while it gets somewhere; what fails waits for the next round
                    before = self.finished
                    await self.run_once()
            except Exception as error:
                log.warning("recovery waits for the database", extra={"error": type(error).__name__})
            await asyncio.sleep(self._every_s)
