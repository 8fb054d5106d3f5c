"""Keeps a worker busy: looks when woken and once a second, sends to many people at a time, drains on stop."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from delivery.claims import Claimed
from delivery.wakeup import Wakeup
from delivery.worker import Worker

log = logging.getLogger(__name__)

POLL_S = 1.0
RECOVER_EVERY_S = 5.0


class DeliveryLoop:
    """One for each process that sends. ``at_once``: rows it may hold at a time."""

    def __init__(self, worker: Worker, wakeup: Wakeup, at_once: int = 64, poll_s: float = POLL_S) -> None:
        self._worker = worker
        self._at_once = at_once
        self._poll_s = poll_s
        self._nudge = asyncio.Event()
        self._batches: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._is_down = False
        self._recovered_at = float("-inf")
        worker.on_room = self._nudge.set
        wakeup.on_wake(self._nudge.set)

    @property
    def in_work(self) -> int:
        return self._worker.in_work

    def start(self) -> None:
        self._worker.start()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="deliveries")

    async def stop(self, within_s: float = 5.0) -> None:
        """Claims no more and lets what is being sent end; what does not in time is unknown when its lease ends."""
        self._is_stopping = True
        self._nudge.set()
        if self._task is not None:
            await self._task
        if self._batches:
            await asyncio.wait(self._batches, timeout=within_s)
        left = list(self._batches)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._worker.stop()

    async def _run(self) -> None:
        while not self._is_stopping:
            self._nudge.clear()
            if not await self._fill():
                try:
                    await asyncio.wait_for(self._nudge.wait(), self._poll_s)
                except TimeoutError:
                    continue

    async def _fill(self) -> bool:
        """Takes up as many rows as there is room for; True where more may be due at once.

        Room for few rows is left until it is worth a claim, which costs much the same for one as for many.
        """
        room = self._at_once - self.in_work
        if room <= 0 or room < self._at_once // 4:
            return False
        room = min(room, max(1, self._at_once // 2))
        try:
            if time.monotonic() - self._recovered_at >= RECOVER_EVERY_S:
                self._recovered_at = time.monotonic()
                await self._worker.recover()
            rows = await self._worker.claim(room)
        except Exception as error:
            self._went_down(error)
            return False
        self._came_up()
        if rows:
            task = asyncio.get_running_loop().create_task(self._work(rows))
            self._batches.add(task)
            task.add_done_callback(self._done)
            await asyncio.sleep(0)  # so that its rows count from now on
        return len(rows) == room

    async def _work(self, rows: Sequence[Claimed]) -> None:
        try:
            await self._worker.work(rows)
        except Exception as error:  # the rows' leases end: then they are planned again, or unknown
            self._went_down(error)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._nudge.set()  # there is room now, and the people may have other rows

    def _went_down(self, error: Exception) -> None:
        if not self._is_down:
            self._is_down = True
            log.error("deliveries wait", extra={"error": type(error).__name__}, exc_info=error)

    def _came_up(self) -> None:
        if self._is_down:
            self._is_down = False
            log.info("deliveries go on")
