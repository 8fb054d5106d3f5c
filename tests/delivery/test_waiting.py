"""What may not go now waits where waiting mends it, and is suppressed with its reason where nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.channels import ContactClass
from core.errors import Retryable
from models import ContactSlot, Customer, Delivery, Following, MessageWindow
from models.people import Consent, Purpose
from tests.delivery.conftest import RULES, FakeSender, Outbox, Unlimited, state_of
from tests.delivery.offers import (
    TEMPLATE_SEND,
    WORDS,
    at_noon,
    events,
    grant,
    grants_left,
    notice,
    offer,
    template,
)

EVENING = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
"""21:30 in the brand's zone."""
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""09:00 there, when quiet hours end."""
MARKETING = ContactClass.MARKETING


# ── quiet hours ──────────────────────────────────────────────────────────────────────────────────────────────────
async def test_what_quiet_hours_catch_waits_until_their_end(outbox: Outbox) -> None:
    delivery = await offer(outbox, await at_noon(outbox), template(outbox))
    outbox.hands.moment = EVENING
    worker = outbox.worker()
    assert await worker.run_once() == 1
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.due_at, row.started_at, row.taken, row.attempts) == ("planned", MORNING, None, {}, 0)
    outbox.hands.moment = MORNING - timedelta(seconds=1)
    assert await worker.run_once() == 0
    outbox.hands.moment = MORNING
    assert await worker.run_once() == 1
    assert await state_of(delivery) == ("sent", "")
    assert await events(delivery) == ["checked", "checked", "started", "answered"]


async def test_what_expires_before_their_end_is_suppressed(outbox: Outbox) -> None:
    delivery = await offer(outbox, await at_noon(outbox), template(outbox), lasts=timedelta(hours=12))
    outbox.hands.moment = EVENING
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "quiet_hours")
    assert outbox.wechat.calls(TEMPLATE_SEND) == 0


async def test_they_are_those_of_the_customers_own_zone(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await Customer.filter(id=person.customer_id).update(time_zone="Europe/Berlin")
    delivery = await offer(outbox, person, template(outbox))
    await outbox.worker().run_once()  # 05:02 there
    assert (await Delivery.get(id=delivery.id)).due_at == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


async def test_an_answer_to_their_own_words_does_not_wait(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    outbox.hands.moment = EVENING
    await outbox.push(person)
    delivery = await offer(outbox, person, WORDS, contact_class=ContactClass.SERVICE)
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("sent", "")


async def test_what_waits_is_decided_anew_when_they_end(outbox: Outbox) -> None:
    delivery = await offer(outbox, await at_noon(outbox), template(outbox))
    outbox.hands.moment = EVENING
    await outbox.worker().run_once()
    await Following.all().update(until=outbox.hands(), open_slot=None)
    outbox.hands.moment = MORNING
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "not_following")


# ── what nothing mends ───────────────────────────────────────────────────────────────────────────────────────────
class Untrue:
    """Fills ``core.ports.StillTrue``: nothing holds any more; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[int, tuple[str, int]] = {}

    async def find_untrue(self, occurrences: Mapping[int, tuple[str, int]], at: datetime) -> set[int]:
        self.asked.update(occurrences)
        return set(occurrences)


