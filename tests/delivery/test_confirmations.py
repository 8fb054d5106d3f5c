"""WeChat's last word on a message finds the delivery it is about, or none: never another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from core.ports import InteractionState, Subject
from delivery.confirmations import Report, confirm_late, read_reports, record_reports
from models import Delivery, DeliveryState, Interaction
from tests.delivery.conftest import Outbox, Person, state_of
from tests.delivery.offers import at_noon, events, grant, notice, offer, template, template_id

FINISHED, SENT = "event.templatesendjobfinish", "event.subscribe_msg_sent_event"
NUMBERS = count(1)


def finished(wechat_id: object, status: str = "success") -> dict[str, Any]:
    return {"MsgID": str(wechat_id), "Status": status}


def notice_sent(outbox: Outbox, wechat_id: object, code: str = "0") -> dict[str, Any]:
    item = {"TemplateId": template_id(outbox), "MsgID": str(wechat_id), "ErrorCode": code, "ErrorStatus": "x"}
    return {"SubscribeMsgSentEvent": {"List": item}}


async def told(outbox: Outbox, person: Person, kind: str, fields: dict[str, Any]) -> None:
    """A push as it is stored and worked on, in one transaction."""
    at = outbox.hands().replace(microsecond=0)
    async with in_transaction():
        push = await Interaction.create(
            message_key=f"report{next(NUMBERS)}",
            app_id=person.app_id,
            identity_id=person.identity_id,
            kind=kind,
            occurred_at=at,
            received_at=at,
            fields_=fields,
            state=InteractionState.ANSWERED,
        )
        who = Subject(push.id, person.identity_id, person.customer_id, person.app_id, person.openid, at)
        await record_reports(kind, fields, who)


async def sent_template(outbox: Outbox) -> tuple[Person, Delivery, str]:
    person = await at_noon(outbox)
    delivery = await offer(outbox, person, template(outbox))
    await outbox.worker().run_once()
    return person, delivery, (await Delivery.get(id=delivery.id)).wechat_id


async def lose_notices(outbox: Outbox, person: Person, times: int = 1) -> list[Delivery]:
    """Subscription notices WeChat took and whose answers nobody heard."""
    await grant(outbox, person, times)
    rows = [await offer(outbox, person, notice(outbox)) for _ in range(times)]
    outbox.wechat.world.turn({"lost_share": 1.0})
    for _ in rows:
        await outbox.worker().run_once()
    outbox.wechat.world.turn({"lost_share": 0.0})
    assert [await state_of(row) for row in rows] == [("unknown", "no_sound_answer")] * times
    return rows


# ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────
ITEM = {"TemplateId": "T1", "MsgID": "17", "ErrorCode": "0", "ErrorStatus": "success"}
AT = datetime.fromisoformat("2026-11-23T04:00:00+00:00")


@pytest.mark.parametrize(
    "fields",
    [
        {"SubscribeMsgSentEvent": {"List": ITEM}},
        {"SubscribeMsgSentEvent": {"List": [ITEM]}},
        {"SubscribeMsgSentEvent": [ITEM]},
        {"SubscribeMsgSentEvent": ITEM},
        {"List": [ITEM]},
        {"List": ITEM},
        {"List": {**ITEM, "MsgID": 17, "ErrorCode": 0}},
    ],
)
def test_a_notice_is_read_in_each_shape_it_comes_in(fields: dict[str, Any]) -> None:
    assert read_reports(SENT, fields, 3, AT) == [Report(SENT, 3, "17", "T1", True, "success", AT)]


@pytest.mark.parametrize("fields", [{}, {"List": []}, {"List": "x"}, {"SubscribeMsgSentEvent": None}, {"List": [None]}])
def test_nonsense_reports_nothing(fields: dict[str, Any]) -> None:
    assert read_reports(SENT, fields, 3, AT) == []


def test_an_id_that_can_be_none_is_none() -> None:
    [report] = read_reports(FINISHED, {"MsgID": "9" * 65, "Status": "failed:user block"}, 3, AT)
    assert (report.wechat_id, report.has_arrived, report.detail) == ("", False, "failed:user block")


# ── told of a sent message ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("status", "end"),
    [
        ("success", ("confirmed", "")),
        ("failed:user block", ("failed", "failed_afterwards")),
        ("failed: system failed", ("failed", "failed_afterwards")),
    ],
)
async def test_a_template_is_confirmed_or_failed(outbox: Outbox, status: str, end: tuple[str, str]) -> None:
    person, delivery, wechat_id = await sent_template(outbox)
    for _ in range(2):  # WeChat may say it twice
        await told(outbox, person, FINISHED, finished(wechat_id, status))
    assert await state_of(delivery) == end
    assert (await events(delivery)).count("reported") == 1


async def test_the_first_word_holds(outbox: Outbox) -> None:
    person, delivery, wechat_id = await sent_template(outbox)
    await told(outbox, person, FINISHED, finished(wechat_id))
    await told(outbox, person, FINISHED, finished(wechat_id, "failed:user block"))
    assert await state_of(delivery) == ("confirmed", "")


async def test_another_systems_message_confirms_none_of_ours(outbox: Outbox) -> None:
    person, delivery, _ = await sent_template(outbox)
    await told(outbox, person, FINISHED, finished(12345))
    stranger = await at_noon(outbox, "oB")
    await told(outbox, stranger, FINISHED, finished((await Delivery.get(id=delivery.id)).wechat_id))
    assert await state_of(delivery) == ("sent", "")


async def test_a_notice_is_confirmed(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await grant(outbox, person)
    delivery = await offer(outbox, person, notice(outbox))
    await outbox.worker().run_once()
    wechat_id = (await Delivery.get(id=delivery.id)).wechat_id
    await told(outbox, person, SENT, notice_sent(outbox, wechat_id))
    assert wechat_id and await state_of(delivery) == ("confirmed", "")


async def test_a_notice_wechat_named_no_id_for_is_confirmed_by_person_and_template(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await grant(outbox, person)
    outbox.wechat.world.turn({"names_notices": False})
    delivery = await offer(outbox, person, notice(outbox))
    await outbox.worker().run_once()
    await told(outbox, person, SENT, notice_sent(outbox, 77))
    assert await state_of(delivery) == ("confirmed", "")
    assert (await Delivery.get(id=delivery.id)).wechat_id == "77"


# ── told before the answer ───────────────────────────────────────────────────────────────────────────────────────
async def test_a_word_before_the_answer_is_found_again(outbox: Outbox) -> None:
    person, delivery, wechat_id = await sent_template(outbox)
    await Delivery.filter(id=delivery.id).update(state=DeliveryState.CLAIMED, wechat_id="", closed_at=None)
    await told(outbox, person, FINISHED, finished(wechat_id))
    assert (await state_of(delivery))[0] == "claimed"
    await Delivery.filter(id=delivery.id).update(
        state=DeliveryState.SENT, wechat_id=wechat_id, closed_at=outbox.hands()
    )
    assert [await confirm_late(outbox.hands), await confirm_late(outbox.hands)] == [1, 0]
    assert await state_of(delivery) == ("confirmed", "")


async def test_a_word_before_an_answer_was_given_up_is_found_again(outbox: Outbox) -> None:
    """The usual way an answer is lost: WeChat took it and says so at once, and we wait until our time is over."""
    person = await at_noon(outbox)
    [delivery] = await lose_notices(outbox, person)
    await Delivery.filter(id=delivery.id).update(state=DeliveryState.CLAIMED, closed_at=None)
    await told(outbox, person, SENT, notice_sent(outbox, 5))
    assert (await state_of(delivery))[0] == "claimed"
    outbox.passes(seconds=12)
    await Delivery.filter(id=delivery.id).update(state=DeliveryState.UNKNOWN, closed_at=outbox.hands())
    assert await confirm_late(outbox.hands) == 1
    assert await state_of(delivery) == ("confirmed", "")


async def test_looking_again_finds_nothing_where_nothing_was_told(outbox: Outbox) -> None:
    _, delivery, _ = await sent_template(outbox)
    assert await confirm_late(outbox.hands) == 0
    assert await state_of(delivery) == ("sent", "")


# ── told of a lost answer ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("code", "end"), [("0", ("confirmed", "")), ("4", ("failed", "failed_afterwards"))])
async def test_a_lost_answer_is_settled_where_only_one_can_be_meant(
    outbox: Outbox, code: str, end: tuple[str, str]
) -> None:
    person = await at_noon(outbox)
    [delivery] = await lose_notices(outbox, person)
    await told(outbox, person, SENT, notice_sent(outbox, 5, code))
    assert await state_of(delivery) == end
    row = await Delivery.get(id=delivery.id)
    assert row.wechat_id == "5" and row.trail[-1]["found_by"] == "person_and_time"


async def test_of_two_nobody_can_say_which(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    rows = await lose_notices(outbox, person, 2)
    await told(outbox, person, SENT, notice_sent(outbox, 5))
    assert await confirm_late(outbox.hands) == 0
    assert [(await state_of(row))[0] for row in rows] == ["unknown"] * 2


async def test_one_still_under_way_may_be_meant_as_well(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    one, other = await lose_notices(outbox, person, 2)
    await Delivery.filter(id=other.id).update(state=DeliveryState.CLAIMED)
    await told(outbox, person, SENT, notice_sent(outbox, 5))
    assert [(await state_of(row))[0] for row in (one, other)] == ["unknown", "claimed"]


async def test_a_word_that_names_another_delivery_is_not_about_the_lost_one(outbox: Outbox) -> None:
    """Also when it is read a second time."""
    person = await at_noon(outbox)
    await grant(outbox, person)
    named = await offer(outbox, person, notice(outbox))
    await outbox.worker().run_once()
    [lost] = await lose_notices(outbox, person)
    await told(outbox, person, SENT, notice_sent(outbox, (await Delivery.get(id=named.id)).wechat_id))
    assert await confirm_late(outbox.hands) == 0
    assert (await state_of(named), await state_of(lost)) == (("confirmed", ""), ("unknown", "no_sound_answer"))


@pytest.mark.parametrize("after", [timedelta(minutes=11), timedelta(seconds=-2)])
async def test_a_word_of_another_time_is_about_another_message(outbox: Outbox, after: timedelta) -> None:
    person = await at_noon(outbox)
    [delivery] = await lose_notices(outbox, person)
    outbox.hands.moment += after
    await told(outbox, person, SENT, notice_sent(outbox, 5))
    assert (await state_of(delivery))[0] == "unknown"


async def test_another_template_is_another_message(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    [delivery] = await lose_notices(outbox, person)
    item = {"TemplateId": "another", "MsgID": "5", "ErrorCode": "0"}
    await told(outbox, person, SENT, {"List": [item]})
    assert (await state_of(delivery))[0] == "unknown"


async def test_what_a_person_settled_stays_settled(outbox: Outbox) -> None:
    person, delivery, wechat_id = await sent_template(outbox)
    await Delivery.filter(id=delivery.id).update(state=DeliveryState.FAILED, reason="settled_by_hand")
    await told(outbox, person, FINISHED, finished(wechat_id))
    assert await state_of(delivery) == ("failed", "settled_by_hand")
