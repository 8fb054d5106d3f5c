"""The only ways a claimed row can go on, many in one commit.

No state is written without the fence of the claim, so a process that lost its lease changes nothing any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.transactions import in_transaction

from core.batching import GroupCommit
from core.clock import Now, now
from core.reasons import Reason
from delivery.claims import Claimed
from delivery.interactions import end_interactions
from delivery.stocks import give_back
from delivery.trail import Trail
from models import DeliveryState
from models.dialect.sending import RowChange, change_rows
from models.outage import is_outage


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a claimed row.

    ``due_at`` belongs to rows that are planned again. ``is_unsent``: surely nobody got it, so that what it took is
    given back and nothing stands in the way of another try. ``options``: where some of them are no longer possible.
    """

    row: Claimed
    state: DeliveryState
    trail: Trail
    reason: Reason | None = None
    due_at: datetime | None = None
    wechat_id: str = ""
    is_unsent: bool = True
    options: tuple[dict[str, Any], ...] | None = None


async def make_changes(changes: Sequence[Change], at: datetime) -> list[bool]:
    """In the caller's transaction; tells for each whether the row was still this process's."""
    changed = await change_rows([_row_change(change, at) for change in changes])
    made = [change for change in changes if change.row.id in changed]
    await give_back([change.row for change in made if change.is_unsent and change.row.taken], at)
    await end_interactions(
        {
            change.row.interaction_id: (change.state, change.reason.value if change.reason else "")
            for change in made
            if change.row.interaction_id is not None and change.state is not DeliveryState.PLANNED
        }
    )
    return [change.row.id in changed for change in changes]


class Changes:
    """Collects the changes of one process; those that come in the same moment share a commit."""

    def __init__(self, clock: Now = now) -> None:
        self._now = clock
        self._commit: GroupCommit[tuple[Change, asyncio.Future[bool]], bool] = GroupCommit(
            self._make, _tell, is_outage, gather_s=0.001
        )

    def start(self) -> None:
        self._commit.start()

    async def stop(self) -> None:
        await self._commit.stop()

    async def make(self, change: Change) -> bool:
        """True once it is committed; False where the row is no longer this process's. Raises the database's errors."""
        made: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._commit.put((change, made))
        return await made

    async def make_all(self, changes: Sequence[Change]) -> None:
        await asyncio.gather(*(self.make(change) for change in changes))

    async def _make(self, batch: Sequence[tuple[Change, asyncio.Future[bool]]]) -> Sequence[bool]:
        async with in_transaction():
            return await make_changes([change for change, _ in batch], self._now())


def _tell(item: tuple[Change, asyncio.Future[bool]], result: bool | BaseException) -> None:
    made = item[1]
    if made.done():  # whoever asked has gone
        return
    if isinstance(result, BaseException):
        made.set_exception(result)
    else:
        made.set_result(result)


def _row_change(change: Change, at: datetime) -> RowChange:
    is_planned = change.state is DeliveryState.PLANNED
    return RowChange(
        id=change.row.id,
        fence=change.row.fence,
        state=change.state.value,
        reason=change.reason.value if change.reason else "",
        due_at=change.due_at if is_planned else None,
        closed_at=None if is_planned else at,
        is_unsent=change.is_unsent,
        wechat_id=change.wechat_id,
        options=list(change.options) if change.options is not None else None,
        channel=change.row.channel.value if change.state is DeliveryState.SENT else None,  # a guide's has not started
        trail=change.trail.entries,
    )
