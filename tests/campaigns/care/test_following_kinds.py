"""Rules about following: some days after it, and each year on its day, while it lasts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from campaigns.care.kinds.anniversary import days_of
from customers.follower_import import SOURCE as IMPORTED
from models import Following, Identity
from tests.campaigns.care.brand import china, due, leaves, ready, someone, untrue, whats

pytestmark = pytest.mark.usefixtures("database")


async def following_of(identity_id: int) -> int:
    return (await Following.get(open_slot=identity_id)).id


async def test_so_many_days_after_the_day_they_followed() -> None:
    early = await someone(since=china(2026, 11, 13))
    late = await someone(since=china(2026, 11, 13, 23, 59, 59))
    for other in (china(2026, 11, 12, 23, 59, 59), china(2026, 11, 14)):
        await someone(since=other)
    await someone()
    found = await due(ready("after_follow", settings={"days": 7}), china(2026, 11, 20, 10))
    assert [each.customer_id for each in found] == [early.customer_id, late.customer_id]
    assert [each.what for each in found] == [str(await following_of(each.identity_id)) for each in (early, late)]
    assert found[0].values == {"days": "7"}


async def test_who_left_before_is_not_due_and_who_leaves_later_is_no_longer() -> None:
    made = ready("after_follow", settings={"days": 7})
    gone, stays = await someone(since=china(2026, 11, 13, 8)), await someone(since=china(2026, 11, 13, 8))
    claims = await whats(made, china(2026, 11, 20, 10))
    assert list(claims) == [gone.customer_id, stays.customer_id]
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == set()
    await leaves(gone, china(2026, 11, 20, 10, 30))
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == {gone.customer_id}
    # Coming back begins another following: what was said of the first holds no more.
    await Following.create(identity_id=gone.identity_id, since=china(2026, 11, 20, 12), open_slot=gone.identity_id)
    assert await untrue(made, claims, china(2026, 11, 20, 13)) == {gone.customer_id}
    assert list(await whats(made, china(2026, 11, 20, 10))) == [stays.customer_id]
    assert list(await whats(made, china(2026, 11, 27, 10))) == [gone.customer_id]


async def test_an_imported_follower_counts_once_wechat_told_since_when() -> None:
    person = await someone(since=china(2026, 11, 13, 8), source=IMPORTED)
    made = ready("after_follow", settings={"days": 7})
    assert await whats(made, china(2026, 11, 20, 10)) == {}
    await Identity.filter(id=person.identity_id).update(unionid_checked_at=china(2026, 11, 13, 9))
    assert list(await whats(made, china(2026, 11, 20, 10))) == [person.customer_id]


async def test_a_claim_that_names_no_following_does_not_hold() -> None:
    person = await someone(since=china(2026, 11, 13, 8))
    made = ready("after_follow", settings={"days": 7})
    assert await untrue(made, {person.customer_id: "2026-11-13"}, china(2026, 11, 20, 11)) == {person.customer_id}


async def test_each_year_on_the_day() -> None:
    one, three = await someone(since=china(2025, 11, 20, 23)), await someone(since=china(2023, 11, 20))
    for other in (china(2026, 11, 20), china(2024, 11, 19, 23, 59), china(2024, 11, 21)):
        await someone(since=other)
    found = {each.customer_id: each for each in await due(ready("anniversary"), china(2026, 11, 20, 10))}
    assert set(found) == {one.customer_id, three.customer_id}
    assert found[one.customer_id].what == f"{await following_of(one.identity_id)}.1"
    assert found[one.customer_id].values == {"years": "1", "days": "365"}
    assert found[three.customer_id].values == {"years": "3", "days": "1096"}


async def test_the_day_is_the_brands_not_utcs() -> None:
    person = await someone(since=china(2025, 11, 20, 1))  # still the 19th in UTC
    assert list(await whats(ready("anniversary"), china(2026, 11, 20, 10))) == [person.customer_id]


async def test_who_leaves_has_no_anniversary() -> None:
    person = await someone(since=china(2025, 11, 20))
    made = ready("anniversary")
    claims = await whats(made, china(2026, 11, 20, 10))
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == set()
    await leaves(person, china(2026, 11, 20, 10, 30))
    assert await untrue(made, claims, china(2026, 11, 20, 11)) == {person.customer_id}


async def test_whoever_followed_on_29_february_is_remembered_every_year() -> None:
    leap, usual = await someone(since=china(2024, 2, 29, 9)), await someone(since=china(2024, 2, 28, 9))
    made = ready("anniversary")
    assert list(await whats(made, china(2026, 2, 28, 10))) == [leap.customer_id, usual.customer_id]
    assert list(await whats(made, china(2028, 2, 28, 10))) == [usual.customer_id]
    assert list(await whats(made, china(2028, 2, 29, 10))) == [leap.customer_id]
    assert await whats(made, china(2026, 3, 1, 10)) == {}


def test_every_day_has_one_anniversary_in_each_later_year() -> None:
    begun = [date(2024, 1, 1) + timedelta(days=number) for number in range(731)]
    for year in (2026, 2027, 2028, 2029):
        met = [day for number in range(366) for day in days_of(date(year, 1, 1) + timedelta(days=number))
               if (date(year, 1, 1) + timedelta(days=number)).year == year]  # fmt: skip
        assert sorted(day for day in met if day.year in (2024, 2025)) == begun
