"""Brings claimed deliveries to their next state: decided, within the limits, started, sent."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.accounts import Account
from core.clock import Now, now
from core.errors import Retryable
from core.ports import GuideTasks, Sender, StillTrue
from delivery.changes import Change, Changes
from delivery.claims import Claimed, Claims
from delivery.deciding import Decider
from delivery.outcome import Outcome
from delivery.policy import ContactRules
from delivery.starting import Bound, Starter
from delivery.trail import Trail
from models import DeliveryState

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=5)
"""How long the rows of an account wait after WeChat said that its settings are wrong."""

_DECISION_HOLDS_S = 10.0
"""A decision older than this is made anew before the send starts."""

_TURN_COMES_WITHIN_S = 5.0
"""How long a row that has started waits for a turn it came too late for; much of its lease must be left then."""

Key = tuple[Account, str]


class Turn(Protocol):
    """When one call may begin."""

    async def come(self) -> None:
        """Waits for it."""


class Limits(Protocol):
    """The shared limits of WeChat's APIs (``delivery.limits.metered.Limits``)."""

    async def take_turns(self, app_id: str, api: str, per_s: int, count: int) -> Sequence[Turn]:
        """From one to ``count`` turns, soon. Raises ``Retryable`` while the API is stopped or used up."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a worker works with; ``main`` fills it."""

    claims: Claims
    sender: Sender
    limits: Limits
    rules: ContactRules
    guide_tasks: GuideTasks
    still_true: StillTrue


class Worker:
    """Claims and delivers. Errors become states here and in ``outcome``, and nowhere else."""

    def __init__(self, parts: Parts, accounts: Iterable[Account], clock: Now = now) -> None:
        self._parts = parts
        self._accounts = {account.app_id: account for account in accounts}
        self._now = clock
        self._changes = Changes(clock)
        self._decider = Decider(self._accounts, parts.rules, parts.guide_tasks, parts.still_true, self._changes, clock)
        self._starter = Starter(parts.claims, parts.rules, clock)
        self._outcome = Outcome(parts.sender, self._changes, parts.claims.lease_s, clock)
        self._paused: dict[str, datetime] = {}
        self._in_work: set[tuple[int, int]] = set()
        self.on_room: Callable[[], None] = _nobody_waits

    @property
    def in_work(self) -> int:
        """Rows claimed and not done with."""
        return len(self._in_work)

    def start(self) -> None:
        self._changes.start()

    async def stop(self) -> None:
        """After everything claimed has been worked on."""
        await self._changes.stop()

    async def claim(self, limit: int) -> list[Claimed]:
        """Up to ``limit`` rows to ``work`` on, none of an account that pauses."""
        moment = self._now()
        self._paused = {app_id: until for app_id, until in self._paused.items() if until > moment}
        return await self._parts.claims.claim(limit, tuple(self._paused))

    async def recover(self) -> None:
        """Takes over what processes left that are gone."""
        found = await self._parts.claims.recover()
        if found.planned_again or found.unknown:
            log.warning(
                "deliveries of a lost process", extra={"planned_again": found.planned_again, "unknown": found.unknown}
            )

    async def run_once(self, limit: int = 20) -> int:
        """Recovers, then claims and delivers one batch; returns its size."""
        await self.recover()
        rows = await self.claim(limit)
        await self.work(rows)
        return len(rows)

    async def work(self, rows: Sequence[Claimed]) -> None:
        """Brings rows, one at most of each person, to their next state. Raises only the database's errors."""
        claims = {(row.id, row.fence) for row in rows}
        self._in_work |= claims
        try:
            bound = await self._decider.decide(rows)
            groups: defaultdict[Key, list[Bound]] = defaultdict(list)
            for each in bound:
                groups[self._accounts[each.row.app_id], each.channel.api].append(each)
            self._in_work -= claims - {(each.row.id, each.row.fence) for each in bound}
            await _all(self._send_group(account, api, group) for (account, api), group in groups.items())
        finally:
            self._in_work -= claims

    # ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────
    async def _send_group(self, account: Account, api: str, group: list[Bound]) -> None:
        """Sends as fast as the account's limits let; what would wait too long is decided anew later."""
        sends: list[asyncio.Task[None]] = []
        try:
            await self._send_in_turn(account, api, group, sends)
        except asyncio.CancelledError:
            for send in sends:
                send.cancel()
            raise
        finally:
            ended = await asyncio.gather(*sends, return_exceptions=True)
        _raise_first(ended)

    async def _send_in_turn(
        self, account: Account, api: str, group: list[Bound], sends: list[asyncio.Task[None]]
    ) -> None:
        decided_s = time.monotonic()
        while group:
            try:
                turns = await self._parts.limits.take_turns(account.app_id, api, account.calls_per_s, len(group))
            except Retryable as error:
                await self._put_back(group, error)
                return
            now_ones, group = group[: len(turns)], group[len(turns) :]
            if time.monotonic() - decided_s > _DECISION_HOLDS_S:
                now_ones = await self._decide_anew(now_ones, api)
            for bound, turn in zip(await self._starter.start(now_ones), turns, strict=False):
                sends.append(asyncio.get_running_loop().create_task(self._send(account, bound, turn)))
            if group and time.monotonic() - decided_s > _DECISION_HOLDS_S:
                await self._put_back(group, None)
                return

    async def _decide_anew(self, group: Sequence[Bound], api: str) -> list[Bound]:
        """Those of a group that may still go, by the same API: they have waited long for their turn."""
        bound = await self._decider.decide([each.row for each in group])
        await self._put_back([each for each in bound if each.channel.api != api], None)
        return [each for each in bound if each.channel.api == api]

    async def _send(self, account: Account, bound: Bound, turn: Turn) -> None:
        try:
            async with asyncio.timeout(_TURN_COMES_WITHIN_S):
                await turn.come()
        except BaseException as error:  # also where it is cancelled: surely not a byte has left
            await self._put_back([bound], None)
            if not isinstance(error, TimeoutError):
                raise
            return
        misconfigured = await self._outcome.send(account, bound)
        self._in_work.discard((bound.row.id, bound.row.fence))
        self.on_room()
        if misconfigured is not None:
            self._paused[account.app_id] = self._now() + PAUSE
            said = {"account": account.key, "code": misconfigured.code}
            log.error("account stopped: its settings are wrong", extra=said)

    async def _put_back(self, group: Sequence[Bound], error: Retryable | None) -> None:
        moment = self._now()
        due_at = moment + timedelta(seconds=error.after_s if error else 0.0)
        why = error.detail if error else "its turn did not come"
        await self._changes.make_all(
            [
                Change(
                    each.row,
                    DeliveryState.PLANNED,
                    Trail(each.trail.entries).note(moment, "limited", why=why, until=due_at),
                    due_at=due_at,
                    is_unsent=each.decision is not None,
                )
                for each in group
            ]
        )


def _nobody_waits() -> None:
    return None


async def _all(works: Iterable[Coroutine[object, object, None]]) -> None:
    """Waits for every one of them, then raises what the first of those that failed raised."""
    _raise_first(await asyncio.gather(*works, return_exceptions=True))


def _raise_first(results: Iterable[object]) -> None:
    for result in results:
        if isinstance(result, BaseException):
            raise result
