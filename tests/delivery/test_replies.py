"""An answer that could not go out with its push becomes one delivery, on the push's account and within its window."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Missing
from core.messages import Image, News, Reply, Text, Transfer
from core.ports import Subject
from delivery.replies import ReplyPlanner, plan_reply
from models import Delivery
from tests.delivery.conftest import MINI_ID, Outbox, Person, state_of, state_of_push


def subject(person: Person, outbox: Outbox, interaction_id: int = 0) -> Subject:
    return Subject(interaction_id, person.identity_id, person.customer_id, person.app_id, person.openid, outbox.hands())


@pytest.mark.parametrize(
    ("reply", "payload"),
    [
        (Text("您好"), {"kind": "text", "text": "您好"}),
        (Image("M1"), {"kind": "image", "media_id": "M1"}),
        (
            News("新品", "衬衫", "https://p", "https://u"),
            {"kind": "news", "title": "新品", "description": "衬衫", "picture_url": "https://p", "url": "https://u"},
        ),
    ],
)
async def test_reply_becomes_a_delivery(outbox: Outbox, reply: Reply, payload: dict) -> None:
    person = await outbox.person()
    push = await outbox.push(person)
    who = subject(person, outbox, push.id)
    assert await plan_reply(who, push.message_key, reply, outbox.wechat.shop, outbox.hands)
    assert not await plan_reply(who, push.message_key, reply, outbox.wechat.shop, outbox.hands)
    [row] = await Delivery.all()
    assert (row.occurrence, row.channel, row.interaction_id) == (f"reply:{push.message_key}", "custom", push.id)
    assert row.options[0]["payload"] == payload
    assert row.expires_at == who.at + timedelta(hours=48) and row.due_at == outbox.hands()


async def test_planned_reply_goes_out_and_ends_its_push(outbox: Outbox) -> None:
    person = await outbox.person()
    push = await outbox.push(person)
    planner = ReplyPlanner(outbox.accounts, lambda: None, outbox.hands)
    await planner.plan(subject(person, outbox, push.id), push.message_key, Text("您好"))
    await outbox.worker().run_once()
    [row] = await Delivery.all()
    assert await state_of(row) == ("sent", "")
    assert await state_of_push(push) == ("late_replied", "")
    assert outbox.wechat.accepted == [("oA", "您好")]


async def test_mini_program_words_get_their_channel(outbox: Outbox) -> None:
    person = await outbox.person("mA", MINI_ID)
    await ReplyPlanner(outbox.accounts, lambda: None, outbox.hands).plan(subject(person, outbox), "k", Text("您好"))
    assert [row.channel for row in await Delivery.all()] == ["mini_custom"]


async def test_transfer_and_nobody_plan_nothing(outbox: Outbox) -> None:
    person = await outbox.person()
    nobody = Subject(1, 0, 0, person.app_id, "", outbox.hands())
    assert not await plan_reply(subject(person, outbox), "k1", Transfer(), outbox.wechat.shop)
    assert not await plan_reply(nobody, "k2", Text("您好"), outbox.wechat.shop)
    assert await Delivery.all().count() == 0


def test_whoever_sends_is_woken_when_asked() -> None:
    woken: list[str] = []
    ReplyPlanner([], lambda: woken.append("now")).planned()
    assert woken == ["now"]


async def test_account_that_is_not_in_the_settings_is_missing(outbox: Outbox) -> None:
    person = await outbox.person("oX", "wx-other")
    with pytest.raises(Missing):
        await ReplyPlanner(outbox.accounts, lambda: None).plan(subject(person, outbox), "k", Text("您好"))
