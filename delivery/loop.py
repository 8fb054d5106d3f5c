"""Keeps a worker busy: looks when woken and once a second, sends to many people at a time, drains on stop."""

from __future__ import annotations

import asyncio
import logging
import time

from delivery.claims import Claimed
from delivery.wakeup import Wakeup
from delivery.worker import Worker

log = logging.getLogger(__name__)

POLL_S = 1.0
RECOVER_EVERY_S = 5.0


class DeliveryLoop:
    """One for each process that sends."""

    def __init__(self, worker: Worker, wakeup: Wakeup, at_once: int = 16, poll_s: float = POLL_S) -> None:
        self._worker = worker
        self._at_once = at_once
        self._poll_s = poll_s
        self._nudge = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._is_down = False
        self._recovered_at = float("-inf")
        wakeup.on_wake(self._nudge.set)

    @property
    def in_work(self) -> int:
        return len(self._sending)

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name="deliveries")

    async def stop(self, within_s: float = 5.0) -> None:
        """Claims no more and lets what is being sent end; what does not in time is unknown when its lease ends."""
        self._is_stopping = True
        self._nudge.set()
        if self._task is not None:
            await self._task
        if self._sending:
            await asyncio.wait(self._sending, timeout=within_s)
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _run(self) -> None:
        while not self._is_stopping:
            self._nudge.clear()
            if not await self._fill():
                try:
                    await asyncio.wait_for(self._nudge.wait(), self._poll_s)
                except TimeoutError:
                    continue

    async def _fill(self) -> bool:
        """Starts as many sends as there is room for; True where more may be due at once."""
        room = self._at_once - len(self._sending)
        if room <= 0:
            return False
        try:
            if time.monotonic() - self._recovered_at >= RECOVER_EVERY_S:
                self._recovered_at = time.monotonic()
                await self._worker.recover()
            rows = await self._worker.claim(room)
        except Exception as error:
            self._went_down(error)
            return False
        self._came_up()
        for row in rows:
            task = asyncio.get_running_loop().create_task(self._deliver(row))
            self._sending.add(task)
            task.add_done_callback(self._done)
        return len(rows) == room

    async def _deliver(self, row: Claimed) -> None:
        try:
            await self._worker.deliver(row)
        except Exception as error:  # the row's lease ends: then it is planned again, or unknown
            self._went_down(error)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._nudge.set()  # there is room now, and the person may have another row

    def _went_down(self, error: Exception) -> None:
        if not self._is_down:
            self._is_down = True
            log.error("deliveries wait", extra={"error": type(error).__name__}, exc_info=error)

    def _came_up(self) -> None:
        if self._is_down:
            self._is_down = False
            log.info("deliveries go on")
