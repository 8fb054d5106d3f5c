"""A lost answer is asked for again where WeChat itself keeps it from arriving twice, and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from core.errors import Retryable, Terminal, Unknown
from customers.erasure import erase_person
from customers.merging import merge
from delivery.outcome import MOST_ASKED
from models import Delivery
from tests.delivery.conftest import FakeSender, Outbox, state_of
from tests.delivery.offers import (
    CUSTOM_SEND,
    NOTICE_SEND,
    TEMPLATE_SEND,
    WORDS,
    at_noon,
    begin,
    events,
    grant,
    notice,
    offer,
    template,
)


class Ids(FakeSender):
    """Remembers by which client ids it was asked."""

    def __init__(self, *faults: Exception) -> None:
        super().__init__(*faults)
        self.ids: list[str] = []

    async def send(self, account: Any, openid: str, channel: str, payload: dict[str, Any], client_id: str) -> str:
        self.ids.append(client_id)
        return await super().send(account, openid, channel, payload, client_id)


async def lost_once(outbox: Outbox) -> Delivery:
    """A template message WeChat took, and whose answer nobody heard."""
    delivery = await offer(outbox, await at_noon(outbox), template(outbox))
    outbox.wechat.world.turn({"lost_share": 1.0})
    await outbox.worker().run_once()
    outbox.wechat.world.turn({"lost_share": 0.0})
    return delivery


@pytest.mark.parametrize("repeat_code", [0, 45065])
async def test_a_lost_answer_is_asked_for_again_and_arrives_once(outbox: Outbox, repeat_code: int) -> None:
    delivery = await lost_once(outbox)
    row = await Delivery.get(id=delivery.id)
    assert row.state == "planned" and row.started_at is not None and row.taken == {"slot": {"class": "care", "slot": 0}}
    outbox.wechat.world.turn({"repeat_code": repeat_code})
    assert await outbox.worker("h2").run_once() == 0  # not at once
    outbox.passes(seconds=5)
    assert await outbox.worker("h2").run_once() == 1
    assert await state_of(delivery) == ("sent", "")
    [taken] = outbox.wechat.world.ledger.rows
    assert (await Delivery.get(id=delivery.id)).wechat_id == ("" if repeat_code else str(taken.msgid))
    assert outbox.wechat.calls(TEMPLATE_SEND) == 2
    assert await events(delivery) == ["checked", "started", "answered", "asks_again", "started", "answered"]


async def test_every_try_has_the_same_client_id_whoever_makes_it(outbox: Outbox) -> None:
    """Also where the customer was merged with another between them."""
    kept, folded = await at_noon(outbox, "oA"), await at_noon(outbox, "oB")
    delivery = await offer(outbox, folded, template(outbox))
    sender = Ids(Unknown("lost"), Unknown("lost"))
    await outbox.worker(sender=sender).run_once()
    assert await merge(kept.customer_id, folded.customer_id, "test", outbox.hands())
    for holder in ("h2", "h3"):
        outbox.passes(seconds=30)
        await outbox.worker(holder, sender).run_once()
    assert await state_of(delivery) == ("sent", "")
    assert len(sender.ids) == 3 and len(set(sender.ids)) == 1 and len(sender.ids[0]) == 32


async def test_other_deliveries_have_other_client_ids(outbox: Outbox) -> None:
    sender = Ids()
    for openid in ("oA", "oB"):
        person = await at_noon(outbox, openid)
        for _ in range(2):
            await offer(outbox, person, template(outbox))
            await outbox.worker(sender=sender).run_once()
    assert len(set(sender.ids)) == 4


async def test_it_is_asked_for_so_often_and_no_more(outbox: Outbox) -> None:
    delivery = await offer(outbox, await at_noon(outbox), template(outbox))
    sender = FakeSender(Retryable("busy"), Retryable("busy"), *[Unknown("lost")] * 9)
    for _ in range(12):
        await outbox.worker(sender=sender).run_once()
        outbox.passes(seconds=20)
    assert await state_of(delivery) == ("unknown", "no_sound_answer")
    assert sender.calls == 2 + 1 + MOST_ASKED  # those WeChat surely did not take do not count


async def test_after_nine_minutes_it_is_unknown(outbox: Outbox) -> None:
    delivery = await lost_once(outbox)
    outbox.passes(minutes=9)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("unknown", "no_sound_answer")
    assert outbox.wechat.calls(TEMPLATE_SEND) == 1


async def test_a_row_killed_after_its_start_is_asked_again(outbox: Outbox) -> None:
    """The process died with the answer in the air: WeChat may have it or not, and it arrives once."""
    delivery = await offer(outbox, await at_noon(outbox), template(outbox))
    [row] = await outbox.claims("lost").claim(1)
    assert len(await begin(outbox, row, "lost")) == 1
    outbox.passes(seconds=61)
    await outbox.worker("h2").run_once()
    assert await state_of(delivery) == ("sent", "")
    assert len(outbox.wechat.world.ledger.rows) == 1
    assert (await Delivery.get(id=delivery.id)).attempts == 2


async def test_a_row_killed_after_its_start_and_found_too_late_is_unknown(outbox: Outbox) -> None:
    delivery = await offer(outbox, await at_noon(outbox), template(outbox))
    [row] = await outbox.claims("lost").claim(1)
    await begin(outbox, row, "lost")
    outbox.passes(minutes=9)
    await outbox.worker("h2").run_once()
    assert await state_of(delivery) == ("unknown", "lease_ended")
    assert outbox.wechat.calls(TEMPLATE_SEND) == 0


@pytest.mark.parametrize("refusal", [Terminal("blocked", code=43019, reason="blocked"), Terminal("x", code=99999)])
async def test_a_refusal_of_asking_again_says_nothing_of_the_first(outbox: Outbox, refusal: Terminal) -> None:
    """WeChat refuses now; the first may have arrived all the same. No other way is tried."""
    person = await at_noon(outbox)
    await outbox.push(person)
    delivery = await offer(outbox, person, template(outbox), WORDS)
    sender = FakeSender(Unknown("lost"), refusal)
    for _ in range(3):
        await outbox.worker(sender=sender).run_once()
        outbox.passes(seconds=10)
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.reason, row.channel, sender.calls) == ("unknown", "no_sound_answer", "template", 2)
    assert row.taken == {"slot": {"class": "care", "slot": 0}}


async def test_a_busy_wechat_on_asking_again_is_asked_again_later(outbox: Outbox) -> None:
    delivery = await offer(outbox, await at_noon(outbox), template(outbox))
    sender = FakeSender(Unknown("lost"), Retryable("busy"))
    for _ in range(3):
        await outbox.worker(sender=sender).run_once()
        outbox.passes(seconds=20)
    assert await state_of(delivery) == ("sent", "") and sender.calls == 3


async def test_an_account_that_left_the_settings_meanwhile_leaves_it_unknown(outbox: Outbox) -> None:
    delivery = await lost_once(outbox)
    outbox.passes(seconds=5)
    await outbox.worker(accounts=[outbox.wechat.mini]).run_once()
    assert (await Delivery.get(id=delivery.id)).started_at is not None
    outbox.passes(minutes=11)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("unknown", "no_sound_answer")
    assert outbox.wechat.calls(TEMPLATE_SEND) == 1


async def test_it_holds_up_no_other_message_of_the_person(outbox: Outbox, sender: FakeSender) -> None:
    person = await at_noon(outbox)
    await offer(outbox, person, template(outbox))
    other = await offer(outbox, person, template(outbox))
    sender.faults.append(Unknown("lost"))
    await outbox.worker(sender=sender).run_once()
    await outbox.worker(sender=sender).run_once()
    assert await state_of(other) == ("sent", "")


async def test_words_and_subscriptions_are_never_asked_for_again(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    await grant(outbox, person)
    rows = [await offer(outbox, person, option) for option in (WORDS, notice(outbox))]
    outbox.wechat.world.turn({"lost_share": 1.0})
    for _ in range(6):
        await outbox.worker().run_once()
        outbox.passes(seconds=20)
    assert [await state_of(row) for row in rows] == [("unknown", "no_sound_answer")] * 2
    assert (outbox.wechat.calls(CUSTOM_SEND), outbox.wechat.calls(NOTICE_SEND)) == (1, 1)


async def test_an_erased_person_is_not_asked_for_again(outbox: Outbox) -> None:
    delivery = await lost_once(outbox)
    row = await Delivery.get(id=delivery.id)
    await erase_person(row.customer_id, outbox.hands())
    outbox.passes(seconds=5)
    assert await outbox.worker().run_once() == 0
    assert await state_of(delivery) == ("unknown", "erased")
    assert outbox.wechat.calls(TEMPLATE_SEND) == 1


async def test_a_person_erased_while_it_is_claimed_to_be_asked_again_hears_nothing(
    outbox: Outbox, sender: FakeSender
) -> None:
    delivery = await lost_once(outbox)
    outbox.passes(seconds=5)
    rows = await outbox.claims().claim(1)
    await erase_person(rows[0].customer_id, outbox.hands())
    await outbox.worker(sender=sender).work(rows)
    assert await state_of(delivery) == ("unknown", "erased") and sender.calls == 0


async def test_merging_does_not_call_it_unsent(outbox: Outbox) -> None:
    """The same occurrence for the other of the two: one may have arrived, so the other stays."""
    one, other = await at_noon(outbox, "oA"), await at_noon(outbox, "oB")
    asking = await offer(outbox, one, template(outbox))
    outbox.passes(seconds=1)
    rival = await offer(outbox, other, template(outbox))
    await Delivery.filter(id=rival.id).update(occurrence=asking.occurrence, due_at=outbox.hands() + timedelta(hours=1))
    outbox.wechat.world.turn({"lost_share": 1.0})
    await outbox.worker().run_once()
    outbox.wechat.world.turn({"lost_share": 0.0})
    assert await merge(other.customer_id, one.customer_id, "test", outbox.hands())
    outbox.passes(seconds=5)
    await outbox.worker().run_once()
    assert await state_of(asking) == ("sent", "")
    assert await state_of(rival) == ("suppressed", "merged_same_occurrence")
    assert len(outbox.wechat.world.ledger.rows) == 1
