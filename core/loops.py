"""Work that goes on in the background: a loop that survives its database being away and ends when told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


class Loop:
    """Calls ``step`` until there is nothing to do, then waits ``every_s`` or for ``wake``. Failures are told once."""

    def __init__(self, name: str, step: Callable[[], Awaitable[object]], every_s: float) -> None:
        self._name = name
        self._step = step
        self._every_s = every_s
        self._nudge = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._is_down = False

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)

    def wake(self) -> None:
        self._nudge.set()

    async def stop(self) -> None:
        """Lets the present step end."""
        self._is_stopping = True
        self._nudge.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._is_stopping:
            self._nudge.clear()
            if await self._try():
                continue
            try:
                await asyncio.wait_for(self._nudge.wait(), self._every_s)
            except TimeoutError:
                continue

    async def _try(self) -> bool:
        """True where a step found something to do, so that more may be waiting."""
        try:
            has_more = bool(await self._step())
        except Exception as error:
            if not self._is_down:
                log.warning("background work waits", extra={"work": self._name, "error": type(error).__name__})
            self._is_down = True
            return False
        self._is_down = False
        return has_more
