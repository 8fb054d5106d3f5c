"""No customer hears more of us than the cap allows, however many processes send and however they overlap."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from core.channels import ContactClass
from delivery.limits.caps import SlotTake, give_back_slots, take_slots
from models import ContactSlot
from tests.delivery.limits.people import NOON, Somebody, make_people
from tests.guides.overlap import Work, overlapping

DAYS = 7
DAY = timedelta(days=1)
CARE, MARKETING = ContactClass.CARE, ContactClass.MARKETING


def want(who: Somebody, delivery_id: int, cap: int = 2, contact_class: ContactClass = MARKETING) -> SlotTake:
    return SlotTake(delivery_id, who.customer_id, contact_class, cap)


async def taken_at(moment_days: float = 0.0) -> list[tuple[int, int]]:
    """(customer, slot) still taken so many days after noon."""
    rows = await ContactSlot.filter(taken_until__gt=NOON + moment_days * DAY).order_by("customer_id", "slot")
    return [(row.customer_id, row.slot) for row in rows]


async def test_a_cap_lets_so_many_through_in_its_days_and_then_as_many_again(database: str) -> None:
    (ada,) = await make_people(1)
    assert await take_slots([want(ada, 1)], NOON, DAYS) == {1: 0}
    assert await take_slots([want(ada, 2)], NOON + 3 * DAY, DAYS) == {2: 1}
    assert await take_slots([want(ada, 3)], NOON + 6.9 * DAY, DAYS) == {}
    assert await take_slots([want(ada, 4)], NOON + 7 * DAY, DAYS) == {4: 0}
    assert await take_slots([want(ada, 5)], NOON + 7 * DAY, DAYS) == {}
    assert await take_slots([want(ada, 6)], NOON + 10 * DAY, DAYS) == {6: 1}


async def test_several_of_one_customer_in_a_batch(database: str) -> None:
    ada, bob = await make_people(2)
    asked = [want(ada, 1, 3), want(bob, 2, 3), want(ada, 3, 3), want(ada, 4, 3), want(ada, 5, 3), want(bob, 6, 3)]
    assert await take_slots(asked, NOON, DAYS) == {1: 0, 2: 0, 3: 1, 4: 2, 6: 1}
    assert await taken_at() == [(ada.customer_id, 0), (ada.customer_id, 1), (ada.customer_id, 2),
                                (bob.customer_id, 0), (bob.customer_id, 1)]  # fmt: skip


async def test_classes_have_caps_of_their_own_and_a_cap_of_none_lets_none_through(database: str) -> None:
    (ada,) = await make_people(1)
    asked = [want(ada, 1, 1), want(ada, 2, 1), want(ada, 3, 2, CARE), want(ada, 4, 2, CARE), want(ada, 5, 0)]
    assert await take_slots(asked, NOON, DAYS) == {1: 0, 3: 0, 4: 1}
    assert await take_slots([], NOON, DAYS) == {}


async def test_a_free_slot_is_no_use_while_a_cap_that_was_lowered_is_full(database: str) -> None:
    """As after two customers became one, or a setting was changed: slots above the cap count too."""
    (ada,) = await make_people(1)
    await take_slots([want(ada, 1, 4)], NOON, DAYS)
    await take_slots([want(ada, number, 4) for number in (2, 3, 4)], NOON + DAY, DAYS)
    assert await take_slots([want(ada, 5, 2)], NOON + 7 * DAY, DAYS) == {}
    assert await take_slots([want(ada, 6, 4)], NOON + 7 * DAY, DAYS) == {6: 0}


async def test_what_was_not_sent_is_free_again(database: str) -> None:
    ada, bob = await make_people(2)
    await take_slots([want(ada, 1), want(ada, 2), want(bob, 3)], NOON, DAYS)
    await give_back_slots([want(ada, 1), want(bob, 99), want(ada, 2, contact_class=CARE)], NOON)
    await give_back_slots([], NOON)
    assert await taken_at() == [(ada.customer_id, 1), (bob.customer_id, 0)]
    assert await take_slots([want(ada, 4)], NOON, DAYS) == {4: 0}
    await give_back_slots([want(ada, 1)], NOON)  # its slot is another's by now
    assert await take_slots([want(ada, 5)], NOON, DAYS) == {}


# ── beside each other, on a database that truly runs transactions so ─────────────────────────────────────────────────
def taking(who: Somebody, delivery_id: int, cap: int) -> Work:
    return lambda: take_slots([want(who, delivery_id, cap)], NOON, DAYS)


@pytest.mark.postgres
async def test_the_last_slot_goes_to_the_first_of_two_also_where_none_was_there_yet(postgres: str) -> None:
    ada, bob = await make_people(2)
    assert await overlapping(taking(ada, 1, 1), taking(ada, 2, 1)) == [{1: 0}, {}]
    await take_slots([want(bob, 3)], NOON - 30 * DAY, DAYS)
    assert await overlapping(taking(bob, 4, 1), taking(bob, 5, 1)) == [{4: 0}, {}]
    assert await overlapping(taking(bob, 6, 2), taking(bob, 7, 2)) == [{6: 1}, {}]


@pytest.mark.postgres
async def test_control_without_the_condition_a_slot_is_taken_twice(postgres: str) -> None:
    (ada,) = await make_people(1)
    await take_slots([want(ada, 1, 1)], NOON - 30 * DAY, DAYS)

    def unguarded(delivery_id: int) -> Work:
        async def work() -> object:
            free = await ContactSlot.filter(customer_id=ada.customer_id, taken_until__lte=NOON).first()
            if free is None:
                return "capped"
            await ContactSlot.filter(id=free.id).update(taken_until=NOON + DAYS * DAY, delivery_id=delivery_id)
            return "sent"

        return work

    assert await overlapping(unguarded(2), unguarded(3)) == ["sent", "sent"]
    assert await taken_at() == [(ada.customer_id, 0)]


@pytest.mark.postgres
async def test_sixty_batches_at_once_keep_every_cap_and_wait_for_each_other_in_no_circle(postgres: str) -> None:
    people = await make_people(8)
    chance = random.Random(7)
    sent: dict[int, SlotTake] = {}

    async def send(batch: int) -> None:
        asked = [
            want(chance.choice(people), batch * 100 + number, 3, chance.choice([CARE, MARKETING]))
            for number in range(9)
        ]
        async with in_transaction():
            got = await take_slots(asked, NOON, DAYS)
            mine = {take.delivery_id: take for take in asked if take.delivery_id in got}
            back = chance.sample(sorted(mine), len(mine) // 3)
        async with in_transaction():
            await give_back_slots([mine[each] for each in back], NOON)
        sent.update({each: take for each, take in mine.items() if each not in back})

    await asyncio.gather(*(send(batch) for batch in range(60)))
    heard = [(take.customer_id, take.contact_class.value) for take in sent.values()]
    holders = {row.delivery_id for row in await ContactSlot.filter(taken_until__gt=NOON)}
    assert holders == set(sent)
    assert len(set(heard)) == 16 and max(heard.count(each) for each in heard) == 3
    free = {
        (who.customer_id, kind): 3 - heard.count((who.customer_id, kind))
        for who in people
        for kind in (CARE, MARKETING)
    }
    rest = [want(who, 10_000 + number, 3, kind) for number, who in enumerate(people * 3) for kind in (CARE,)]
    got = await take_slots(rest, NOON, DAYS)
    assert len(got) == sum(count for (_, kind), count in free.items() if kind is CARE)
