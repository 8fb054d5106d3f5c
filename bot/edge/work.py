"""What is in work: one entry a push, shared by all its copies, in line behind the same person's elder messages."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from bot.routing import Route
from core.messages import Inbound
from core.ports import Entry, Recorded

REMEMBERED = 4096
"""Answers of the last pushes kept in memory, so that a repeat seldom asks the database."""


class PushWork:
    """One push in work. ``answered`` is what its copies wait for; ``settled`` what the person's next message does.

    ``elder`` and ``younger`` are the same person's messages before and after it. ``recorded`` is how a late push was
    stored, which may be after its sender was told to come again.
    """

    __slots__ = (
        "answered",
        "elder",
        "entry",
        "inbound",
        "is_acting",
        "is_late",
        "is_settled",
        "recorded",
        "route",
        "settled",
        "started",
        "stored",
        "task",
        "younger",
    )

    def __init__(self, inbound: Inbound, route: Route, loop: asyncio.AbstractEventLoop) -> None:
        self.inbound = inbound
        self.route = route
        self.started = loop.time()
        self.answered: asyncio.Future[Recorded] = loop.create_future()
        self.settled: asyncio.Future[None] | None = None
        self.elder: PushWork | None = None
        self.younger: PushWork | None = None
        self.task: asyncio.Task[None] | None = None
        self.entry: Entry | None = None
        self.is_acting = False
        self.is_late = False
        self.is_settled = False
        self.recorded: Recorded | None = None
        self.stored: asyncio.Future[Recorded] | None = None

    def answer(self, recorded: Recorded) -> None:
        if self.answered.done():  # the sender was told to come again: whoever asks from now on is answered
            self.answered = asyncio.get_running_loop().create_future()
        self.answered.set_result(recorded)

    def fail(self, error: BaseException) -> None:
        if not self.answered.done():
            self.answered.set_exception(error)
            self.answered.exception()  # a push whose sender has gone is not an unheard error

    async def until_stored(self) -> Recorded:
        """Wait until a late push is stored, whatever its sender was told. Raises what kept it from being stored."""
        if self.recorded is not None:
            return self.recorded
        self.stored = asyncio.get_running_loop().create_future()
        return await self.stored

    def note_stored(self, result: Recorded | BaseException) -> None:
        """A late push was stored, or could not be."""
        if isinstance(result, Recorded):
            self.recorded = result
        if self.stored is None or self.stored.done():
            return
        if isinstance(result, Recorded):
            self.stored.set_result(result)
        else:
            self.stored.set_exception(result)

    @property
    def has_place(self) -> bool:
        """True once its place in the journal is sure: it is stored, in line to be, or done with."""
        return self.is_settled or self.recorded is not None or self.entry is not None

    async def after_elder(self) -> None:
        """Wait until the same person's elder message is done with."""
        elder = self.elder
        if elder is not None and not elder.is_settled:
            if elder.settled is None:
                elder.settled = asyncio.get_running_loop().create_future()
            await asyncio.shield(elder.settled)
        self.elder = None


class WorkTable:
    """All pushes in work, by message key and, for their order, by person."""

    def __init__(self) -> None:
        self.by_key: dict[str, PushWork] = {}
        self._last_of: dict[tuple[str, str], PushWork] = {}
        self._recent: OrderedDict[str, Recorded] = OrderedDict()

    def recent(self, key: str) -> Recorded | None:
        """The answer of a push that was stored a moment ago, as a repeat sees it."""
        found = self._recent.get(key)
        return None if found is None else Recorded(found.reply, found.received_at, is_first=False)

    def add(self, work: PushWork) -> None:
        inbound = work.inbound
        self.by_key[inbound.key] = work
        if inbound.openid:
            person = (inbound.app_id, inbound.openid)
            elder = self._last_of.get(person)
            if elder is not None:
                work.elder, elder.younger = elder, work
            self._last_of[person] = work

    def remember(self, key: str, recorded: Recorded) -> None:
        self._recent[key] = recorded
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)

    def settle(self, work: PushWork) -> None:
        """The push is done with: its copies find the stored answer, the person's next message may go on."""
        inbound = work.inbound
        self.by_key.pop(inbound.key, None)
        person = (inbound.app_id, inbound.openid)
        if self._last_of.get(person) is work:
            del self._last_of[person]
        work.is_settled = True
        if work.settled is not None and not work.settled.done():
            work.settled.set_result(None)
