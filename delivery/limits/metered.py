"""What every call to WeChat passes: its turn among all processes, then its count in the day."""

from __future__ import annotations

from datetime import datetime

from core.clock import Now, local, now
from core.errors import Retryable
from delivery.limits.quotas import Allowed, Quotas
from delivery.limits.rates import Rates, Turn

_LEAD_S = 0.03
"""What a worker needs to write down that its sends begin."""


class Limits:
    """Fills ``core.ports.Metered``; ``close`` it while the database is open."""

    def __init__(self, rates: Rates, quotas: Quotas, clock: Now = now) -> None:
        self._rates = rates
        self._quotas = quotas
        self._now = clock

    async def take(self, app_id: str, api: str, per_s: int) -> None:
        """Waits for a turn and counts one call of the day; raises ``Retryable`` while the API is stopped or used up."""
        (turn,) = await self._rates.take(app_id, api, per_s)
        await turn.come()
        await self._count(app_id, api, 1)

    async def take_turns(self, app_id: str, api: str, per_s: int, count: int) -> list[Turn]:
        """From one to ``count`` turns, each counted as a call of the day; the caller awaits each turn before its call.

        So many calls that begin at their turns never go faster than ``per_s``, however many processes make them.
        Raises ``Retryable`` while the API is stopped or used up.
        """
        turns = await self._rates.take(app_id, api, per_s, count, _LEAD_S)
        return turns[: await self._count(app_id, api, len(turns))]

    async def stop(self, app_id: str, api: str, until: datetime) -> None:
        """WeChat said that this API is used up until then: no process calls it before."""
        await self._quotas.stop(app_id, api, until, self._now())

    async def close(self) -> None:
        """Gives back what was taken of the day and not used."""
        await self._quotas.close()

    async def _count(self, app_id: str, api: str, calls: int) -> int:
        """Counts up to ``calls``, at least one."""
        at = self._now()
        allowed = await self._quotas.take(app_id, api, calls, at)
        if allowed.calls == 0:
            raise _refusal(api, allowed, at)
        return allowed.calls


def _refusal(api: str, allowed: Allowed, at: datetime) -> Retryable:
    until = allowed.until or at
    after_s = max(1.0, (until - at).total_seconds())
    detail = f"no calls of this API are left until {local(until)} — see: main.py show limits"
    return Retryable(detail, api=api, after_s=after_s)
