"""One accept buys one notice: the stock is never below nothing, and its ledger tells every change and adds up to it."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from core.ports import Subject
from delivery.grants import (
    GrantTake,
    Notice,
    empty_grant,
    find_stock,
    give_back_grants,
    record_change,
    record_popup,
    record_sent,
    take_grants,
)
from models import Delivery, DeliveryState, GrantEntry, SubscriptionGrant
from tests.delivery.limits.people import NOON, Somebody, make_people
from tests.guides.overlap import overlapping


def subject(who: Somebody, interaction_id: int = 7) -> Subject:
    return Subject(interaction_id, who.identity_id, who.customer_id, "wx_shop", "o0", NOON)


def take(who: Somebody, delivery_id: int = 1, template_id: str = "T1") -> GrantTake:
    return GrantTake(delivery_id, who.identity_id, template_id)


async def accept(who: Somebody, times: int = 1, template_id: str = "T1") -> None:
    for _ in range(times):
        await record_popup(subject(who), [Notice(template_id, "accept")])


async def ledger(who: Somebody, template_id: str = "T1") -> list[tuple[str, int, int]]:
    rows = await GrantEntry.filter(identity_id=who.identity_id, template_id=template_id).order_by("id")
    return [(row.reason, row.change, row.stock_after) for row in rows]


async def assert_the_ledgers_add_up() -> None:
    for stock in await SubscriptionGrant.all():
        entries = await GrantEntry.filter(identity_id=stock.identity_id, template_id=stock.template_id).order_by("id")
        left = 0
        for entry in entries:
            left += entry.change
            assert entry.stock_after == left >= 0
        assert stock.stock == left


async def test_each_change_is_entered_with_what_caused_it(database: str) -> None:
    (ada,) = await make_people(1)
    await accept(ada, 2)
    assert await take_grants([take(ada, 31)], NOON) == {31}
    await give_back_grants([take(ada, 31)], NOON)
    await record_sent(subject(ada, 8), [Notice("T1", wechat_id="5", error_code="0")])
    await record_change(subject(ada, 9), [Notice("T1", "reject")])
    assert await ledger(ada) == [
        ("accepted", 1, 1), ("accepted", 1, 2), ("sent", -1, 1), ("given_back", 1, 2), ("confirmed_elsewhere", -1, 1),
        ("refused", -1, 0),
    ]  # fmt: skip
    causes = [(row.interaction_id, row.delivery_id) for row in await GrantEntry.all().order_by("id")]
    assert causes == [(7, None), (7, None), (None, 31), (None, 31), (8, None), (9, None)]
    await assert_the_ledgers_add_up()


async def test_a_batch_takes_what_there_is(database: str) -> None:
    ada, bob = await make_people(2)
    await accept(ada, 2)
    await accept(bob, 1, "T2")
    asked = [take(ada, 1), take(bob, 2), take(ada, 3), take(bob, 4, "T2"), take(ada, 5), take(ada, 6, "T2")]
    assert await take_grants(asked, NOON) == {1, 3, 4}
    assert await take_grants([], NOON) == set()
    assert [await find_stock(who.identity_id, "T1") for who in (ada, bob)] == [0, 0]
    await assert_the_ledgers_add_up()


async def test_a_refusal_takes_nothing_and_a_change_only_what_is_refused(database: str) -> None:
    (ada,) = await make_people(1)
    await record_popup(subject(ada), [Notice("T1", "reject"), Notice("T2", "accept")])
    await record_change(subject(ada), [Notice("T2", "accept"), Notice("T9", "reject")])
    assert await ledger(ada) == []
    assert await ledger(ada, "T2") == [("accepted", 1, 1)]


async def test_what_was_taken_comes_back_once_each_time_it_was(database: str) -> None:
    (ada,) = await make_people(1)
    await accept(ada)
    for _ in range(2):  # a delivery may be tried again
        assert await take_grants([take(ada, 3)], NOON) == {3}
        await give_back_grants([take(ada, 3), take(ada, 4)], NOON)
        await give_back_grants([take(ada, 3)], NOON)
    assert [reason for reason, *_ in await ledger(ada)] == ["accepted", "sent", "given_back", "sent", "given_back"]
    assert await find_stock(ada.identity_id, "T1") == 1


@pytest.mark.parametrize("how", ["settings", "wechat"])
async def test_what_the_person_refused_meanwhile_does_not_come_back(database: str, how: str) -> None:
    (ada,) = await make_people(1)
    await accept(ada)
    await take_grants([take(ada)], NOON)
    if how == "settings":
        await record_change(subject(ada), [Notice("T1", "reject")])
    else:
        await empty_grant(take(ada), NOON)
    await give_back_grants([take(ada)], NOON)
    assert await find_stock(ada.identity_id, "T1") == 0
    await accept(ada)
    await give_back_grants([take(ada)], NOON)
    assert await find_stock(ada.identity_id, "T1") == 1
    await assert_the_ledgers_add_up()


async def test_empty_at_wechat_empties_ours(database: str) -> None:
    ada, bob = await make_people(2)
    await accept(ada, 3)
    await take_grants([take(ada, 6)], NOON)
    await empty_grant(take(ada, 6), NOON)
    await empty_grant(take(bob, 7), NOON)
    assert (await ledger(ada))[-2:] == [("sent", -1, 2), ("empty_at_wechat", -2, 0)]
    assert await ledger(bob) == []


@pytest.mark.parametrize(("template_id", "minutes", "left"), [("T1", 0, 1), ("T2", 0, 0), ("T1", 61, 0)])
async def test_a_confirmation_that_overtakes_our_answer_is_ours(
    database: str, template_id: str, minutes: int, left: int
) -> None:
    (ada,) = await make_people(1)
    await accept(ada, 2)
    await take_grants([take(ada)], NOON)
    await Delivery.create(
        occurrence="x",
        customer_id=ada.customer_id,
        identity_id=ada.identity_id,
        app_id="wx_shop",
        channel="subscribe",
        options=[],
        state=DeliveryState.CLAIMED,
        created_at=NOON,
        due_at=NOON,
        expires_at=NOON,
        started_at=NOON - timedelta(minutes=minutes),
        taken={"grant": template_id},
        trail=[],
    )
    await record_sent(subject(ada), [Notice("T1", wechat_id="5", error_code="0")])
    assert await find_stock(ada.identity_id, "T1") == left


@pytest.mark.postgres
async def test_the_last_one_goes_to_the_first_of_two(postgres: str) -> None:
    (ada,) = await make_people(1)
    await accept(ada)
    got = await overlapping(lambda: take_grants([take(ada, 1)], NOON), lambda: take_grants([take(ada, 2)], NOON))
    assert got == [{1}, set()]
    await assert_the_ledgers_add_up()


@pytest.mark.postgres
async def test_a_refusal_beside_a_send_leaves_nothing(postgres: str) -> None:
    (ada,) = await make_people(1)
    await accept(ada, 2)

    async def refuse() -> object:
        return await record_change(subject(ada), [Notice("T1", "reject")])

    await overlapping(lambda: take_grants([take(ada, 1)], NOON), refuse)
    assert (await ledger(ada))[-1] == ("refused", -1, 0)
    await assert_the_ledgers_add_up()


@pytest.mark.postgres
async def test_control_read_then_write_gives_the_last_one_twice(postgres: str) -> None:
    (ada,) = await make_people(1)
    await accept(ada)

    async def unguarded() -> object:
        row = await SubscriptionGrant.get(identity_id=ada.identity_id)
        if row.stock == 0:
            return "none left"
        await SubscriptionGrant.filter(id=row.id).update(stock=row.stock - 1)
        return "taken"

    assert await overlapping(unguarded, unguarded) == ["taken", "taken"]


@pytest.mark.postgres
async def test_everything_at_once_leaves_ledgers_that_add_up(postgres: str) -> None:
    people, chance = await make_people(4), random.Random(3)
    for who in people:
        await accept(who, 3)

    async def act(number: int) -> None:
        who = chance.choice(people)
        async with in_transaction():
            match number % 5:
                case 0:
                    await record_popup(replace(subject(who), interaction_id=number), [Notice("T1", "accept")])
                case 1:
                    await record_change(subject(who), [Notice("T1", "reject")])
                case _:
                    asked = [take(each, number * 10 + place) for place, each in enumerate(chance.sample(people, 3))]
                    got = await take_grants(asked, NOON)
                    await give_back_grants([each for each in asked[:2] if each.delivery_id in got], NOON)

    await asyncio.gather(*(act(number) for number in range(80)))
    await assert_the_ledgers_add_up()
    assert await GrantEntry.filter(reason="sent").count() > 12
