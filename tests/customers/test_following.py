"""Following: stretches of time, at most one open, and the erasure that waits for those who left."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from customers.following import erase_due, follow, unfollow
from customers.identities import find_person
from models import Customer, Following, Identity
from tests.customers.people import APP, MINI, at, meet

GRACE = timedelta(days=30)


async def stretches(openid: str = "o-1") -> list[tuple[object, ...]]:
    rows = Following.filter(identity__openid=openid).order_by("since", "id")
    return list(await rows.values_list("since", "until", "source", "erase_due_at"))


async def test_a_follow_opens_a_stretch_once(database: str) -> None:
    who = await meet("o-1")
    await follow(who, "scene:G1")
    await follow(replace(who, at=at(5)), "scene:G2")
    assert await stretches() == [(at(), None, "scene:G1", None)]
    assert (await Following.get()).open_slot == who.identity_id


async def test_leaving_closes_it_and_erasure_waits_for_the_grace(database: str) -> None:
    who = await meet("o-1")
    await follow(who, "")
    await unfollow(replace(who, at=at(10)), GRACE)
    assert await stretches() == [(at(), at(10), "", at(10, days=30))]
    assert await erase_due(at(9, days=30), 100) == 0
    assert (await find_person(APP, "o-1")) is not None
    assert await erase_due(at(10, days=30), 100) == 1
    assert (await find_person(APP, "o-1")) is None
    assert await erase_due(at(10, days=31), 100) == 0


async def test_coming_back_within_the_grace_calls_the_erasure_off(database: str) -> None:
    who = await meet("o-1")
    await follow(who, "")
    await unfollow(replace(who, at=at(10)), GRACE)
    await follow(replace(who, at=at(20)), "scene:G1")
    assert await stretches() == [(at(), at(10), "", None), (at(20), None, "scene:G1", None)]
    assert await erase_due(at(days=90), 100) == 0
    assert (await find_person(APP, "o-1")) is not None


async def test_without_grace_they_are_erased_at_once(database: str) -> None:
    who = await meet("o-1")
    await follow(who, "")
    await unfollow(replace(who, at=at(10)), timedelta(0))
    assert await find_person(APP, "o-1") is None
    assert (await Customer.get()).erased_at == at(10)


async def test_who_returns_after_erasure_is_a_new_person(database: str) -> None:
    who = await meet("o-1")
    await unfollow(who, timedelta(0))
    again = await meet("o-1", moment=at(60))
    assert again.identity_id != who.identity_id
    assert again.customer_id != who.customer_id
    assert await Identity.filter(customer_id=again.customer_id).count() == 1


async def test_one_who_followed_before_us_is_erased_too(database: str) -> None:
    who = await meet("o-1")
    await unfollow(who, GRACE)
    assert await stretches() == [(at(), at(), "before_us", at(days=30))]
    assert await erase_due(at(days=30), 100) == 1


async def test_leaving_overtaken_by_a_later_follow_ends_nothing(database: str) -> None:
    """Pushes in the wrong order: the customer left at 5, came back at 10, and we hear of the return first."""
    who = await meet("o-1")
    await follow(replace(who, at=at(10)), "")
    await unfollow(replace(who, at=at(5)), GRACE)
    await unfollow(replace(who, at=at(5)), timedelta(0))
    assert await stretches() == [(at(10), None, "", None)]


async def test_a_follow_overtaken_by_leaving_opens_nothing(database: str) -> None:
    who = await meet("o-1")
    await unfollow(replace(who, at=at(10)), GRACE)
    await follow(replace(who, at=at(5)), "scene:G1")
    assert await stretches() == [(at(5), at(10), "scene:G1", at(10, days=30))]


async def test_each_account_is_followed_by_itself(database: str) -> None:
    one, two = await meet("o-1", APP), await meet("m-1", MINI)
    await follow(one, "")
    await follow(two, "")
    await unfollow(replace(one, at=at(1)), GRACE)
    assert [row[1] for row in await stretches("m-1")] == [None]


async def test_the_limit_bounds_one_round(database: str) -> None:
    for number in range(5):
        await unfollow(await meet(f"o-{number}", moment=at(number)), GRACE)
    assert [await erase_due(at(days=60), 2) for _ in range(4)] == [2, 2, 1, 0]


async def test_several_processes_erase_each_once(database: str) -> None:
    for number in range(6):
        await unfollow(await meet(f"o-{number}"), GRACE)
    assert sum(await asyncio.gather(*(erase_due(at(days=60), 100) for _ in range(3)))) == 6
