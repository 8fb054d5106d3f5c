"""Who somebody is: found by openid, made once, and joined with themselves when a unionid tells."""

from __future__ import annotations

import asyncio
from itertools import permutations

import pytest
from tortoise.transactions import in_transaction

from customers.identities import UNION, Person, ensure_person, find_person, learn_unionid, remember_unionid
from models import Audit, Customer, Identity, Interaction, Merge
from tests.customers.people import APP, MINI, at, customer_of, meet, on_postgres, say


async def test_an_unknown_openid_is_nobody(database: str) -> None:
    assert await find_person(APP, "o-nobody") is None


async def test_a_person_is_made_once(database: str) -> None:
    made = await ensure_person(APP, "o-1", at())
    assert await ensure_person(APP, "o-1", at(5)) == made == await find_person(APP, "o-1")
    assert await Customer.all().count() == 1
    assert (await Identity.get()).created_at == at()


async def test_the_same_openid_of_another_app_is_another_identity(database: str) -> None:
    assert (await ensure_person(APP, "o-1", at())) != (await ensure_person(MINI, "o-1", at()))
    assert await Identity.all().count() == 2


async def test_many_processes_meeting_one_person_make_one(database: str) -> None:
    people = await asyncio.gather(*(ensure_person(APP, "o-1", at()) for _ in range(8)))
    assert len(set(people)) == 1
    assert await Customer.all().count() == 1
    assert await Identity.all().count() == 1


@on_postgres
async def test_somebody_else_commits_the_same_person_first(database: str) -> None:
    """One transaction has the identity uncommitted; the other waits for it and takes it."""
    held = asyncio.Event()
    release = asyncio.Event()

    async def first() -> Person:
        async with in_transaction():
            person = await ensure_person(APP, "o-1", at())
            held.set()
            await release.wait()
            return person

    task = asyncio.create_task(first())
    await held.wait()
    second = asyncio.create_task(ensure_person(APP, "o-1", at()))
    await asyncio.sleep(0.1)
    assert not second.done()
    release.set()
    assert await task == await second
    assert await Customer.all().count() == 1


async def test_a_first_unionid_is_written_down(database: str) -> None:
    who = await meet("o-1")
    assert await learn_unionid(who.identity_id, "u-1", at(3)) == who.customer_id
    identity = await Identity.get(id=who.identity_id)
    assert (identity.unionid, identity.unionid_checked_at) == ("u-1", at(3))
    assert await Merge.all().count() == 0


@pytest.mark.parametrize("first_learns_last", [False, True])
async def test_two_identities_with_one_unionid_are_one_person(database: str, first_learns_last: bool) -> None:
    """Early or late: whoever learns second, the person known first is kept."""
    one, two = await meet("o-1", APP, at()), await meet("m-1", MINI, at(1))
    order = [two, one] if first_learns_last else [one, two]
    assert await learn_unionid(order[0].identity_id, "u-1", at(2)) == order[0].customer_id
    assert await learn_unionid(order[1].identity_id, "u-1", at(3)) == one.customer_id
    assert await customer_of("o-1") == await customer_of("m-1", MINI) == one.customer_id
    assert await Customer.all().values_list("id", flat=True) == [one.customer_id]
    merge = await Merge.get()
    assert (merge.kept_id, merge.folded_id, merge.evidence, merge.at) == (
        one.customer_id,
        two.customer_id,
        "unionid",
        at(3),
    )
    audit = await Audit.get(action="merge")
    assert audit.subject == f"customer:{one.customer_id}"
    assert audit.detail == {"folded": two.customer_id, "evidence": "unionid", "differing": []}


async def test_a_repeated_unionid_changes_nothing(database: str) -> None:
    one, two = await meet("o-1", APP), await meet("m-1", MINI)
    for _ in range(3):
        await learn_unionid(one.identity_id, "u-1", at(2))
        await learn_unionid(two.identity_id, "u-1", at(2))
    assert await Merge.all().count() == 1
    assert await Audit.all().count() == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_three_are_one_in_any_order(database: str, order: tuple[int, ...]) -> None:
    people = [await meet(f"o-{n}", app, at(n)) for n, app in enumerate((APP, MINI, "wx_third"))]
    for n, app in enumerate((APP, MINI, "wx_third")):
        await say(f"o-{n}", f"第{n}句", at(10 + n), app)
    for step, n in enumerate(order):
        await learn_unionid(people[n].identity_id, "u-1", at(20 + step))
    assert await Customer.all().values_list("id", flat=True) == [people[0].customer_id]
    assert await Interaction.filter(identity__customer_id=people[0].customer_id).count() == 6
    assert await Merge.filter(kept_id=people[0].customer_id).count() == 2
    assert sorted(await Merge.all().values_list("folded_id", flat=True)) == sorted(p.customer_id for p in people[1:])


