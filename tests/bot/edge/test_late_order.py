"""Late pushes, killed processes and several of them: what is stored is answered, and nobody is passed by."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot.edge.desk import Desk
from bot.routing import Router
from core.errors import Busy
from core.messages import Inbound, Text
from core.ports import Entry, InteractionState, Recorded, Work
from customers.journal import Journal
from models import Audit
from tests.bot.edge.conftest import House, eventually, make_routes, open_edge, push, rows


class SlowToSay(Journal):
    """Commits, but the answer of the database hangs on the way."""

    async def act(self, inbound: Inbound, handler: str, work: Work) -> Recorded:
        await super().act(inbound, handler, work)
        await asyncio.sleep(10)
        raise AssertionError("unreachable")


class SlowToUndo(Journal):
    """Takes its time to roll back, and to finish what came late."""

    async def act(self, inbound: Inbound, handler: str, work: Work) -> Recorded:
        try:
            return await super().act(inbound, handler, work)
        except asyncio.CancelledError:
            await asyncio.sleep(0.15)
            raise

    async def finish(self, inbound: Inbound, handler: str, work: Work) -> None:
        await asyncio.sleep(0.2)  # longer than the desk takes to look at its deadlines
        await super().finish(inbound, handler, work)


class SlowTable:
    """Takes its time to store."""

    def __init__(self, table: Any, delay_s: float) -> None:
        self._table = table
        self._delay_s = delay_s

    async def insert(self, batch: Sequence[Any]) -> int:
        await asyncio.sleep(self._delay_s)
        return int(await self._table.insert(batch))

    async def close(self) -> None: ...


def desk_on(house: House, kind: type[Journal], table: Any = None, **deadlines: float) -> Desk:
    journal = kind(table or house.table, house.journal._accounts, house.journal._replies)
    desk = Desk(journal, Router(make_routes(house.calls)), **{"deadline_s": 0.4, **deadlines})
    desk.start()
    return desk


async def test_a_change_given_up_but_committed_is_answered_as_stored(house: House) -> None:
    desk = desk_on(house, SlowToSay)
    recorded = await desk.take(push("write x"))
    await desk.stop(1)
    assert recorded.reply == Text("written")
    assert [(row.state, row.reply) for row in await rows()] == [("answered", {"kind": "text", "text": "written"})]
    assert await Audit.filter(action="write x").count() == 1
    assert house.planned == []


async def test_a_push_stored_after_its_sender_was_told_to_come_again_is_finished_at_once(house: House) -> None:
    desk = desk_on(house, Journal, SlowTable(house.table, 0.4), deadline_s=0.2, store_deadline_s=0.3)
    message = push("slow 0.25")
    with pytest.raises(Busy):
        await desk.take(message)

    async def is_planned() -> bool:
        return bool(house.planned)

    await eventually(is_planned)
    again = await desk.take(message)
    await desk.stop(1)
    assert (again.reply, again.is_first) == (None, False)
    assert house.planned == [("o1-000001", "slow answer")]
    assert house.calls == {"slow 0.25": 1}


async def test_a_late_message_is_stored_after_its_elder_that_is_being_undone(house: House) -> None:
    desk = desk_on(house, SlowToUndo)
    await asyncio.gather(desk.take(push("writeslow 5", number=1)), desk.take(push("hello", number=2)))
    await desk.stop(10)
    assert [row.fields_["Content"] for row in await rows()] == ["writeslow 5", "hello"]
    assert house.planned == [("o1-000001", "written late"), ("o1-000002", "echo hello")]


async def test_nobody_passes_by_an_elder_whose_killed_process_has_just_lost_its_lease(house: House) -> None:
    elder = Entry(push("write elder", number=1), None, "", InteractionState.RECEIVED, "deadline", -0.1)
    await house.journal.record([elder])
    assert (await house.say("write younger", number=2)).reply is None
    assert house.calls == {}
    await house.recovery.run_once()

    async def are_planned() -> bool:
        return len(house.planned) == 2 and await Audit.all().count() == 2  # planned, and committed

    await eventually(are_planned)
    assert house.planned == [("o1-000001", "written"), ("o1-000002", "written")]
    done = await Audit.all().order_by("id").values_list("action", flat=True)
    assert done == ["write elder", "write younger"]


async def test_an_answer_read_before_another_process_changed_something_is_read_again(house: House) -> None:
    other = await open_edge(house.url, deadline_s=3.0)
    asked = asyncio.create_task(other.say("slow 0.3", number=2))
    await asyncio.sleep(0.1)
    await house.say("write first", number=1)
    assert (await asked).reply == Text("slow answer")
    # Two processes share PostgreSQL only; there the first answer was read too early.
    assert other.calls == {"slow 0.3": 2 if house.url.startswith("postgres") else 1}
    assert [row.fields_["Content"] for row in await rows()] == ["write first", "slow 0.3"]
    await other.desk.stop(1)
    await other.table.close()
