"""A way that WeChat closes makes room for the next one; what concerns the person closes every way but the guide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.errors import Terminal
from core.ports import TaskAsked
from delivery.claims import Claimed
from delivery.grants import find_stock
from models import Delivery, GrantEntry, Staff, Task, TaskState
from tests.delivery.conftest import FakeSender, Outbox, Person, state_of
from tests.delivery.offers import (
    CUSTOM_SEND,
    NOTICE_SEND,
    TASK,
    TEMPLATE_SEND,
    WORDS,
    Guides,
    at_noon,
    events,
    grant,
    notice,
    offer,
    serve,
    template,
    template_id,
    windows_used,
)


async def run(outbox: Outbox, times: int = 3, **parts: Any) -> None:
    for _ in range(times):
        await outbox.worker(**parts).run_once()


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_closed_window_makes_room_for_the_template(outbox: Outbox, code: int) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    delivery = await offer(outbox, person, WORDS, template(outbox))
    outbox.wechat.world.turn({"errors": {CUSTOM_SEND: {"code": code}}})
    await run(outbox)
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.channel, [option["channel"] for option in row.options]) == (
        "sent",
        "template",
        ["template"],
    )
    assert await events(delivery) == [
        *("checked", "started", "answered", "falls_back"),
        *("checked", "started", "answered"),
    ]
    assert [entry.api for entry in outbox.wechat.world.ledger.rows] == ["template"]
    assert outbox.wechat.calls(CUSTOM_SEND) == 1


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_window_wechat_closed_is_closed_here_until_the_person_writes_again(outbox: Outbox, code: int) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    first = await offer(outbox, person, WORDS)
    outbox.wechat.world.turn({"errors": {CUSTOM_SEND: {"code": code, "times": 1}}})
    await run(outbox)
    assert (await state_of(first))[0] == "failed"
    second = await offer(outbox, person, WORDS)
    await run(outbox)
    assert await state_of(second) == ("suppressed", "window_used_up")
    assert outbox.wechat.calls(CUSTOM_SEND) == 1
    await outbox.push(person)
    third = await offer(outbox, person, WORDS)
    await run(outbox)
    assert await state_of(third) == ("sent", "") and await windows_used() == [1]


async def test_no_grant_at_wechat_makes_room_for_the_next_and_empties_ours(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await grant(outbox, person, 3, at_wechat=False)
    delivery = await offer(outbox, person, notice(outbox), template(outbox))
    await run(outbox)
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.channel, row.taken) == ("sent", "template", {"slot": {"class": "care", "slot": 0}})
    assert await find_stock(person.identity_id, template_id(outbox)) == 0
    entries = await GrantEntry.all().order_by("id")
    assert [entry.reason for entry in entries] == ["accepted"] * 3 + ["sent", "given_back", "empty_at_wechat"]
    assert sum(entry.change for entry in entries) == 0
    again = await offer(outbox, person, notice(outbox))
    await run(outbox)
    assert await state_of(again) == ("suppressed", "no_grant")
    assert outbox.wechat.calls(NOTICE_SEND) == 1


async def test_a_banned_template_makes_room_for_words(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    await grant(outbox, person)
    delivery = await offer(outbox, person, notice(outbox), WORDS)
    outbox.wechat.world.turn({"banned_templates": [template_id(outbox)]})
    await run(outbox)
    assert (await Delivery.get(id=delivery.id)).channel == "custom"
    assert outbox.wechat.accepted == [("oA", "您好")]
    assert await find_stock(person.identity_id, template_id(outbox)) == 1  # no fault of the person's


async def test_the_last_way_refused_is_the_end(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    delivery = await offer(outbox, person, WORDS, template(outbox))
    outbox.wechat.world.turn({"errors": {CUSTOM_SEND: {"code": 45047}, TEMPLATE_SEND: {"code": 40037}}})
    await run(outbox)
    assert await state_of(delivery) == ("failed", "bad_template")
    assert outbox.wechat.accepted == []


# ── what concerns the person ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (40003, "not_this_apps_person"),
        (43004, "not_following"),
        (43019, "blocked"),
        (48002, "refuses_messages"),
        (50002, "limited"),
    ],
)
async def test_a_refusal_about_the_person_closes_every_way_through_wechat(
    outbox: Outbox, code: int, reason: str
) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    delivery = await offer(outbox, person, WORDS, template(outbox))
    outbox.wechat.world.turn({"errors": {CUSTOM_SEND: {"code": code}}})
    await run(outbox)
    assert await state_of(delivery) == ("failed", reason)
    assert outbox.wechat.calls(TEMPLATE_SEND) == 0


async def test_it_leaves_the_guide(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    await serve(person)
    delivery = await offer(outbox, person, WORDS, template(outbox), TASK)
    outbox.wechat.world.turn({"errors": {CUSTOM_SEND: {"code": 43019}}})
    guides = Guides()
    await run(outbox, guide_tasks=guides)
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.channel) == ("sent", "guide_task")
    assert guides.asked == [(person.customer_id, "请问候王女士")]
    assert outbox.wechat.calls(TEMPLATE_SEND) == 0 and outbox.wechat.accepted == []


async def test_wrong_settings_fall_back_to_nothing(outbox: Outbox, sender: FakeSender) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    delivery = await offer(outbox, person, WORDS, template(outbox))
    sender.faults.append(Terminal("IP", code=40164, reason="misconfigured"))
    await outbox.worker(sender=sender).run_once()
    assert await state_of(delivery) == ("failed", "misconfigured") and sender.calls == 1


# ── the guide ────────────────────────────────────────────────────────────────────────────────────────────────────
async def served(outbox: Outbox, *options: dict[str, Any]) -> tuple[Person, Delivery]:
    person = await at_noon(outbox)
    await serve(person)
    return person, await offer(outbox, person, *options)


class RealTasks:
    """Writes a row of a real table, as the room of the guides does."""

    async def open_tasks(self, asked: Sequence[TaskAsked], at: Any) -> set[int]:
        guide = await Staff.get()
        for task in asked:
            whose = {"customer_id": task.customer_id, "guide": guide, "reason": task.words}
            await Task.create(kind="greet", state=TaskState.OPEN, created_at=at, **whose)
        return {task.delivery_id for task in asked}


async def test_the_task_and_the_end_of_the_row_are_one_commit(outbox: Outbox) -> None:
    person, delivery = await served(outbox, WORDS, TASK)  # no window is open
    await outbox.worker(guide_tasks=RealTasks()).run_once()
    assert await state_of(delivery) == ("sent", "")
    assert [(task.customer_id, task.reason) for task in await Task.all()] == [(person.customer_id, "请问候王女士")]
    assert await events(delivery) == ["checked", "handed_to_guide"]


async def test_who_lost_the_row_leaves_no_task(outbox: Outbox) -> None:
    _, delivery = await served(outbox, TASK)
    stale: list[Claimed] = await outbox.claims("old").claim(1)
    outbox.passes(seconds=61)
    await outbox.claims("new").recover()
    await outbox.worker(guide_tasks=RealTasks()).work(stale)
    assert await Task.all().count() == 0
    assert await state_of(delivery) == ("planned", "")
    await run(outbox, 1, guide_tasks=RealTasks())
    assert await Task.all().count() == 1


async def test_a_guide_who_left_meanwhile_is_no_guide(outbox: Outbox) -> None:
    _, delivery = await served(outbox, TASK)
    guides = Guides(is_there=False)
    await outbox.worker(guide_tasks=guides).run_once()
    assert await state_of(delivery) == ("suppressed", "no_guide")


async def test_nobody_serves_and_no_way_is_open(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    delivery = await offer(outbox, person, WORDS, TASK)
    only = await offer(outbox, await at_noon(outbox, "oB"), TASK)
    guides = Guides()
    await run(outbox, guide_tasks=guides)
    assert await state_of(delivery) == ("suppressed", "no_channel")
    assert await state_of(only) == ("suppressed", "no_guide")
    assert guides.asked == []