async def test_a_chain_of_merges_keeps_every_link(database: str) -> None:
    """B takes in C, then A takes in B: both merges are told of A."""
    a, b, c = [await meet(f"o-{n}", app, at(n)) for n, app in enumerate((APP, MINI, "wx_third"))]
    await learn_unionid(b.identity_id, "u-1", at(10))
    await learn_unionid(c.identity_id, "u-1", at(11))
    await learn_unionid(a.identity_id, "u-1", at(12))
    assert sorted(await Merge.all().values_list("kept_id", "folded_id", "at")) == [
        (a.customer_id, b.customer_id, at(12)),
        (a.customer_id, c.customer_id, at(11)),
    ]


async def test_a_customer_known_by_file_is_found_when_they_follow(database: str) -> None:
    member = await Customer.create(created_at=at(days=-30), name="林小满", member_no="M1")
    assert await remember_unionid(member.id, "u-1", at(days=-30)) == member.id
    who = await meet("o-1")
    assert await learn_unionid(who.identity_id, "u-1", at(1)) == member.id
    assert await customer_of("o-1") == member.id
    kept = await Customer.get()
    assert (kept.name, kept.member_no, kept.created_at) == ("林小满", "M1", at(days=-30))


async def test_a_follower_is_found_when_a_file_names_their_unionid(database: str) -> None:
    who = await meet("o-1")
    await learn_unionid(who.identity_id, "u-1", at(1))
    member = await Customer.create(created_at=at(2), name="林小满", member_no="M1")
    assert await remember_unionid(member.id, "u-1", at(2)) == who.customer_id
    kept = await Customer.get()
    assert (kept.id, kept.name, kept.member_no) == (who.customer_id, "林小满", "M1")
    assert await Identity.filter(app_id=UNION).count() <= 1


async def test_remembering_a_unionid_twice_keeps_one(database: str) -> None:
    member = await Customer.create(created_at=at())
    for _ in range(2):
        assert await remember_unionid(member.id, "u-1", at()) == member.id
    assert await Identity.all().values_list("app_id", "openid", "unionid") == [(UNION, "u-1", "u-1")]


async def test_two_phones_stop_a_merge_and_are_written_down_once(database: str) -> None:
    one, two = await meet("o-1", APP, at()), await meet("m-1", MINI, at(1))
    await Customer.filter(id=one.customer_id).update(phone_hash="a" * 64, phone_cipher="1.a")
    await Customer.filter(id=two.customer_id).update(phone_hash="b" * 64, phone_cipher="1.b")
    await learn_unionid(one.identity_id, "u-1", at(2))
    for _ in range(3):
        assert await learn_unionid(two.identity_id, "u-1", at(3)) == two.customer_id
    assert await Merge.all().count() == 0
    assert await Customer.all().order_by("id").values_list("phone_hash", flat=True) == ["a" * 64, "b" * 64]
    audit = await Audit.get()
    assert (audit.action, audit.subject) == ("merge.refused", f"customer:{one.customer_id}")
    assert audit.detail == {"other": two.customer_id, "conflicts": ["phone_hash"]}


async def test_another_unionid_than_before_is_believed_and_written_down(database: str) -> None:
    who = await meet("o-1")
    await learn_unionid(who.identity_id, "u-1", at(1))
    await learn_unionid(who.identity_id, "u-2", at(2))
    assert (await Identity.get(id=who.identity_id)).unionid == "u-2"
    audit = await Audit.get()
    assert (audit.action, audit.subject, audit.detail) == ("unionid.changed", f"identity:{who.identity_id}", {})


async def test_two_that_learn_one_unionid_at_the_same_moment_are_one(database: str) -> None:
    """Neither sees the other's unionid before it commits; the lock on the unionid makes one wait for the other."""
    for n in range(5):
        one, two = await meet(f"o-{n}", APP), await meet(f"m-{n}", MINI)
        holders = await asyncio.gather(
            learn_unionid(one.identity_id, f"u-{n}", at(1)), learn_unionid(two.identity_id, f"u-{n}", at(1))
        )
        assert one.customer_id in holders
        assert await customer_of(f"o-{n}") == await customer_of(f"m-{n}", MINI)
    assert await Customer.all().count() == 5
