"""What WeChat's answer makes of a delivery that has started."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from tortoise.transactions import in_transaction

from core.accounts import Account
from core.channels import Channel
from core.clock import Now, now
from core.errors import ChannelError, Retryable, Terminal, Unknown
from core.ports import Sender
from core.reasons import Reason
from delivery.changes import Change, Changes
from delivery.claims import Claimed, may_ask_again
from delivery.grants import GrantTake, empty_grant
from delivery.limits.windows import use_up
from delivery.starting import Bound
from delivery.trail import Trail
from models import DeliveryState

log = logging.getLogger(__name__)

MOST_FAILURES = 3
MOST_ASKED = 3
FIRST_WAIT_S = 2.0

_SETTLE_WAITS_S = (0.2, 1.0, 3.0)
_ABOUT_THE_PERSON = frozenset(
    (Reason.NOT_FOLLOWING, Reason.BLOCKED, Reason.REFUSES_MESSAGES, Reason.LIMITED, Reason.NOT_THIS_APPS_PERSON)
)
"""WeChat takes nothing for this person by any channel of the account."""


class Outcome:
    """Sends what has started, and stores what came of it."""

    def __init__(self, sender: Sender, changes: Changes, lease_s: float, clock: Now = now) -> None:
        self._sender = sender
        self._changes = changes
        self._lease_s = lease_s
        self._now = clock

    async def send(self, account: Account, bound: Bound) -> Terminal | None:
        """One send, to its end; returns what WeChat said if the account's settings are wrong."""
        row, trail = bound.row, Trail(bound.trail.entries)
        try:
            # Well within the lease, which was renewed just now.
            async with asyncio.timeout(self._lease_s * 0.8):
                wechat_id = await self._sender.send(
                    account, bound.openid, bound.channel, _payload(row, bound.channel), client_id(row)
                )
        except (Retryable, Terminal) as error:
            await self._store(self._refused(bound, error, self._answered(trail, error)))
            await self._empty_stock(bound, _reason(error) if isinstance(error, Terminal) else None)
            return error if isinstance(error, Terminal) and error.reason == Reason.MISCONFIGURED else None
        except Exception as error:
            if not isinstance(error, Unknown | TimeoutError):
                log.error("sending failed with a bug", extra={"delivery": row.id}, exc_info=error)
            await self._store(self._lost(bound, self._answered(trail, error)))
        else:
            trail.note(self._now(), "answered", outcome="sent")
            await self._store(Change(row, DeliveryState.SENT, trail, wechat_id=wechat_id, is_unsent=False))
        return None

    def _refused(self, bound: Bound, error: Retryable | Terminal, trail: Trail) -> Change:
        """WeChat did not take this try. Where it asked again for a lost answer, the first may still have arrived."""
        row = bound.row
        if bound.decision is None:
            if isinstance(error, Retryable):
                return self._lost(bound, trail)
            return Change(row, DeliveryState.UNKNOWN, trail, Reason.NO_SOUND_ANSWER, is_unsent=False)
        if isinstance(error, Terminal):
            return self._final(bound, error, trail)
        failures = sum(entry.get("outcome") == "retryable" for entry in trail.entries)
        if failures >= MOST_FAILURES:
            return Change(row, DeliveryState.FAILED, trail, Reason.GAVE_UP)
        wait_s = max(error.after_s, FIRST_WAIT_S * 2 ** (failures - 1) * random.uniform(0.5, 1.5))  # noqa: S311
        return Change(row, DeliveryState.PLANNED, trail, due_at=self._now() + timedelta(seconds=wait_s))

    def _final(self, bound: Bound, error: Terminal, trail: Trail) -> Change:
        """Another way is tried where one is left: the row is decided anew without those that are closed now."""
        reason = _reason(error)
        left = _options_left(bound.row, bound.channel, reason)
        if left and reason is not Reason.MISCONFIGURED:
            trail.note(self._now(), "falls_back", without=bound.channel.value, why=reason.value)
            return Change(bound.row, DeliveryState.PLANNED, trail, due_at=self._now(), options=left)
        return Change(bound.row, DeliveryState.FAILED, trail, reason)

    def _lost(self, bound: Bound, trail: Trail) -> Change:
        """No sound answer: asked for again where WeChat itself keeps it from arriving twice, else unknown."""
        row, moment = bound.row, self._now()
        asked = sum(entry["event"] == "asks_again" for entry in trail.entries)
        again_at = moment + timedelta(seconds=FIRST_WAIT_S * 2**asked)
        if asked < MOST_ASKED and may_ask_again(bound.channel, row.started_at or moment, again_at):
            trail.note(moment, "asks_again")
            return Change(row, DeliveryState.PLANNED, trail, due_at=again_at, is_unsent=False)
        return Change(row, DeliveryState.UNKNOWN, trail, Reason.NO_SOUND_ANSWER, is_unsent=False)

    async def _empty_stock(self, bound: Bound, reason: Reason | None) -> None:
        """WeChat has nothing left where we counted some: neither do we, until the customer does something new."""
        decision, row = bound.decision, bound.row
        if decision is None or reason not in (Reason.WINDOW_CLOSED, Reason.WINDOW_USED_UP, Reason.NO_GRANT):
            return

        async def empty() -> None:
            async with in_transaction():
                if reason is Reason.NO_GRANT and decision.grant:
                    await empty_grant(GrantTake(row.id, row.identity_id, decision.grant), self._now())
                elif decision.window is not None:
                    await use_up(row.identity_id, decision.window.kind, decision.window.opened_by, self._now())

        await _surely(empty)

    def _answered(self, trail: Trail, error: Exception) -> Trail:
        code, detail = (error.code, error.detail) if isinstance(error, ChannelError) else (0, type(error).__name__)
        return trail.note(self._now(), "answered", outcome=type(error).__name__.lower(), code=code, detail=detail)

    async def _store(self, change: Change) -> None:
        await _surely(lambda: self._changes.make(change))


async def _surely(change: Callable[[], Awaitable[object]]) -> None:
    """Stores an outcome: a database that is away for a moment must not turn what is known into unknown."""
    for wait_s in _SETTLE_WAITS_S:
        try:
            await change()
            return
        except Exception as error:
            log.warning("an outcome waits for the database", extra={"error": type(error).__name__})
            await asyncio.sleep(wait_s)
    await change()


def client_id(row: Claimed) -> str:
    """By this WeChat knows a send again: the same for every try of one delivery, 32 hex digits.

    Made of what stays as it is when the customer is merged with another between two tries.
    """
    return sha256(f"{row.app_id}:{row.identity_id}:{row.id}".encode()).hexdigest()[:32]


def _payload(row: Claimed, channel: Channel) -> dict[str, Any]:
    return next((dict(option["payload"]) for option in row.options if option["channel"] == channel), {})


def _options_left(row: Claimed, refused: Channel, reason: Reason) -> tuple[dict[str, Any], ...]:
    def is_possible(option: dict[str, Any]) -> bool:
        channel = Channel(option["channel"])
        return channel is not refused and (reason not in _ABOUT_THE_PERSON or not channel.api)

    return tuple(option for option in row.options if is_possible(option))


def _reason(error: Terminal) -> Reason:
    return Reason(error.reason) if error.reason in set(Reason) else Reason.REFUSED_BY_CHANNEL
