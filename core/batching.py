"""Group commit: one writer drains what has gathered while the last commit was under way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")


_ENOUGH = 32


class GroupCommit(Generic[Item, Result]):
    """Items put while a batch is being applied form the next batch.

    ``apply`` stores a batch in one commit and returns a result for each item, in order. ``done`` is told the result
    or the exception of every item, exactly once. A batch that fails is tried again item by item, so that one poisoned
    item fails alone; ``is_outage`` says which exceptions concern every item alike and are not worth that. A batch
    that would hold few items waits ``gather_s`` for company: a commit costs much the same for one as for twenty.
    """

    def __init__(
        self,
        apply: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        done: Callable[[Item, Result | BaseException], None],
        is_outage: Callable[[BaseException], bool],
        most: int = 256,
        gather_s: float = 0.002,
    ) -> None:
        self._apply = apply
        self._done = done
        self._is_outage = is_outage
        self._most = most
        self._gather_s = gather_s
        self._waiting: list[Item] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.batches = 0
        self.items = 0

    def start(self) -> None:
        if self._task is not None:
            return
        self._task = asyncio.get_running_loop().create_task(self._run(), name="group-commit")

    def put(self, item: Item) -> None:
        """Queue an item for the next batch."""
        self._waiting.append(item)
        if len(self._waiting) == 1:
            self._wake.set()

    async def stop(self) -> None:
        """Apply what waits, then end."""
        if self._task is None:
            return
        while self._waiting:  # noqa: ASYNC110 - only at the end of a process
            await asyncio.sleep(0.005)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            if len(self._waiting) < _ENOUGH:
                await asyncio.sleep(self._gather_s)
            batch = self._waiting[: self._most]
            try:
                outage = await self._write(batch)
            except asyncio.CancelledError as stopped:
                self._tell_all(batch, stopped)
                raise
            del self._waiting[: len(batch)]
            if outage is not None:  # what waited behind it would only wait for the same error
                late, self._waiting = self._waiting, []
                self._tell_all(late, outage)
            if not self._waiting:
                self._wake.clear()

    async def _write(self, batch: Sequence[Item]) -> BaseException | None:
        """Apply a batch; returns the exception if it concerns every item alike."""
        try:
            results = await self._apply(batch)
        except Exception as error:
            is_outage = self._is_outage(error)
            if len(batch) == 1 or is_outage:
                self._tell_all(batch, error)
                return error if is_outage else None
            for item in batch:
                await self._write([item])
            return None
        self.batches += 1
        self.items += len(batch)
        for item, result in zip(batch, results, strict=True):
            self._tell(item, result)
        return None

    def _tell_all(self, items: Sequence[Item], error: BaseException) -> None:
        for item in items:
            self._tell(item, error)

    def _tell(self, item: Item, result: Result | BaseException) -> None:
        try:
            self._done(item, result)
        except Exception:  # one listener's bug must not stop every answer
            log.exception("a result could not be delivered")
