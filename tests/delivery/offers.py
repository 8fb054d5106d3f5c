"""Deliveries with a choice of ways to go, and what opens and closes each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from core.channels import ContactClass
from core.ports import Subject, TaskAsked
from delivery.claims import Claimed
from delivery.grants import Notice, record_popup
from delivery.starting import Bound, Starter
from delivery.trail import Trail
from models import Delivery, MessageWindow, SubscriptionGrant
from models.dialect.deliveries import insert_planned
from simulator.state.stocks import Act
from tests.customers.staffing import bind, hire
from tests.delivery.conftest import RULES, Outbox, Person

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""12:00 in the brand's zone, which is no quiet hour."""

CUSTOM_SEND = "/cgi-bin/message/custom/send"
TEMPLATE_SEND = "/cgi-bin/message/template/send"
NOTICE_SEND = "/cgi-bin/message/subscribe/bizsend"

WORDS: dict[str, Any] = {"channel": "custom", "payload": {"kind": "text", "text": "您好"}}
TASK: dict[str, Any] = {"channel": "guide_task", "payload": {"words": "请问候王女士"}}


def template_id(outbox: Outbox) -> str:
    """One the simulated account may send."""
    return outbox.wechat.world.app(outbox.wechat.shop.app_id).account.templates[0]


def template(outbox: Outbox) -> dict[str, Any]:
    return {"channel": "template", "payload": {"template_id": template_id(outbox), "data": {"thing1": "生日"}}}


def notice(outbox: Outbox) -> dict[str, Any]:
    return {"channel": "subscribe", "payload": {"template_id": template_id(outbox), "data": {"thing1": "生日"}}}


async def offer(
    outbox: Outbox,
    person: Person,
    *options: Mapping[str, Any],
    contact_class: ContactClass = ContactClass.CARE,
    lasts: timedelta = timedelta(hours=48),
) -> Delivery:
    """Due now, by any of these ways."""
    occurrence, at = f"care:{next(outbox.numbers)}", outbox.hands()
    assert await insert_planned(
        occurrence,
        person.customer_id,
        person.identity_id,
        None,
        person.app_id,
        options[0]["channel"],
        [dict(option) for option in options],
        contact_class.value,
        at,
        at,
        at + lasts,
        [],
    )
    return await Delivery.get(occurrence=occurrence)


async def at_noon(outbox: Outbox, openid: str = "oA") -> Person:
    """Somebody who follows, at noon, a while after they did."""
    outbox.hands.moment = max(outbox.hands(), NOON)
    person = await outbox.person(openid)
    outbox.passes(minutes=2)
    return person


async def grant(outbox: Outbox, person: Person, times: int = 1, *, at_wechat: bool = True) -> None:
    """The person accepts so many notices, here and at WeChat."""
    for _ in range(times):
        who = Subject(1, person.identity_id, person.customer_id, person.app_id, person.openid, outbox.hands())
        await record_popup(who, [Notice(template_id(outbox), "accept")])
        if at_wechat:
            outbox.wechat.world.note(person.app_id, person.openid, Act.GRANT, template=template_id(outbox))


async def serve(person: Person) -> None:
    """Binds a guide to the person."""
    await bind(person.customer_id, await hire(f"G{person.customer_id}"), NOON)


async def begin(outbox: Outbox, row: Claimed, holder: str = "h1") -> list[Bound]:
    """Starts a claimed row by its own channel, taking nothing, as a process does that is killed then."""
    starter = Starter(outbox.claims(holder), RULES, outbox.hands)
    return await starter.start([Bound(row, "oA", row.channel, None, Trail(row.trail))])


async def events(delivery: Delivery) -> list[str]:
    """What stands on the trail."""
    return [str(entry["event"]) for entry in (await Delivery.get(id=delivery.id)).trail]


async def windows_used() -> list[int]:
    return [row.used for row in await MessageWindow.all().order_by("id")]


async def grants_left() -> list[int]:
    return [row.stock for row in await SubscriptionGrant.all().order_by("id")]


class Guides:
    """Fills ``core.ports.GuideTasks``: remembers what was asked in committed transactions or not."""

    def __init__(self, *, is_there: bool = True) -> None:
        self.is_there = is_there
        self.asked: list[tuple[int, str]] = []

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        if not self.is_there:
            return set()
        self.asked += [(task.customer_id, task.words) for task in asked]
        return {task.delivery_id for task in asked}
