"""Sends one delivery at a time to its end: checks, start, send, and what the answer makes of the row."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

from core.accounts import Account
from core.clock import Now, now
from core.errors import ChannelError, Retryable, Terminal, Unknown
from core.ports import Sender
from core.reasons import Reason
from delivery.claims import Claimed, Claims
from delivery.facts import read_facts
from delivery.policy import Decision, decide
from delivery.trail import Trail
from models import DeliveryState

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
FIRST_WAIT_S = 2.0
PAUSE = timedelta(minutes=5)
"""How long the rows of an account wait after WeChat said that its settings are wrong."""

UNKNOWN_ACCOUNT_WAIT = timedelta(minutes=10)
"""How long a row waits whose account is not in the settings; perhaps it comes back."""

_SETTLE_WAITS_S = (0.2, 1.0, 3.0)


class Worker:
    """Claims and delivers. Errors become states here and nowhere else."""

    def __init__(self, claims: Claims, sender: Sender, accounts: Iterable[Account], clock: Now = now) -> None:
        self._claims = claims
        self._sender = sender
        self._accounts = {account.app_id: account for account in accounts}
        self._now = clock
        self._paused: dict[str, datetime] = {}

    async def claim(self, limit: int) -> list[Claimed]:
        """Up to ``limit`` rows to ``deliver``, none of an account that pauses."""
        moment = self._now()
        self._paused = {app_id: until for app_id, until in self._paused.items() if until > moment}
        return await self._claims.claim(limit, tuple(self._paused))

    async def recover(self) -> None:
        """Takes over what processes left that are gone."""
        found = await self._claims.recover()
        if found.planned_again or found.unknown:
            log.warning(
                "deliveries of a lost process", extra={"planned_again": found.planned_again, "unknown": found.unknown}
            )

    async def run_once(self, limit: int = 20) -> int:
        """Recovers, then claims and delivers one batch; returns its size."""
        await self.recover()
        rows = await self.claim(limit)
        await asyncio.gather(*(self.deliver(row) for row in rows))
        return len(rows)

    async def deliver(self, row: Claimed) -> None:
        """Brings one claimed row to its next state. Raises only the database's errors."""
        moment, trail = self._now(), Trail(row.trail)
        account = self._accounts.get(row.app_id)
        if account is None:
            trail.note(moment, "waits", why="its account is not in the settings")
            await self._claims.put_back(row, moment + UNKNOWN_ACCOUNT_WAIT, trail)
            return
        facts = await read_facts(row, account, moment)
        decision = decide(facts)
        trail.note(moment, "checked", checks=_told(decision))
        if decision.reason is not None:
            await self._claims.close(row, DeliveryState.SUPPRESSED, decision.reason, trail)
            return
        trail.note(moment, "started", attempt=row.attempts + 1)
        if await self._claims.start(row, trail):
            await self._send(row, account, facts.openid, trail)

    async def _send(self, row: Claimed, account: Account, openid: str, trail: Trail) -> None:
        try:
            # Well within the lease, which was renewed just now.
            async with asyncio.timeout(self._claims.lease_s * 0.8):
                wechat_id = await self._sender.send(account, openid, row.channel, row.payload, "")
        except Retryable as error:
            await self._try_again(row, error, self._answered(trail, error))
        except Terminal as error:
            self._pause_if_misconfigured(account, error)
            await self._close(row, DeliveryState.FAILED, _reason(error), self._answered(trail, error))
        except (Unknown, TimeoutError) as error:
            await self._close(row, DeliveryState.UNKNOWN, Reason.NO_SOUND_ANSWER, self._answered(trail, error))
        except Exception as error:
            log.error("sending failed with a bug", extra={"delivery": row.id}, exc_info=error)
            await self._close(row, DeliveryState.UNKNOWN, Reason.NO_SOUND_ANSWER, self._answered(trail, error))
        else:
            trail.note(self._now(), "answered", outcome="sent")
            await self._close(row, DeliveryState.SENT, None, trail, wechat_id)

    async def _try_again(self, row: Claimed, error: Retryable, trail: Trail) -> None:
        attempt = row.attempts + 1
        if attempt >= MOST_ATTEMPTS:
            await self._close(row, DeliveryState.FAILED, Reason.GAVE_UP, trail)
            return
        wait_s = max(error.after_s, FIRST_WAIT_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        due_at = self._now() + timedelta(seconds=wait_s)
        await _surely(lambda: self._claims.put_back(row, due_at, trail))

    def _pause_if_misconfigured(self, account: Account, error: Terminal) -> None:
        if error.reason == Reason.MISCONFIGURED:
            self._paused[account.app_id] = self._now() + PAUSE
            log.error("account stopped: its settings are wrong", extra={"account": account.key, "code": error.code})

    def _answered(self, trail: Trail, error: Exception) -> Trail:
        code, detail = (error.code, error.detail) if isinstance(error, ChannelError) else (0, type(error).__name__)
        return trail.note(self._now(), "answered", outcome=type(error).__name__.lower(), code=code, detail=detail)

    async def _close(
        self, row: Claimed, state: DeliveryState, reason: Reason | None, trail: Trail, wechat_id: str = ""
    ) -> None:
        await _surely(lambda: self._claims.close(row, state, reason, trail, wechat_id))


async def _surely(change: Callable[[], Awaitable[bool]]) -> None:
    """Stores an outcome: a database that is away for a moment must not turn what is known into unknown."""
    for wait_s in _SETTLE_WAITS_S:
        try:
            await change()
            return
        except Exception as error:
            log.warning("an outcome waits for the database", extra={"error": type(error).__name__})
            await asyncio.sleep(wait_s)
    await change()


def _told(decision: Decision) -> list[dict[str, object]]:
    return [
        {"name": check.name, "is_passed": check.is_passed, **Trail.figures(check.figures)} for check in decision.checks
    ]


def _reason(error: Terminal) -> Reason:
    return Reason(error.reason) if error.reason in set(Reason) else Reason.REFUSED_BY_CHANNEL
