"""A push acknowledged is a push stored, with its effects and its answer; once, in order, in time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from core.errors import Busy
from core.messages import Text
from core.ports import Recorded
from models import Audit, Customer, Identity, Interaction
from tests.bot.edge.conftest import LATER, MINI, House, eventually, open_edge, push, rows


async def test_a_first_message_makes_the_person_and_is_stored_with_its_answer(house: House) -> None:
    recorded = await house.say("你好😀")
    assert recorded.reply == Text("echo 你好😀") and recorded.is_first
    (row,) = await rows()
    assert (row.state, row.reply, row.handler) == ("answered", {"kind": "text", "text": "echo 你好😀"}, "echo")
    assert row.fields_["Content"] == "你好😀"
    identity = await Identity.get(id=row.identity_id)
    assert (identity.openid, await Customer.all().count()) == ("o1", 1)


async def test_three_copies_at_once_act_once_and_answer_alike(house: House) -> None:
    message = push("write x")
    results = await asyncio.gather(*(house.desk.take(message) for _ in range(3)))
    assert [r.reply for r in results] == [Text("written")] * 3
    assert sorted(r.is_first for r in results) == [False, False, True]
    assert await Audit.filter(action="write x").count() == 1
    assert house.calls["write x"] == 1


async def test_a_later_copy_finds_the_stored_answer_in_another_process(house: House) -> None:
    message = push("write y")
    await house.desk.take(message)
    other = await open_edge(house.url)
    again = await other.desk.take(message)
    assert (again.reply, again.is_first, again.received_at) == (Text("written"), False, message.received_at)
    assert await Audit.all().count() == 1 and other.calls == {}
    echo = push("hello", number=7)
    first = await house.desk.take(echo)
    repeat = await other.desk.take(push("hello", number=7, created=echo.created))
    assert (repeat.reply, repeat.is_first, repeat.received_at) == (first.reply, False, first.received_at)
    await other.desk.stop(1)
    await other.table.close()


async def test_two_messages_of_one_second_both_count(house: House) -> None:
    at = int(datetime.now(UTC).timestamp())
    await asyncio.gather(house.say("a", number=1, created=at), house.say("b", number=2, created=at))
    assert [row.fields_["Content"] for row in await rows()] == ["a", "b"]


async def test_messages_of_one_person_are_answered_in_order_while_others_pass(house: House) -> None:
    done: list[str] = []

    async def say(text: str, openid: str, number: int) -> None:
        await house.say(text, openid, number)
        done.append(text)

    await asyncio.gather(say("slow 0.2", "o1", 1), say("second", "o1", 2), say("other", "o2", 3))
    assert done == ["other", "slow 0.2", "second"]
    assert [row.fields_["Content"] for row in await rows(identity__openid="o1")] == ["slow 0.2", "second"]


async def test_a_slow_answer_is_acknowledged_in_time_and_its_words_become_a_delivery(house: House) -> None:
    began = asyncio.get_running_loop().time()
    recorded = await house.say("slow 0.8")
    assert recorded.reply is None and asyncio.get_running_loop().time() - began < 0.75
    (row,) = await rows()
    assert (row.state, row.reason) == ("received", "deadline")
    await eventually(lambda: Interaction.filter(reason="reply_planned").exists())
    assert house.planned == [(row.message_key, "slow answer")]
    assert house.calls == {"slow 0.8": 1}
    assert (await house.say("slow 0.8")).reply is None  # a repeat stays silent: the words come once


async def test_a_slow_change_is_rolled_back_and_done_once_after_the_push_is_stored(house: House) -> None:
    recorded = await house.say("writeslow 3")
    assert recorded.reply is None
    await eventually(lambda: Interaction.filter(reason="reply_planned").exists())
    assert await Audit.all().count() == 1
    assert [words for _, words in house.planned] == ["written late"]


async def test_what_waits_behind_a_late_message_is_late_too_and_still_in_order(house: House) -> None:
    results = await asyncio.gather(house.say("slow 0.9", number=1), house.say("write z", number=2))
    assert [r.reply for r in results] == [None, None]
    await eventually(lambda: Audit.exists())
    assert [words for _, words in house.planned] == ["slow answer", "written"]


async def test_a_refusal_undoes_what_was_done_and_says_why(house: House) -> None:
    assert (await house.say("refuse me")).reply == Text("今天不行")
    assert await Audit.all().count() == 0
    assert [(row.state, row.handler) for row in await rows()] == [("answered", "refuse")]


async def test_a_bug_in_a_handler_loses_nothing_recovery_tries_again(house: House) -> None:
    assert (await house.say("broken")).reply is None
    assert [(row.state, row.reason) for row in await rows()] == [("received", "handler_error")]
    assert await house.recovery.run_once() == 1
    assert [words for _, words in house.planned] == ["mended"]


async def test_a_push_whose_process_was_killed_is_finished_by_another(house: House) -> None:
    entry_push = push("write after crash")
    from core.ports import Entry, InteractionState

    await house.journal.record([Entry(entry_push, None, "", InteractionState.RECEIVED, "deadline", lease_s=-1)])
    other = await open_edge(house.url)
    assert await other.recovery.run_once() == 1
    assert await other.recovery.run_once() == 0
    assert [words for _, words in other.planned] == ["written"]
    assert await Audit.all().count() == 1
    await other.desk.stop(1)
    await other.table.close()


async def test_what_nobody_can_answer_any_more_expires_with_its_reason(house: House) -> None:
    from core.ports import Entry, InteractionState

    old = push("hello", created=int((datetime.now(UTC) - LATER).timestamp()))
    await house.journal.record([Entry(old, None, "", InteractionState.RECEIVED, "deadline", lease_s=-1)])
    assert await house.recovery.run_once() == 0
    assert [(row.state, row.reason) for row in await rows()] == [("expired", "window_closed")]


async def test_an_answer_waits_for_an_elder_message_in_work_in_another_process(house: House) -> None:
    from core.ports import Entry, InteractionState

    elder = push("elder", number=1)
    await house.journal.record([Entry(elder, None, "", InteractionState.RECEIVED, "deadline", lease_s=5)])
    other = await open_edge(house.url, deadline_s=2)
    younger = asyncio.create_task(other.say("younger", number=2))
    await asyncio.sleep(0.3)
    assert not younger.done() and len(await rows()) == 1
    await Interaction.filter(message_key=elder.key).update(state="answered")
    assert (await younger).reply == Text("echo younger")
    await other.desk.stop(1)
    await other.table.close()


async def test_a_mini_programs_words_leave_by_delivery_committed_with_the_push(house: House) -> None:
    recorded = await house.say("hello", account=MINI)
    assert recorded.reply is None
    assert house.planned == [("o1-000001", "echo hello")]
    assert [(row.state, row.reply) for row in await rows()] == [("answered", None)]


async def test_without_a_database_nothing_is_acknowledged_and_service_resumes(house: House) -> None:
    class Away:
        async def insert(self, _: object) -> int:
            raise OSError("disk full")

        async def close(self) -> None: ...

    table, house.journal._table = house.journal._table, Away()
    with pytest.raises(OSError):
        await house.say("hello")
    assert await rows() == []
    house.journal._table = table
    assert (await house.say("hello")).reply == Text("echo hello")


async def test_stopping_finishes_what_is_in_work(house: House) -> None:
    waiting = asyncio.create_task(house.say("slow 0.2"))
    await asyncio.sleep(0.05)
    await house.desk.stop(2)
    assert (await waiting).reply == Text("slow answer")
    with pytest.raises(Busy):
        other = await open_edge(house.url, deadline_s=5)
        late = asyncio.create_task(other.say("slow 9", number=5))
        await asyncio.sleep(0.05)
        await other.desk.stop(0.1)
        await other.table.close()
        await late


async def test_a_message_does_not_wait_for_an_elder_that_settled_before_it_looked(house: House) -> None:
    """The elder's commit may end between the arrival of the next message and the first step of its task."""
    elder, younger = push("elder", number=1), push("slow 0", number=2)
    first = house.desk._start(elder)
    second = house.desk._start(younger)
    house.desk._done(first, Recorded(Text("echo elder"), elder.received_at, is_first=True))
    assert (await asyncio.wait_for(second.answered, 0.35)).reply == Text("slow answer")