async def test_what_is_no_longer_true_is_not_said(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    delivery, still_true = await offer(outbox, person, template(outbox)), Untrue()
    await outbox.worker(still_true=still_true).run_once()
    assert await state_of(delivery) == ("suppressed", "no_longer_true")
    assert still_true.asked == {delivery.id: (delivery.occurrence, person.customer_id)}
    assert outbox.wechat.calls(TEMPLATE_SEND) == 0


async def test_an_answer_is_not_asked_whether_it_is_still_true(outbox: Outbox) -> None:
    delivery, _ = await outbox.owed()
    still_true = Untrue()
    await outbox.worker(still_true=still_true).run_once()
    assert await state_of(delivery) == ("sent", "") and still_true.asked == {}


@pytest.mark.parametrize("contact_class", [ContactClass.CARE, ContactClass.MARKETING])
async def test_who_withdrew_consent_hears_neither_care_nor_offers(outbox: Outbox, contact_class: ContactClass) -> None:
    person = await at_noon(outbox)
    await Consent.create(
        customer_id=person.customer_id,
        purpose=Purpose.MARKETING,
        is_granted=False,
        text_version="1",
        channel="keyword",
        at=outbox.hands(),
    )
    delivery = await offer(outbox, person, template(outbox), contact_class=contact_class)
    served = await offer(outbox, person, template(outbox), contact_class=ContactClass.SERVICE)
    for _ in range(2):
        await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", "consent_withdrawn")
    assert await state_of(served) == ("sent", "")
    assert await ContactSlot.all().count() == 0


async def test_who_is_held_out_hears_nothing_and_takes_nothing(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await grant(outbox, person)
    delivery = await offer(outbox, person, notice(outbox))
    await outbox.worker(rules=replace(RULES, holdout_percent=100)).run_once()
    assert await state_of(delivery) == ("suppressed", "held_out")
    assert await grants_left() == [1] and await ContactSlot.all().count() == 0


async def test_more_than_the_cap_is_suppressed_until_a_message_is_old_enough(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    first = outbox.hands()
    rows = [await offer(outbox, person, template(outbox), contact_class=MARKETING) for _ in range(3)]
    for _ in rows:
        await outbox.worker().run_once()
        outbox.passes(minutes=1)
    assert [await state_of(row) for row in rows] == [("sent", ""), ("sent", ""), ("suppressed", "capped")]
    for moment, end in ((first + timedelta(days=7, seconds=-1), "suppressed"), (first + timedelta(days=7), "sent")):
        outbox.hands.moment = moment
        late = await offer(outbox, person, template(outbox), contact_class=MARKETING)
        await outbox.worker().run_once()
        assert (await state_of(late))[0] == end
    assert outbox.wechat.calls(TEMPLATE_SEND) == 3


async def test_each_class_has_a_cap_of_its_own(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    classes = [MARKETING] * 3 + [ContactClass.CARE] * 5 + [ContactClass.SERVICE]
    rows = [await offer(outbox, person, template(outbox), contact_class=each) for each in classes]
    for _ in rows:
        await outbox.worker().run_once()
    ends = [(await state_of(row))[0] for row in rows]
    assert ends == [*["sent"] * 2, "suppressed", *["sent"] * 4, "suppressed", "sent"]


# ── limits of WeChat's APIs ──────────────────────────────────────────────────────────────────────────────────────
async def test_a_stopped_api_puts_rows_back_until_then_and_takes_nothing(outbox: Outbox, sender: FakeSender) -> None:
    people = [await at_noon(outbox, f"o{number}") for number in range(3)]
    for person in people:
        await outbox.push(person)
    rows = [await offer(outbox, person, WORDS, contact_class=MARKETING) for person in people]
    limits = Unlimited(Retryable("used up", after_s=3600.0))
    worker = outbox.worker(sender=sender, limits=limits)
    until = outbox.hands() + timedelta(hours=1)
    assert await worker.run_once() == 3
    for row in await Delivery.all():
        assert (row.state, row.due_at, row.started_at, row.attempts, row.taken) == ("planned", until, None, 0, {})
        assert row.trail[-1]["event"] == "limited" and row.trail[-1]["why"] == "used up"
    assert await MessageWindow.all().count() == 0 and await ContactSlot.all().count() == 0
    assert (sender.calls, worker.in_work) == (0, 0)
    outbox.hands.moment = until
    await worker.run_once()
    assert [(await state_of(row))[0] for row in rows] == ["sent"] * 3


async def test_turns_for_a_few_send_a_few_at_a_time(outbox: Outbox, sender: FakeSender) -> None:
    for number in range(7):
        await outbox.owed(f"o{number}")
    worker = outbox.worker(sender=sender, limits=Unlimited(room=2))
    assert await worker.run_once() == 7
    assert len(sender.sent) == 7 and sender.most_at_once <= 7


async def test_a_limit_reached_midway_puts_back_the_rest(outbox: Outbox, sender: FakeSender) -> None:
    for number in range(4):
        await outbox.owed(f"o{number}")

    class Twice(Unlimited):
        async def take_turns(self, app_id: str, api: str, per_s: int, count: int) -> list[object]:
            turns = await super().take_turns(app_id, api, per_s, count)
            self.refusals.append(Retryable("used up", after_s=60.0))
            return list(turns)

    await outbox.worker(sender=sender, limits=Twice(room=3)).run_once()
    assert len(sender.sent) == 3
    assert sorted([row.state.value for row in await Delivery.all()]) == ["planned", "sent", "sent", "sent"]


async def test_each_api_has_limits_of_its_own(outbox: Outbox) -> None:
    """A used up template API holds up no words."""
    person, other = await at_noon(outbox, "oA"), await at_noon(outbox, "oB")
    await outbox.push(other)
    held, free = await offer(outbox, person, template(outbox)), await offer(outbox, other, WORDS)

    class OnlyWords(Unlimited):
        async def take_turns(self, app_id: str, api: str, per_s: int, count: int) -> list[object]:
            if api == TEMPLATE_SEND:
                raise Retryable("used up", after_s=60.0)
            return list(await super().take_turns(app_id, api, per_s, count))

    await outbox.worker(limits=OnlyWords()).run_once()
    assert [(await state_of(row))[0] for row in (held, free)] == ["planned", "sent"]
