"""What a send takes from limited stocks is taken with its start, given back with it, and never more than there is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from core.channels import ContactClass
from core.errors import Retryable, Terminal
from customers.erasure import erase_person
from customers.merging import merge
from delivery.changes import Changes
from delivery.claims import Claimed
from delivery.deciding import Decider
from delivery.starting import Bound, Starter
from models import ContactSlot, Delivery, Identity, MessageWindow, SubscriptionGrant
from tests.delivery.conftest import RULES, AllTrue, FakeSender, NoGuides, Outbox, Person, Unlimited, state_of
from tests.delivery.offers import (
    WORDS,
    at_noon,
    events,
    grant,
    grants_left,
    notice,
    offer,
    template,
    windows_used,
)

MARKETING = ContactClass.MARKETING


async def decided(outbox: Outbox, rows: list[Claimed]) -> list[Bound]:
    """What a worker holds in its hands when it is about to start."""
    changes = Changes(outbox.hands)
    changes.start()
    accounts = {account.app_id: account for account in outbox.accounts}
    bound = await Decider(accounts, RULES, NoGuides(), AllTrue(), changes, outbox.hands).decide(rows)
    await changes.stop()
    return bound


def starter(outbox: Outbox) -> Starter:
    return Starter(outbox.claims(), RULES, outbox.hands)


async def take_slots(outbox: Outbox, person: Person, count: int) -> None:
    """Something else the customer got."""
    until = outbox.hands() + timedelta(days=1)
    for slot in range(count):
        await ContactSlot.create(
            customer_id=person.customer_id, contact_class="marketing", slot=slot, taken_until=until
        )


async def slots_taken(outbox: Outbox) -> int:
    return await ContactSlot.filter(taken_until__gt=outbox.hands()).count()


# ── taken and given back ─────────────────────────────────────────────────────────────────────────────────────────
async def test_a_send_takes_one_of_each_and_the_row_says_what(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    push = await outbox.push(person)
    words = await offer(outbox, person, WORDS, contact_class=MARKETING)
    await outbox.worker().run_once()
    await grant(outbox, person)
    subscribed = await offer(outbox, person, notice(outbox))
    await outbox.worker().run_once()
    assert [await state_of(row) for row in (words, subscribed)] == [("sent", "")] * 2
    assert (await Delivery.get(id=words.id)).taken == {
        "slot": {"class": "marketing", "slot": 0},
        "window": {"kind": "message", "opened_by": push.id},
    }
    template_id = notice(outbox)["payload"]["template_id"]
    assert (await Delivery.get(id=subscribed.id)).taken == {
        "slot": {"class": "care", "slot": 0},
        "grant": template_id,
    }
    assert (await windows_used(), await grants_left(), await slots_taken(outbox)) == ([1], [0], 2)


@pytest.mark.parametrize("way", ["window", "grant"])
async def test_what_surely_nobody_got_is_given_back(outbox: Outbox, sender: FakeSender, way: str) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    await grant(outbox, person)
    delivery = await offer(outbox, person, WORDS if way == "window" else notice(outbox))
    sender.faults.append(Retryable("busy", after_s=5.0))
    worker = outbox.worker(sender=sender)
    await worker.run_once()
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.started_at, row.taken, row.attempts) == ("planned", None, {}, 1)
    assert (await windows_used(), await grants_left(), await slots_taken(outbox)) == (
        [0] if way == "window" else [],
        [1],
        0,
    )
    outbox.passes(seconds=10)
    await worker.run_once()
    assert await state_of(delivery) == ("sent", "")
    assert await slots_taken(outbox) == 1


async def test_what_may_have_arrived_stays_taken(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await grant(outbox, person)
    delivery = await offer(outbox, person, notice(outbox))
    outbox.wechat.world.turn({"lost_share": 1.0})
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("unknown", "no_sound_answer")
    assert (await grants_left(), await slots_taken(outbox)) == ([0], 1)


async def test_a_start_without_its_fence_gives_the_stock_back(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    await outbox.push(person)
    await grant(outbox, person)
    delivery = await offer(outbox, person, WORDS, contact_class=MARKETING)
    bound = await decided(outbox, await outbox.claims("old").claim(1))
    outbox.passes(seconds=61)
    await outbox.claims("new").recover()
    [row] = await outbox.claims("new").claim(1)
    assert await starter(outbox).start(bound) == []
    assert (await windows_used(), await slots_taken(outbox)) == ([0], 0)
    assert (await state_of(delivery))[0] == "claimed" and (await Delivery.get(id=delivery.id)).fence == row.fence


# ── a stock that somebody else emptied ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("stock", "reason"), [("window", "window_used_up"), ("cap", "capped"), ("grant", "no_grant")])
async def test_a_row_that_lost_the_race_is_decided_anew(outbox: Outbox, stock: str, reason: str) -> None:
    person = await at_noon(outbox)
    push = await outbox.push(person)
    await grant(outbox, person)
    way = notice(outbox) if stock == "grant" else WORDS
    delivery = await offer(outbox, person, way, contact_class=MARKETING)
    bound = await decided(outbox, await outbox.claims().claim(1))
    if stock == "window":
        await MessageWindow.create(
            identity_id=person.identity_id, kind="message", opened_by=push.id, used=5, updated_at=outbox.hands()
        )
    elif stock == "cap":
        await take_slots(outbox, person, 2)
    else:
        await SubscriptionGrant.all().update(stock=0)
    taken_before = await slots_taken(outbox)
    assert await starter(outbox).start(bound) == []
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.started_at, row.taken) == ("planned", None, {})
    assert (row.trail[-1]["event"], row.trail[-1]["stock"]) == ("raced", stock)
    assert await slots_taken(outbox) == taken_before
    await outbox.worker().run_once()
    assert await state_of(delivery) == ("suppressed", reason)
    assert "raced" in await events(delivery)


async def test_of_two_for_one_customer_in_a_batch_the_cap_lets_one_through(outbox: Outbox, sender: FakeSender) -> None:
    """One customer with two identities; both rows are claimed and decided together."""
    one = await at_noon(outbox, "oA")
    other = await at_noon(outbox, "oB")
    await take_slots(outbox, one, 1)
    await Identity.filter(id=other.identity_id).update(customer_id=one.customer_id)
    rows = [await offer(outbox, person, template(outbox), contact_class=MARKETING) for person in (one, other)]
    worker = outbox.worker(sender=sender)
    await worker.run_once()
    await worker.run_once()
    assert sorted([await state_of(row) for row in rows]) == [("sent", ""), ("suppressed", "capped")]
    assert sender.calls == 1


# ── two workers at once ──────────────────────────────────────────────────────────────────────────────────────────
async def test_two_workers_at_once_never_exceed_a_cap(outbox: Outbox, sender: FakeSender) -> None:
    """Customers with four identities each, so that rows of one customer are with both workers at the same time."""
    people = [await at_noon(outbox, f"o{number}") for number in range(24)]
    for number, person in enumerate(people):
        person.customer_id = people[number % 6].customer_id
        await Identity.filter(id=person.identity_id).update(customer_id=person.customer_id)
        await offer(outbox, person, template(outbox), contact_class=MARKETING)
    workers = [outbox.worker(holder, sender) for holder in ("h1", "h2")]
    while any(await asyncio.gather(*(worker.run_once(limit=3) for worker in workers))):
        pass
    ends = Counter([(row.customer_id, row.state.value, row.reason) for row in await Delivery.all()])
    customers = {person.customer_id for person in people}
    assert ends == Counter(
        {
            **dict.fromkeys([(each, "sent", "") for each in customers], 2),
            **dict.fromkeys([(each, "suppressed", "capped") for each in customers], 2),
        }
    )
    assert sender.calls == 12


@pytest.mark.parametrize("stock", ["window", "cap", "grant"])
async def test_the_last_one_goes_to_one_of_two_starts_at_once(outbox: Outbox, stock: str) -> None:
    for number in range(8):
        person = await at_noon(outbox, f"o{number}")
        push = await outbox.push(person)
        await grant(outbox, person)
        if stock == "window":
            await MessageWindow.create(
                identity_id=person.identity_id, kind="message", opened_by=push.id, used=4, updated_at=outbox.hands()
            )
        elif stock == "cap":
            await take_slots(outbox, person, 1)
        contact_class = MARKETING if stock == "cap" else ContactClass.SERVICE
        way = notice(outbox) if stock == "grant" else WORDS
        rows = [await offer(outbox, person, way, contact_class=contact_class) for _ in range(2)]
        bound = await decided(outbox, await claim_both(outbox, rows))
        assert len(bound) == 2
        started = await asyncio.gather(*(starter(outbox).start([each]) for each in bound))
        assert sorted(len(each) for each in started) == [0, 1]
        assert sorted([(await state_of(row))[0] for row in rows]) == ["claimed", "planned"]


async def claim_both(outbox: Outbox, rows: Sequence[Delivery]) -> list[Claimed]:
    """Two of one person, as two processes may hold them for a moment; a claim itself gives one at a time."""
    [first] = await outbox.claims("h1").claim(1)
    await Delivery.filter(id=first.id).update(state="sent")
    [second] = await outbox.claims("h2").claim(1)
    await Delivery.filter(id=first.id).update(state="claimed")
    assert {first.id, second.id} == {row.id for row in rows}
    return [first, second]


# ── between start and send ───────────────────────────────────────────────────────────────────────────────────────
class Never:
    """A turn that does not come."""

    async def come(self) -> None:
        await asyncio.Event().wait()


class Broken:
    """A turn that fails."""

    async def come(self) -> None:
        raise LookupError("a bug")


class Handing(Unlimited):
    """Limits that hand out turns of one kind."""

    def __init__(self, kind: type[Never] | type[Broken]) -> None:
        super().__init__()
        self.kind = kind

    async def take_turns(self, app_id: str, api: str, per_s: int, count: int) -> list[Any]:
        return [self.kind() for _ in range(count)]


async def test_a_turn_that_fails_gives_the_row_back_unsent(outbox: Outbox, sender: FakeSender) -> None:
    delivery, _ = await outbox.owed()
    worker = outbox.worker(sender=sender, limits=Handing(Broken))
    with pytest.raises(LookupError):
        await worker.run_once()
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.started_at, row.taken, worker.in_work) == ("planned", None, {}, 0)
    assert await windows_used() == [0]
    await outbox.worker(sender=sender).run_once()
    assert sender.sent == [("oA", "您好")]


async def test_a_send_cancelled_before_its_turn_is_given_back_unsent(outbox: Outbox, sender: FakeSender) -> None:
    delivery, _ = await outbox.owed()
    worker = outbox.worker(sender=sender, limits=Handing(Never))
    work = asyncio.create_task(worker.run_once())
    while not await Delivery.filter(started_at__isnull=False).exists():
        await asyncio.sleep(0.01)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.started_at, sender.calls, worker.in_work) == ("planned", None, 0, 0)


async def test_a_send_cancelled_midway_is_never_repeated(outbox: Outbox, sender: FakeSender) -> None:
    delivery, _ = await outbox.owed()
    sender.takes_s = 60.0
    worker = outbox.worker(sender=sender)
    work = asyncio.create_task(worker.run_once())
    while not sender.at_once:
        await asyncio.sleep(0.01)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    outbox.passes(seconds=61)
    await outbox.worker("h2", sender).run_once()
    assert await state_of(delivery) == ("unknown", "lease_ended") and sender.calls == 1


async def test_a_bug_in_one_send_stops_none_of_the_others(outbox: Outbox, sender: FakeSender) -> None:
    rows = [(await outbox.owed(f"o{number}"))[0] for number in range(4)]
    sender.faults.append(ZeroDivisionError())
    await outbox.worker(sender=sender).run_once()
    assert sorted([(await state_of(row))[0] for row in rows]) == ["sent"] * 3 + ["unknown"]


async def test_a_row_nobody_can_read_stops_none_of_the_others(outbox: Outbox, sender: FakeSender) -> None:
    rows = [(await outbox.owed(f"o{number}"))[0] for number in range(3)]
    await Delivery.filter(id=rows[0].id).update(
        channel="pigeon", options=[{"channel": "pigeon", "payload": {"text": "您好"}}]
    )
    await outbox.worker(sender=sender).run_once()
    assert [await state_of(row) for row in rows] == [("failed", "malformed"), ("sent", ""), ("sent", "")]


# ── people who change while their row is in work ─────────────────────────────────────────────────────────────────
async def test_who_is_merged_between_claim_and_start_is_counted_as_who_they_are_now(
    outbox: Outbox, sender: FakeSender
) -> None:
    kept, folded = await at_noon(outbox, "oA"), await at_noon(outbox, "oB")
    delivery = await offer(outbox, folded, template(outbox), contact_class=MARKETING)
    [row] = await outbox.claims().claim(1)
    assert await merge(kept.customer_id, folded.customer_id, "test", outbox.hands())
    await outbox.worker(sender=sender).work([row])
    assert await state_of(delivery) == ("sent", "")
    assert [slot.customer_id for slot in await ContactSlot.all()] == [kept.customer_id]


async def test_who_is_merged_between_deciding_and_starting_is_decided_anew_and_holds_up_nobody(
    outbox: Outbox, sender: FakeSender
) -> None:
    """The folded customer is gone: what was to be counted for them cannot be."""
    kept, folded, bystander = [await at_noon(outbox, openid) for openid in ("oA", "oB", "oC")]
    delivery = await offer(outbox, folded, template(outbox), contact_class=MARKETING)
    other = await offer(outbox, bystander, template(outbox), contact_class=MARKETING)
    bound = await decided(outbox, await outbox.claims().claim(2))
    assert await merge(kept.customer_id, folded.customer_id, "test", outbox.hands())
    assert [each.row.id for each in await starter(outbox).start(bound)] == [other.id]
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.started_at, row.trail[-1]["event"]) == ("planned", None, "raced")
    outbox.passes(seconds=1)
    await outbox.worker(sender=sender).run_once()
    assert await state_of(delivery) == ("sent", "")
    slots = await ContactSlot.all().order_by("customer_id")
    assert [slot.customer_id for slot in slots] == [kept.customer_id, bystander.customer_id]


async def test_who_is_erased_between_deciding_and_starting_hears_nothing(outbox: Outbox) -> None:
    person = await at_noon(outbox)
    delivery = await offer(outbox, person, template(outbox))
    bound = await decided(outbox, await outbox.claims().claim(1))
    await erase_person(person.customer_id, outbox.hands())
    assert await starter(outbox).start(bound) == []
    assert await state_of(delivery) == ("suppressed", "erased")


async def test_an_answer_writes_nothing_back_to_an_erased_row(outbox: Outbox, sender: FakeSender) -> None:
    """Erased while the send is under way; WeChat refuses, and the words must not come back with the next way."""
    person = await at_noon(outbox)
    await outbox.push(person)
    delivery = await offer(outbox, person, WORDS, template(outbox))

    class Erasing(FakeSender):
        async def send(self, *args: Any) -> str:
            await erase_person(person.customer_id, outbox.hands())
            raise Terminal("closed", code=45015, reason="window_closed")

    await outbox.worker(sender=Erasing()).run_once()
    row = await Delivery.get(id=delivery.id)
    assert (row.state, row.reason, row.options, row.trail) == ("unknown", "erased", [], [])
    assert await outbox.worker(sender=sender).run_once() == 0
