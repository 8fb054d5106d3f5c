"""Who works on which delivery: claims with a lease and a fence, and taking over from a process that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from core.channels import Channel, ContactClass
from core.clock import Now, now
from core.reasons import Reason
from delivery.interactions import end_interactions
from delivery.trail import Trail
from models import Delivery, DeliveryState
from models.dialect.deliveries import claim_due

LEASE_S = 60.0
"""How long a process keeps a row; renewed as it starts to send, which takes far less."""

ASK_AGAIN = timedelta(minutes=9)
"""How long after the first try a lost answer may be asked for again: WeChat knows a client id for ten minutes."""

_RECOVERED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this process's as long as ``fence`` is the row's.

    ``started_at`` is set where WeChat may have it already, from a try whose answer was lost.
    """

    id: int
    fence: int
    occurrence: str
    customer_id: int
    identity_id: int
    interaction_id: int | None
    app_id: str
    channel: Channel
    contact_class: ContactClass
    options: tuple[dict[str, Any], ...]
    expires_at: datetime
    started_at: datetime | None
    attempts: int
    taken: dict[str, Any]
    trail: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Recovered:
    """Rows whose process was gone: how many go out after all, and how many nobody can say anything about."""

    planned_again: int
    unknown: int


class Claims:
    """The claims of one process, ``holder``."""

    def __init__(self, holder: str, lease_s: float = LEASE_S, clock: Now = now) -> None:
        self.lease_s = lease_s
        self._holder = holder
        self._now = clock

    async def claim(self, limit: int, paused: Sequence[str] = ()) -> list[Claimed]:
        """Up to ``limit`` due rows of accounts that do not pause, oldest first, one for each person."""
        ids = await claim_due(self._now(), self._holder, self.lease_end(), limit, paused)
        if not ids:
            return []
        rows = await Delivery.filter(id__in=ids, claimed_by=self._holder).order_by("due_at", "id")
        return [_claimed(row) for row in rows]

    def lease_end(self) -> datetime:
        """Until when a row that is claimed or started now is this process's."""
        return self._now() + timedelta(seconds=self.lease_s)

    async def recover(self) -> Recovered:
        """Takes rows from processes whose lease ended: planned again if the send never began, or if WeChat itself
        keeps it from arriving twice; else unknown."""
        ended = Delivery.filter(state=DeliveryState.CLAIMED, lease_until__lt=self._now())
        again = unknown = 0
        for found in await ended.order_by("id").limit(_RECOVERED_AT_ONCE):
            row, trail = _claimed(found), Trail(found.trail).note(self._now(), "lease_ended", holder=found.claimed_by)
            if row.started_at is None or may_ask_again(row.channel, row.started_at, self._now()):
                again += await self._give_back(row, trail)
            else:
                unknown += await self._end_unknown(row, trail)
        return Recovered(again, unknown)

    async def _give_back(self, row: Claimed, trail: Trail) -> int:
        changed: int = await self._ended(row).update(
            state=DeliveryState.PLANNED,
            claimed_by="",
            lease_until=None,
            fence=F("fence") + 1,
            trail=trail.entries,
        )
        return changed

    async def _end_unknown(self, row: Claimed, trail: Trail) -> int:
        async with in_transaction():
            changed: int = await self._ended(row).update(
                state=DeliveryState.UNKNOWN,
                reason=Reason.LEASE_ENDED.value,
                closed_at=self._now(),
                lease_until=None,
                fence=F("fence") + 1,
                trail=trail.entries,
            )
            if changed and row.interaction_id is not None:
                await end_interactions({row.interaction_id: (DeliveryState.UNKNOWN, Reason.LEASE_ENDED.value)})
        return changed

    def _ended(self, row: Claimed) -> Any:
        """The row as it was seen, still without a living lease: its holder may have gone on meanwhile."""
        seen = Delivery.filter(id=row.id, fence=row.fence, state=DeliveryState.CLAIMED, started_at=row.started_at)
        if row.started_at is None:
            seen = Delivery.filter(id=row.id, fence=row.fence, state=DeliveryState.CLAIMED, started_at__isnull=True)
        return seen.filter(lease_until__lt=self._now())


def may_ask_again(channel: Channel, started_at: datetime, at: datetime) -> bool:
    """True where the same send again can reach nobody twice: WeChat still knows its client id."""
    return channel.has_client_id and at < started_at + ASK_AGAIN


def _channel(name: str) -> Channel:
    """A word only a newer version knows stops nobody: such a row is refused for its options, and never asked again."""
    return Channel(name) if name in set(Channel) else Channel.CUSTOM


def _claimed(row: Delivery) -> Claimed:
    return Claimed(
        id=row.id,
        fence=row.fence,
        occurrence=row.occurrence,
        customer_id=row.customer_id,
        identity_id=row.identity_id,
        interaction_id=row.interaction_id,
        app_id=row.app_id,
        channel=_channel(row.channel),
        contact_class=ContactClass(row.contact_class),
        options=tuple(row.options),
        expires_at=row.expires_at,
        started_at=row.started_at,
        attempts=row.attempts,
        taken=dict(row.taken),
        trail=tuple(row.trail),
    )
