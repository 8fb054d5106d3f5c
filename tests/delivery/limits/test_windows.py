"""A window gives so many and no more, however many ask; what was not sent comes back to the window it came from."""

from __future__ import annotations

import asyncio

import pytest
from tortoise.transactions import in_transaction

from delivery.limits.windows import WindowTake, give_back_windows, take_windows, use_up
from models import MessageWindow
from tests.delivery.limits.people import NOON, make_people
from tests.guides.overlap import overlapping


def take(
    identity_id: int, delivery_id: int = 1, kind: str = "message", opened_by: int = 10, limit: int = 5
) -> WindowTake:
    return WindowTake(delivery_id, identity_id, kind, opened_by, limit)


async def used() -> list[tuple[int, str, int, int]]:
    rows = await MessageWindow.all().order_by("identity_id", "kind")
    return [(row.identity_id, row.kind, row.opened_by, row.used) for row in rows]


async def test_a_window_gives_its_stock_and_no_more(database: str) -> None:
    (ada,) = await make_people(1)
    got = [await take_windows([take(ada.identity_id, number)], NOON) for number in range(1, 8)]
    assert got == [{1}, {2}, {3}, {4}, {5}, set(), set()]
    assert await used() == [(ada.identity_id, "message", 10, 5)]


async def test_a_newer_act_opens_it_anew_and_an_older_one_does_not(database: str) -> None:
    (ada,) = await make_people(1)
    for number in range(3):
        await take_windows([take(ada.identity_id, number, "act", 10, limit=3)], NOON)
    assert await take_windows([take(ada.identity_id, 4, "act", 12, limit=3)], NOON) == {4}
    assert await used() == [(ada.identity_id, "act", 12, 1)]
    assert await take_windows([take(ada.identity_id, 5, "act", 11, limit=3)], NOON) == {5}
    assert await take_windows([take(ada.identity_id, 6, "act", 10, limit=3)], NOON) == {6}
    assert await take_windows([take(ada.identity_id, 7, "act", 11, limit=3)], NOON) == set()
    assert await used() == [(ada.identity_id, "act", 12, 3)]


async def test_one_batch_of_many_people_kinds_and_limits(database: str) -> None:
    people = await make_people(6)
    await take_windows([take(people[0].identity_id, 90, "act", 10, limit=1)], NOON)
    asked = [
        take(people[5].identity_id, 1, "message", 10, limit=5),
        take(people[0].identity_id, 2, "act", 10, limit=1),
        take(people[3].identity_id, 3, "act", 10, limit=2),
        take(people[1].identity_id, 4, "act", 10, limit=3),
    ]
    assert await take_windows(asked, NOON) == {1, 3, 4}
    assert await take_windows([], NOON) == set()


async def test_what_was_not_sent_comes_back_once_and_never_below_nothing(database: str) -> None:
    ada, bob = await make_people(2)
    for number in range(2):
        await take_windows([take(ada.identity_id, number), take(bob.identity_id, 10 + number)], NOON)
    await give_back_windows([take(ada.identity_id), take(bob.identity_id), take(ada.identity_id)], NOON)
    assert await used() == [(ada.identity_id, "message", 10, 0), (bob.identity_id, "message", 10, 1)]
    await give_back_windows([take(ada.identity_id)], NOON)
    await give_back_windows([], NOON)
    assert (await used())[0] == (ada.identity_id, "message", 10, 0)


async def test_what_was_taken_of_an_older_window_does_not_come_back_to_the_newer(database: str) -> None:
    (ada,) = await make_people(1)
    await take_windows([take(ada.identity_id, opened_by=10)], NOON)
    await take_windows([take(ada.identity_id, opened_by=12)], NOON)
    await give_back_windows([take(ada.identity_id, opened_by=10)], NOON)
    await give_back_windows([take(ada.identity_id, kind="act", opened_by=12)], NOON)
    assert await used() == [(ada.identity_id, "message", 12, 1)]


async def test_used_up_at_wechat_leaves_nothing_until_something_new_happens(database: str) -> None:
    ada, bob = await make_people(2)
    await take_windows([take(ada.identity_id)], NOON)
    for who in (ada, bob):  # whether or not we had counted anything
        await use_up(who.identity_id, "message", 10, NOON)
    await give_back_windows([take(ada.identity_id)], NOON)
    assert await take_windows([take(ada.identity_id, 2), take(bob.identity_id, 3)], NOON) == set()
    assert await take_windows([take(ada.identity_id, 4, opened_by=11), take(bob.identity_id, 5)], NOON) == {4}


async def test_a_late_word_that_an_older_window_is_used_up_changes_nothing(database: str) -> None:
    (ada,) = await make_people(1)
    await take_windows([take(ada.identity_id, opened_by=12)], NOON)
    await use_up(ada.identity_id, "message", 10, NOON)
    assert await used() == [(ada.identity_id, "message", 12, 1)]


@pytest.mark.postgres
async def test_forty_at_once_get_five_of_each_window(postgres: str) -> None:
    ada, bob = await make_people(2)

    async def send(number: int) -> set[int]:
        async with in_transaction():
            return await take_windows([take(ada.identity_id, number), take(bob.identity_id, 100 + number)], NOON)

    got = [each for part in await asyncio.gather(*(send(number) for number in range(40))) for each in part]
    assert len([each for each in got if each < 100]) == 5
    assert len([each for each in got if each >= 100]) == 5


@pytest.mark.postgres
async def test_the_last_of_a_window_goes_to_the_first_of_two(postgres: str) -> None:
    (ada,) = await make_people(1)

    def send(number: int):  # type: ignore[no-untyped-def]
        return lambda: take_windows([take(ada.identity_id, number, limit=1)], NOON)

    assert await overlapping(send(1), send(2)) == [{1}, set()]


@pytest.mark.postgres
async def test_control_read_then_write_gives_the_last_one_twice(postgres: str) -> None:
    (ada,) = await make_people(1)
    await MessageWindow.create(identity_id=ada.identity_id, kind="message", opened_by=10, used=4, updated_at=NOON)

    async def unguarded() -> object:
        row = await MessageWindow.get(identity_id=ada.identity_id)
        if row.used >= 5:
            return "none left"
        await MessageWindow.filter(id=row.id).update(used=row.used + 1)
        return "taken"

    assert await overlapping(unguarded, unguarded) == ["taken", "taken"]
    assert await used() == [(ada.identity_id, "message", 10, 5)]
