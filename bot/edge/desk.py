"""The desk: takes each push once, has it answered in time, and keeps the promise that acknowledged means stored."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.edge.late import LEASE_S, call, finish_late
from bot.edge.work import PushWork, WorkTable
from bot.routing import Router
from core.accounts import AccountKind
from core.batching import GroupCommit
from core.errors import Busy, Refused
from core.messages import Inbound, Reply, Text
from core.ports import Blocked, Entry, InteractionState, Journal, Recorded

log = logging.getLogger(__name__)

DEADLINE_S = 4.5
"""After this a push is stored as received and its words come later; WeChat gives up at 5 s."""

STORE_DEADLINE_S = 4.9
"""A push that could not even be stored by now is answered with an error, so that WeChat repeats it."""

MOST_IN_WORK = 10_000
"""Beyond this a push is answered with an error at once: WeChat repeats it, and memory stays bounded."""

NOT_STORING_S = 30.0
"""How long a push that could not be stored speaks for the present, where none was stored since."""

_TICK_S = 0.05


class Desk:
    """One for each process. ``take`` answers a push; copies in work share one answer."""

    def __init__(
        self,
        journal: Journal,
        router: Router,
        deadline_s: float = DEADLINE_S,
        store_deadline_s: float = STORE_DEADLINE_S,
    ) -> None:
        self._journal = journal
        self._router = router
        self._deadline_s = deadline_s
        self._store_deadline_s = store_deadline_s
        self._table = WorkTable()
        self._writer: GroupCommit[PushWork, Recorded | Blocked] = GroupCommit(
            self._record, self._recorded, journal.is_outage
        )
        self._watch: asyncio.Task[None] | None = None
        self.handler_errors = 0
        self._not_stored_at_s = float("-inf")

    @property
    def is_storing(self) -> bool:
        """False while pushes cannot be stored: the last one was not, a moment ago."""
        return asyncio.get_running_loop().time() - self._not_stored_at_s > NOT_STORING_S

    @property
    def in_work(self) -> int:
        return len(self._table.by_key)

    @property
    def commits(self) -> tuple[int, int]:
        """Batches committed so far, and pushes in them."""
        return self._writer.batches, self._writer.items

    def start(self) -> None:
        self._writer.start()
        self._watch = asyncio.get_running_loop().create_task(self._keep_deadlines(), name="deadlines")

    async def stop(self, within_s: float = 8.0) -> None:
        """Let what is in work finish and be stored; what cannot is left for WeChat to repeat or for recovery."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within_s
        while self._table.by_key and loop.time() < end:  # noqa: ASYNC110 - an emptying table has no event
            await asyncio.sleep(0.01)
        for work in list(self._table.by_key.values()):
            if work.task is not None:
                work.task.cancel()
            work.fail(Busy("stopping"))
        if self._watch is not None:
            self._watch.cancel()
        await self._writer.stop()

    async def take(self, inbound: Inbound) -> Recorded:
        """The stored answer for a push, first copy or repeat. Raises ``Busy`` or the database's error on an outage."""
        work = self._table.by_key.get(inbound.key)
        if work is not None:
            recorded = await asyncio.shield(work.answered)
            return Recorded(recorded.reply, recorded.received_at, is_first=False)
        known = self._table.recent(inbound.key)
        if known is not None:
            return known
        if len(self._table.by_key) >= MOST_IN_WORK:
            raise Busy("too many pushes are in work")
        return await self._start(inbound).answered

    def _start(self, inbound: Inbound) -> PushWork:
        loop = asyncio.get_running_loop()
        work = PushWork(inbound, self._router.route(inbound), loop)
        self._table.add(work)
        if not work.route.is_instant or _owes_delivery(inbound):
            work.task = loop.create_task(self._run(work))
        elif work.elder is None:
            self._answer_now(work)
        return work  # an instant answer behind an elder message is given when that settles

    def _settle(self, work: PushWork) -> None:
        """The push is done with; the person's next message, if it only waits for that, is answered now."""
        self._table.settle(work)
        younger, work.younger = work.younger, None
        if younger is not None and younger.task is None and not younger.is_late:
            younger.elder = None
            self._answer_now(younger)

    def _answer_now(self, work: PushWork) -> None:
        """A handler that only looks into memory: no task, straight into the next commit."""
        try:
            reply: Reply | None = work.route.handle(work.inbound)  # type: ignore[call-arg,assignment]
        except Refused as refused:
            reply = Text(refused.words)
        except Exception as error:
            self._handler_failed(work, error)
            return
        self._store(work, Entry(work.inbound, reply, work.route.name))

    async def _run(self, work: PushWork) -> None:
        """A push whose handler may wait: after the person's elder messages, until answered or late."""
        computed: tuple[Reply | None] | None = None
        try:
            await work.after_elder()
            while not work.is_late:
                try:
                    computed = await self._attempt(work)
                    if computed is None:
                        return
                except Blocked:
                    await asyncio.sleep(_TICK_S)
        except asyncio.CancelledError:
            if not work.is_late:
                raise
        except Exception as error:
            self._attempt_failed(work, error)
            if not work.is_late:
                return
        finally:
            work.is_acting = False
        await self._finish(work, computed)

    async def _attempt(self, work: PushWork) -> tuple[Reply | None] | None:
        """One try; returns the reply in a tuple where the deadline passed meanwhile, else None: handed on."""
        inbound, route, seen = work.inbound, work.route, None
        try:
            if route.changes or _owes_delivery(inbound):
                work.is_acting = True
                recorded = await self._journal.act(inbound, route.name, lambda who: call(route, inbound, who))
                self._done(work, recorded)
                return None
            seen = None if route.is_instant else await self._journal.newest(inbound)
            reply = await call(route, inbound, None)
        except Refused as refused:  # what it did is rolled back: only the refusal is stored
            reply = Text(refused.words)
        finally:
            work.is_acting = False
        if work.is_late:
            return (reply,)
        self._store(work, Entry(inbound, reply, route.name, seen=seen))
        return None

    def _attempt_failed(self, work: PushWork, error: Exception) -> None:
        if self._journal.is_outage(error):
            if not work.is_late:
                self._settle_failed(work, error)
            return
        if work.is_late:
            self._note_error(work, error)
        else:
            self._handler_failed(work, error)

    async def _finish(self, work: PushWork, computed: tuple[Reply | None] | None) -> None:
        """The rest of a late push, once it is stored; what fails here is left to recovery, or to WeChat's repeat."""
        if work.recorded is None and work.entry is None:
            self._store_received(work)
        try:
            recorded = await work.until_stored()
            if recorded.is_first:
                await finish_late(self._journal, work.route, work.inbound, computed)
        except Exception as error:
            if not self._journal.is_outage(error):
                self._note_error(work, error)
        self._settle(work)

    # ── storing ──────────────────────────────────────────────────────────────────────────────────────────────────
    def _store(self, work: PushWork, entry: Entry) -> None:
        work.entry = entry
        self._writer.put(work)

    async def _record(self, batch: Sequence[PushWork]) -> Sequence[Recorded | Blocked]:
        return await self._journal.record([work.entry for work in batch if work.entry is not None])

    def _recorded(self, work: PushWork, result: Recorded | Blocked | BaseException) -> None:
        work.entry = None
        if isinstance(result, Recorded):
            if work.is_late:
                self._note_stored(work, result)
                work.answer(result)
                work.note_stored(result)
                self._ensure_task(work)
            else:
                self._done(work, result)
        elif isinstance(result, Blocked):
            asyncio.get_running_loop().call_later(_TICK_S, self._ensure_task, work)
        else:
            self._settle_failed(work, result)

    def _ensure_task(self, work: PushWork) -> None:
        """A push needs a task of its own again: blocked by an elder in another process, or late."""
        if work.task is None or work.task.done():
            work.task = asyncio.get_running_loop().create_task(self._run(work))

    def _done(self, work: PushWork, recorded: Recorded) -> None:
        self._note_stored(work, recorded)
        self._settle(work)
        work.answer(recorded)

    def _note_stored(self, work: PushWork, recorded: Recorded) -> None:
        self._not_stored_at_s = float("-inf")
        self._table.remember(work.inbound.key, recorded)

    def _settle_failed(self, work: PushWork, error: BaseException) -> None:
        if self._journal.is_outage(error) and not isinstance(error, Busy):
            self._not_stored_at_s = asyncio.get_running_loop().time()
        self._settle(work)
        work.fail(error)
        work.note_stored(error)

    def _handler_failed(self, work: PushWork, error: BaseException) -> None:
        """A bug in a handler loses no push: it is stored as received and tried again by recovery."""
        self._note_error(work, error)
        self._store(work, Entry(work.inbound, None, "", InteractionState.RECEIVED, "handler_error"))

    def _note_error(self, work: PushWork, error: BaseException) -> None:
        self.handler_errors += 1
        log.error("handler failed", extra={"handler": work.route.name, "error": type(error).__name__}, exc_info=error)

    def _store_received(self, work: PushWork) -> None:
        self._store(work, Entry(work.inbound, None, "", InteractionState.RECEIVED, "deadline", LEASE_S))

    # ── deadlines ────────────────────────────────────────────────────────────────────────────────────────────────
    async def _keep_deadlines(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_TICK_S)
            moment = loop.time()
            for work in list(self._table.by_key.values()):
                age = moment - work.started
                if age < self._deadline_s:
                    break  # in order of arrival: the rest is younger
                if not work.is_late and work.entry is None:
                    self._go_late(work)
                if age >= self._store_deadline_s:
                    self._not_stored_at_s = moment
                    work.fail(Busy("the push could not be stored in time"))

    def _go_late(self, work: PushWork) -> None:
        if work.elder is not None and not work.elder.has_place:
            return  # the elder's transaction is being undone: it is stored first
        work.is_late = True
        if work.is_acting and work.task is not None:
            work.task.cancel()  # its transaction rolls back first; it runs again once the push is stored
        else:
            self._store_received(work)


def _owes_delivery(inbound: Inbound) -> bool:
    """A mini program takes no passive words, so the words are planned in the transaction that stores the push."""
    return inbound.channel == AccountKind.MINI_PROGRAM
