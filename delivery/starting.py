"""The moment before the first byte: stocks are taken and the start is committed, for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from tortoise.transactions import in_transaction

from core.channels import Channel
from core.clock import Now, now
from delivery.changes import Change, make_changes
from delivery.claims import Claimed, Claims
from delivery.policy import ContactRules, Decision
from delivery.stocks import Taken, give_back, take_all
from delivery.trail import Trail
from models import DeliveryState
from models.dialect.sending import RowStart, start_rows
from models.outage import is_conflict

_TRIES = 3
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Bound:
    """A row that is to go by ``channel``. ``decision`` is None for one that only asks again for a lost answer."""

    row: Claimed
    openid: str
    channel: Channel
    decision: Decision | None
    trail: Trail


class Starter:
    """Starts what one process is about to send."""

    def __init__(self, claims: Claims, rules: ContactRules, clock: Now = now) -> None:
        self._claims = claims
        self._rules = rules
        self._now = clock

    async def start(self, bound: Sequence[Bound]) -> list[Bound]:
        """Those whose start is committed, with what was taken for them: only they may send a byte.

        A row whose stock somebody else emptied meanwhile, or whose customer was merged with another, is planned again,
        to be decided anew.
        """
        for _ in range(_TRIES):
            try:
                async with in_transaction():
                    return await self._start(bound)
            except Exception as error:
                if not is_conflict(error):
                    raise
        return await self._start_each(bound)

    async def _start_each(self, bound: Sequence[Bound]) -> list[Bound]:
        """One that meets somebody else's change each time must not hold up the others."""
        if len(bound) > 1:
            return [begun for each in bound for begun in await self.start([each])]
        async with in_transaction():
            await make_changes([self._again(bound[0], "customer", _SOON)], self._now())
        return []

    async def _start(self, bound: Sequence[Bound]) -> list[Bound]:
        moment = self._now()
        asked = [(each.row, each.decision) for each in bound if each.decision is not None]
        taken, lost = await take_all(asked, self._rules, moment)
        trying = [self._begun(each, taken.get(each.row.id)) for each in bound if each.row.id not in lost]
        starts = [
            RowStart(each.row.id, each.row.fence, each.channel.value, each.row.taken, each.trail.entries)
            for each in trying
        ]
        started = await start_rows(starts, moment, self._claims.lease_end())
        await give_back(
            [each.row for each in trying if each.row.id not in started and each.decision is not None], moment
        )
        await make_changes([self._again(each, lost[each.row.id]) for each in bound if each.row.id in lost], moment)
        return [each for each in trying if each.row.id in started]

    def _begun(self, each: Bound, taken: Taken | None) -> Bound:
        trail = Trail(each.trail.entries).note(
            self._now(), "started", attempt=each.row.attempts + 1, channel=each.channel.value
        )
        if taken is None:  # asks again: what the first try took is still taken
            return replace(each, trail=trail)
        return replace(each, row=replace(each.row, taken=taken, channel=each.channel), trail=trail)

    def _again(self, each: Bound, stock: str, after: timedelta = timedelta(0)) -> Change:
        moment = self._now()
        trail = Trail(each.trail.entries).note(moment, "raced", stock=stock)
        is_unsent = each.decision is not None
        return Change(each.row, DeliveryState.PLANNED, trail, due_at=moment + after, is_unsent=is_unsent)
