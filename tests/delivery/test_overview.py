"""Counts by state and reason, and unknown deliveries settled by hand."""

from __future__ import annotations

import pytest

from core.errors import Invalid, Missing, Refused
from delivery.failed_calls import list_failed_calls, record_failed_call
from delivery.overview import Share, count_deliveries, list_unknown, settle
from models import Audit, Delivery, DeliveryState, Interaction
from tests.delivery.conftest import Outbox, state_of, state_of_push


async def unknown(outbox: Outbox) -> tuple[Delivery, Interaction]:
    delivery, push = await outbox.owed()
    outbox.wechat.world.turn({"lost_share": 1.0})
    await outbox.worker().run_once()
    return delivery, push


async def test_deliveries_are_counted_by_state_and_reason(outbox: Outbox) -> None:
    await outbox.owed("o1")
    await outbox.worker().run_once()
    await unknown(outbox)
    await outbox.owed("o2")
    await outbox.owed("o3")
    assert await count_deliveries() == [
        Share(DeliveryState.PLANNED, "", 2),
        Share(DeliveryState.SENT, "", 1),
        Share(DeliveryState.UNKNOWN, "no_sound_answer", 1),
    ]


async def test_no_deliveries_count_nothing(outbox: Outbox) -> None:
    assert await count_deliveries() == []


@pytest.mark.parametrize(("outcome", "push_state"), [("sent", "late_replied"), ("failed", "expired")])
async def test_unknown_is_settled_by_hand_and_audited(outbox: Outbox, outcome: str, push_state: str) -> None:
    delivery, push = await unknown(outbox)
    assert [row.id for row in await list_unknown()] == [delivery.id]
    await settle(delivery.id, outcome, "staff:lin", outbox.hands)
    assert await state_of(delivery) == (outcome, "settled_by_hand")
    assert await state_of_push(push) == (push_state, "settled_by_hand")
    assert await list_unknown() == []
    [audit] = await Audit.all()
    assert (audit.actor, audit.action, audit.subject) == ("staff:lin", "delivery.settle", f"delivery:{delivery.id}")
    assert audit.detail == {"outcome": outcome, "was": "no_sound_answer"}
    assert (await Delivery.get(id=delivery.id)).trail[-1]["actor"] == "staff:lin"


async def test_nobody_is_asked_about_an_erased_person(outbox: Outbox) -> None:
    delivery, _ = await unknown(outbox)
    await Delivery.filter(id=delivery.id).update(reason="erased")
    assert await list_unknown() == []
    assert [(share.state.value, share.reason, share.count) for share in await count_deliveries()] == [
        ("unknown", "erased", 1)
    ]


async def test_only_an_unknown_delivery_is_settled(outbox: Outbox) -> None:
    delivery, push = await outbox.owed()
    with pytest.raises(Refused) as caught:
        await settle(delivery.id, "sent", "staff:lin")
    assert caught.value.code == "not_unknown"
    with pytest.raises(Missing):
        await settle(delivery.id + 1, "sent", "staff:lin")
    with pytest.raises(Invalid):
        await settle(delivery.id, "planned", "staff:lin")
    assert await state_of(delivery) == ("planned", "")
    assert await state_of_push(push) == ("received", "reply_planned")
    assert await Audit.all().count() == 0


async def test_failed_calls_are_listed_newest_first(outbox: Outbox) -> None:
    await record_failed_call("wx1", "/cgi-bin/menu/get", 46003, "the account has no menu — make one")
    await record_failed_call("wx1", "/x" * 60, 0, "y" * 300)
    newest, oldest = await list_failed_calls()
    assert (oldest.api, oldest.code, oldest.detail) == (
        "/cgi-bin/menu/get",
        46003,
        "the account has no menu — make one",
    )
    assert len(newest.api) == 64 and len(newest.detail) == 255
    assert len(await list_failed_calls(limit=1)) == 1
