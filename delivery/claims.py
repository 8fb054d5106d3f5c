"""Who works on which delivery: claims with a lease and a fence, and the only ways a claimed row can end.

No state is written without the fence of the claim, so a process that lost its lease changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from core.clock import Now, now
from core.ports import InteractionState
from core.reasons import Reason
from delivery.trail import Trail
from models import Delivery, DeliveryState, Interaction
from models.dialect.deliveries import claim_due

LEASE_S = 60.0
"""How long a process keeps a row; renewed as it starts to send, which takes far less."""

_RECOVERED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this process's as long as ``fence`` is the row's."""

    id: int
    fence: int
    identity_id: int
    interaction_id: int | None
    app_id: str
    channel: str
    payload: dict[str, Any]
    expires_at: datetime
    attempts: int
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
        ids = await claim_due(self._now(), self._holder, self._lease_end(), limit, paused)
        if not ids:
            return []
        rows = await Delivery.filter(id__in=ids, claimed_by=self._holder).order_by("due_at", "id")
        return [_claimed(row) for row in rows]

    async def start(self, row: Claimed, trail: Trail) -> bool:
        """Commits that the send begins; only after a True may a byte leave."""
        changed = await self._ours(row, started_at__isnull=True).update(
            started_at=self._now(), attempts=F("attempts") + 1, lease_until=self._lease_end(), trail=trail.entries
        )
        return bool(changed)

    async def put_back(self, row: Claimed, due_at: datetime, trail: Trail) -> bool:
        """Plans a row again that surely was not sent."""
        changed = await self._ours(row).update(
            state=DeliveryState.PLANNED,
            due_at=due_at,
            claimed_by="",
            lease_until=None,
            started_at=None,
            trail=trail.entries,
        )
        return bool(changed)

    async def close(
        self, row: Claimed, state: DeliveryState, reason: Reason | None, trail: Trail, wechat_id: str = ""
    ) -> bool:
        """Ends a row, and with it the interaction it answers, in one transaction."""
        words = reason.value if reason else ""
        async with in_transaction():
            changed = await self._ours(row).update(
                state=state,
                reason=words,
                closed_at=self._now(),
                lease_until=None,
                wechat_id=wechat_id,
                trail=trail.entries,
            )
            if changed:
                await end_interaction(row.interaction_id, state, words)
        return bool(changed)

    async def recover(self) -> Recovered:
        """Takes rows from processes whose lease ended: planned again if the send never began, else unknown."""
        ended = Delivery.filter(state=DeliveryState.CLAIMED, lease_until__lt=self._now())
        again = unknown = 0
        for found in await ended.order_by("id").limit(_RECOVERED_AT_ONCE):
            row, trail = _claimed(found), Trail(found.trail).note(self._now(), "lease_ended", holder=found.claimed_by)
            if found.started_at:
                unknown += await self._end_unknown(row, trail)
            else:
                again += await self._give_back(row, trail)
        return Recovered(again, unknown)

    async def _give_back(self, row: Claimed, trail: Trail) -> int:
        changed: int = await self._ended(row, started_at__isnull=True).update(
            state=DeliveryState.PLANNED,
            claimed_by="",
            lease_until=None,
            fence=F("fence") + 1,
            trail=trail.entries,
        )
        return changed

    async def _end_unknown(self, row: Claimed, trail: Trail) -> int:
        async with in_transaction():
            changed: int = await self._ended(row, started_at__isnull=False).update(
                state=DeliveryState.UNKNOWN,
                reason=Reason.LEASE_ENDED.value,
                closed_at=self._now(),
                lease_until=None,
                fence=F("fence") + 1,
                trail=trail.entries,
            )
            if changed:
                await end_interaction(row.interaction_id, DeliveryState.UNKNOWN, Reason.LEASE_ENDED.value)
        return changed

    def _ours(self, row: Claimed, **more: Any) -> Any:
        return Delivery.filter(id=row.id, fence=row.fence, state=DeliveryState.CLAIMED, **more)

    def _ended(self, row: Claimed, **more: Any) -> Any:
        """The row as it was seen, still without a living lease: its holder may have gone on meanwhile."""
        return self._ours(row, lease_until__lt=self._now(), **more)

    def _lease_end(self) -> datetime:
        return self._now() + timedelta(seconds=self.lease_s)


_INTERACTION_STATES = {
    DeliveryState.SENT: InteractionState.LATE_REPLIED,
    DeliveryState.SUPPRESSED: InteractionState.EXPIRED,
    DeliveryState.FAILED: InteractionState.EXPIRED,
    DeliveryState.UNKNOWN: InteractionState.UNKNOWN,
}


async def end_interaction(interaction_id: int | None, state: DeliveryState, reason: str) -> None:
    """Moves the push a delivery answers, unless the push was answered by itself."""
    if interaction_id is None:
        return
    open_states = (InteractionState.RECEIVED, InteractionState.UNKNOWN)
    await Interaction.filter(id=interaction_id, state__in=open_states).update(
        state=_INTERACTION_STATES[state], reason=reason, lease_until=None
    )


def _claimed(row: Delivery) -> Claimed:
    return Claimed(
        id=row.id,
        fence=row.fence,
        identity_id=row.identity_id,
        interaction_id=row.interaction_id,
        app_id=row.app_id,
        channel=row.channel,
        payload=_payload(row),
        expires_at=row.expires_at,
        attempts=row.attempts,
        trail=tuple(row.trail),
    )


def _payload(row: Delivery) -> dict[str, Any]:
    """What it says on the channel it goes by."""
    return next((dict(option["payload"]) for option in row.options if option["channel"] == row.channel), {})
