"""Which process leads: a lease in the database that any process may take over within 15 seconds of a kill."""

from __future__ import annotations

import asyncio
import logging
import time

from core.clock import Now, now
from models import leases

log = logging.getLogger(__name__)

LEASE_S = 10.0
RENEW_EVERY_S = 3.0


class Leader:
    """One for each process and job. What a leader writes it writes in a transaction that asks ``still_leads``."""

    def __init__(self, name: str, holder: str, lease_s: float = LEASE_S, clock: Now = now) -> None:
        self._name = name
        self._holder = holder
        self._lease_s = lease_s
        self._now = clock
        self._fence: int | None = None
        self._until_s = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def is_leader(self) -> bool:
        """False as soon as the lease may have ended, even while the database is away."""
        return self._fence is not None and time.monotonic() < self._until_s

    @property
    def fence(self) -> int | None:
        return self._fence if self.is_leader else None

    async def step(self) -> bool:
        """Renews the lease, or takes it if it is free; True if this process leads now."""
        asked_s, moment = time.monotonic(), self._now()
        if self._fence is not None and not await leases.renew(
            self._name, self._holder, self._fence, self._lease_s, moment
        ):
            log.warning("leadership lost", extra={"job": self._name})
            self._fence = None
        if self._fence is None:
            self._fence = await leases.take(self._name, self._holder, self._lease_s, moment)
        if self._fence is not None:
            self._until_s = asked_s + self._lease_s
        return self.is_leader

    async def still_leads(self) -> bool:
        """Asked inside a transaction: nobody takes over before that transaction ends."""
        return self._fence is not None and await leases.is_held(self._name, self._holder, self._fence)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"leader of {self._name}")

    async def stop(self) -> None:
        """Gives the lease up, so that the next process need not wait for its end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._fence is not None:
            fence, self._fence = self._fence, None
            await leases.release(self._name, self._holder, fence, self._now())

    async def _run(self) -> None:
        is_down = False
        while True:
            try:
                await self.step()
                is_down = False
            except Exception as error:
                if not is_down:
                    log.warning("leadership waits for the database", extra={"error": type(error).__name__})
                is_down = True
            await asyncio.sleep(min(RENEW_EVERY_S, self._lease_s / 3))
