"""What the policy is told about people: read in batches, on both databases, after merges, erasures and late news."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.accounts import Account, AccountKind
from core.channels import Channel, ContactClass
from core.clock import BRAND_ZONE
from core.ports import Subject
from customers import consent
from customers.erasure import erase_identity, erase_person
from customers.following import follow, unfollow
from customers.identities import learn_unionid
from customers.merging import merge
from delivery.facts import Candidate, find_zone, read_facts
from delivery.policy import ContactRules, Facts, Opening, Option, decide, is_held_out
from models import Binding, ContactSlot, Customer, MessageWindow, Purpose, Staff, SubscriptionGrant
from tests.customers.people import APP, MINI, act, at, meet, say
from tests.customers.staffing import bind, hire

pytestmark = pytest.mark.usefixtures("database")

NOW = at(days=10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = ContactRules(time(21), time(9), 7, {ContactClass.MARKETING: 2, ContactClass.CARE: 3}, 0)
ACCOUNTS = {
    APP: Account("shop", AccountKind.OFFICIAL_ACCOUNT, APP, "s", "t"),
    MINI: Account("mini", AccountKind.MINI_PROGRAM, MINI, "s", "t"),
}
EVERY_WAY = (Option(Channel.CUSTOM), Option(Channel.SUBSCRIBE, "t1"), Option(Channel.GUIDE_TASK))


def candidate(who: Subject, key: int = 1, **changes: Any) -> Candidate:
    values: dict[str, Any] = {
        "key": key,
        "customer_id": who.customer_id,
        "identity_id": who.identity_id,
        "app_id": who.app_id,
        "contact_class": ContactClass.MARKETING,
        "options": EVERY_WAY,
        "expires_at": NOW + DAY,
        "occurrence": "care:test:2026",
        **changes,
    }
    return Candidate(**values)


async def facts_of(who: Subject, rules: ContactRules = RULES, moment: datetime = NOW, **changes: Any) -> Facts:
    return (await read_facts([candidate(who, **changes)], ACCOUNTS, rules, moment))[0]


async def take_slots(customer_id: int, *ends: datetime, contact_class: str = "marketing") -> None:
    for slot, taken_until in enumerate(ends):
        await ContactSlot.create(
            customer_id=customer_id, contact_class=contact_class, slot=slot, taken_until=taken_until
        )


async def count_window(who: Subject, kind: str, opened_by: int, used: int) -> None:
    await MessageWindow.create(identity_id=who.identity_id, kind=kind, opened_by=opened_by, used=used, updated_at=NOW)


async def test_stranger_is_free_of_everything() -> None:
    who = await meet("oA")
    assert await facts_of(who) == Facts(
        at=NOW,
        expires_at=NOW + DAY,
        contact_class=ContactClass.MARKETING,
        options=EVERY_WAY,
        customer_id=who.customer_id,
        openid="oA",
        account_kind=AccountKind.OFFICIAL_ACCOUNT,
        is_erased=False,
        has_left=False,
        is_untrue=False,
        has_withdrawn=False,
        is_held_out=False,
        zone=BRAND_ZONE,
        cap_free_at=None,
        message=None,
        act=None,
        grants={},
        has_guide=False,
    )


# ── batches ──────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_batch_of_different_people_comes_in_its_order() -> None:
    left, writer, stopped, mini = await meet("oA"), await meet("oB"), await meet("oC"), await meet("mD", MINI)
    await unfollow(left, DAY)
    spoken = await say("oB", "您好", NOW - HOUR)
    await consent.withdraw(stopped, Purpose.MARKETING, "chat")
    batch = [candidate(who, key) for key, who in enumerate((mini, stopped, writer, left, writer))]
    facts = await read_facts(batch, ACCOUNTS, RULES, NOW, untrue={4})
    assert [each.openid for each in facts] == ["mD", "oC", "oB", "oA", "oB"]
    assert [each.has_left for each in facts] == [False, False, False, True, False]
    assert [each.has_withdrawn for each in facts] == [False, True, False, False, False]
    assert [each.is_untrue for each in facts] == [False, False, False, False, True]
    opening = Opening(spoken.interaction_id, NOW - HOUR, 0)
    assert [each.message for each in facts] == [None, None, opening, None, opening]
    assert facts[0].account_kind is AccountKind.MINI_PROGRAM


async def test_nobody_is_read_for_nobody() -> None:
    assert await read_facts([], ACCOUNTS, RULES, NOW) == []


async def test_number_of_statements_does_not_grow_with_the_batch(caplog: pytest.LogCaptureFixture) -> None:
    people = [await meet(f"o{number}") for number in range(30)]

    async def count(batch: list[Candidate]) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            assert len(await read_facts(batch, ACCOUNTS, RULES, NOW)) == len(batch)
        return len(caplog.records)

    assert await count([candidate(people[0])]) == await count([candidate(who) for who in people]) == 4
    service = {"contact_class": ContactClass.SERVICE, "options": (Option(Channel.TEMPLATE, "t1"),)}
    assert await count([candidate(who, **service) for who in people]) == 1


async def test_same_facts_alone_and_among_others() -> None:
    people = [await say(f"o{number}", "您好", NOW - number * 9 * HOUR) for number in range(12)]
    for number, who in enumerate(people):
        await take_slots(who.customer_id, *[NOW + DAY] * (number % 3))
    batch = [candidate(who) for who in people]
    together = await read_facts(batch, ACCOUNTS, RULES, NOW)
    assert together == [(await read_facts([each], ACCOUNTS, RULES, NOW))[0] for each in batch]


# ── the person ───────────────────────────────────────────────────────────────────────────────────────────────────
async def test_who_followed_and_left_has_left_until_they_come_back() -> None:
    who = await meet("oA")
    await follow(who, "scan")
    assert not (await facts_of(who)).has_left
    await unfollow(who, DAY)
    assert (await facts_of(who)).has_left
    await follow(Subject(0, who.identity_id, who.customer_id, APP, "oA", at(1)), "search")
    assert not (await facts_of(who)).has_left


async def test_mini_program_has_nobody_to_leave_it() -> None:
    who = await meet("mA", MINI)
    await unfollow(who, DAY)
    assert not (await facts_of(who)).has_left


async def test_erased_people_are_erased() -> None:
    whole, gone = await meet("oA"), await meet("oB")
    await erase_person(whole.customer_id, at(1))
    await erase_identity(gone.identity_id, at(1))
    assert [(await facts_of(who)).is_erased for who in (whole, gone)] == [True, True]


async def test_one_of_two_identities_is_erased_and_the_other_is_not() -> None:
    official, mini = await meet("oA"), await meet("mA", MINI)
    for who in (official, mini):
        await learn_unionid(who.identity_id, "u1", at(1))
    await erase_identity(official.identity_id, at(2))
    assert (await facts_of(official)).is_erased
    kept = await facts_of(mini)
    assert not kept.is_erased and kept.customer_id == official.customer_id


async def test_identity_that_does_not_exist_counts_as_erased() -> None:
    facts = await facts_of(Subject(0, 4711, 4712, APP, "", NOW))
    assert facts.is_erased and facts.customer_id == 4712


async def test_account_that_left_the_settings_has_no_kind() -> None:
    who = await meet("oA", "wx_gone")
    facts = await facts_of(who)
    assert facts.account_kind is None and decide(facts, RULES).choice is None


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Paris", ZoneInfo("Europe/Paris")),
        ("", BRAND_ZONE),
        ("Mars/Olympus", BRAND_ZONE),
        ("../etc", BRAND_ZONE),
    ],
)
async def test_zone_is_the_customers_or_the_brands(name: str, zone: ZoneInfo) -> None:
    who = await meet("oA")
    await Customer.filter(id=who.customer_id).update(time_zone=name)
    assert (await facts_of(who)).zone is zone is find_zone(name)


async def test_holdout_leaves_service_alone() -> None:
    who = await meet("oA")
    everybody = ContactRules(time(0), time(0), 7, {}, 100)
    assert (await facts_of(who, everybody)).is_held_out and is_held_out(who.customer_id, 100)
    assert not (await facts_of(who, everybody, contact_class=ContactClass.SERVICE)).is_held_out
    assert not (await facts_of(who)).is_held_out


# ── consent ──────────────────────────────────────────────────────────────────────────────────────────────────────
def later(who: Subject, minutes: float) -> Subject:
    return Subject(who.interaction_id, who.identity_id, who.customer_id, who.app_id, who.openid, at(minutes))


async def test_newest_word_on_marketing_holds() -> None:
    who = await meet("oA")
    await consent.withdraw(later(who, 5), Purpose.MARKETING, "chat")
    assert (await facts_of(who)).has_withdrawn
    await consent.grant(later(who, 3), Purpose.MARKETING, "form")  # an older word that arrives late
    assert (await facts_of(who)).has_withdrawn
    await consent.grant(later(who, 5), Purpose.MARKETING, "chat")  # in the same second, written later
    assert not (await facts_of(who)).has_withdrawn


async def test_withdrawn_location_withdraws_no_marketing() -> None:
    who = await meet("oA")
    await consent.withdraw(who, Purpose.LOCATION, "chat")
    assert not (await facts_of(who)).has_withdrawn


async def test_late_unionid_brings_the_withdrawal_of_the_other_identity() -> None:
    official, mini = await meet("oA"), await meet("mA", MINI)
    await consent.withdraw(official, Purpose.MARKETING, "chat")
    await learn_unionid(official.identity_id, "u1", at(1))
    assert not (await facts_of(mini)).has_withdrawn
    await learn_unionid(mini.identity_id, "u1", at(2))
    facts = await facts_of(mini)
    assert facts.has_withdrawn and facts.customer_id == official.customer_id != mini.customer_id


# ── the cap ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("ends", "free_at"),
    [
        ((NOW + DAY,), None),
        ((NOW + 2 * DAY, NOW + DAY), NOW + DAY),
        ((NOW + 2 * DAY, NOW), None),
        ((NOW + 3 * DAY, NOW + DAY, NOW + 2 * DAY), NOW + 2 * DAY),  # the cap was three
    ],
)
async def test_cap_is_free_when_fewer_slots_than_it_are_taken(
    ends: tuple[datetime, ...], free_at: datetime | None
) -> None:
    who = await meet("oA")
    await take_slots(who.customer_id, *ends)
    assert (await facts_of(who)).cap_free_at == free_at


async def test_each_class_has_its_own_cap() -> None:
    who = await meet("oA")
    await take_slots(who.customer_id, NOW + DAY, NOW + DAY)
    assert (await facts_of(who)).cap_free_at == NOW + DAY
    assert (await facts_of(who, contact_class=ContactClass.CARE)).cap_free_at is None
    await take_slots(who.customer_id, *[NOW + 2 * DAY] * 3, contact_class="care")
    assert (await facts_of(who, contact_class=ContactClass.CARE)).cap_free_at == NOW + 2 * DAY
    assert (await facts_of(who, contact_class=ContactClass.SERVICE)).cap_free_at is None


async def test_merged_people_share_slots_guide_and_consent_even_for_who_was_asked_before() -> None:
    kept, folded = await meet("oA"), await meet("mA", MINI)
    await take_slots(kept.customer_id, NOW + DAY, NOW + DAY)
    await bind(kept.customer_id, await hire("g1"), at())
    await consent.withdraw(kept, Purpose.MARKETING, "chat")
    assert await merge(kept.customer_id, folded.customer_id, "phone", at(1))
    facts = await facts_of(folded)  # as the audience was read before the merge
    assert facts.customer_id == kept.customer_id
    assert (facts.cap_free_at, facts.has_guide, facts.has_withdrawn) == (NOW + DAY, True, True)


# ── windows ──────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_newest_message_and_newest_act_open_their_windows() -> None:
    await say("oA", "一", NOW - 30 * HOUR)
    who = await say("oA", "二", NOW - 20 * HOUR)
    await act("oA", "event.scan", {}, moment=NOW - timedelta(seconds=50))
    click = await act("oA", "event.click", {}, moment=NOW - timedelta(seconds=20))
    await act("oA", "event.view", {}, moment=NOW)
    facts = await facts_of(who)
    assert facts.message == Opening(who.interaction_id, NOW - 20 * HOUR, 0)
    assert facts.act == Opening(click.interaction_id, NOW - timedelta(seconds=20), 0)


async def test_later_of_two_messages_of_one_second_is_the_newest() -> None:
    await say("oA", "一", NOW - HOUR)
    second = await say("oA", "二", NOW - HOUR)
    opening = (await facts_of(second)).message
    assert opening is not None and opening.opened_by == second.interaction_id


@pytest.mark.parametrize(
    ("kind", "ago", "is_message", "is_act"),
    [
        ("text", 48 * HOUR - timedelta(seconds=1), True, False),
        ("text", 48 * HOUR, False, False),
        ("miniprogrampage", HOUR, True, False),
        ("event.subscribe", timedelta(seconds=59), False, True),
        ("event.subscribe", timedelta(seconds=60), False, False),
        ("event.user_enter_tempsession", timedelta(seconds=5), False, True),
        ("event.location", timedelta(seconds=5), False, False),
        ("event.unsubscribe", timedelta(seconds=5), False, False),
    ],
)
async def test_what_opens_a_window(kind: str, ago: timedelta, is_message: bool, is_act: bool) -> None:
    who = await act("oA", kind, {}, moment=NOW - ago)
    facts = await facts_of(who)
    assert (facts.message is not None, facts.act is not None) == (is_message, is_act)


async def test_count_belongs_to_what_opened_the_window() -> None:
    who = await say("oA", "一", NOW - 2 * HOUR)
    await count_window(who, "message", who.interaction_id, 4)
    await count_window(who, "act", who.interaction_id, 2)
    assert (await facts_of(who)).message == Opening(who.interaction_id, NOW - 2 * HOUR, 4)
    newer = await say("oA", "二", NOW - HOUR)
    assert (await facts_of(who)).message == Opening(newer.interaction_id, NOW - HOUR, 0)


async def test_push_that_came_late_refills_nothing() -> None:
    """The count was made on a row stored later than the one that is newest by its own time."""
    newest = await say("oA", "二", NOW - HOUR)
    late = await say("oA", "一", NOW - 2 * HOUR)
    await count_window(newest, "message", late.interaction_id, 3)
    assert (await facts_of(newest)).message == Opening(late.interaction_id, NOW - HOUR, 3)


async def test_two_identities_of_one_person_have_windows_and_grants_of_their_own() -> None:
    official, mini = await say("oA", "您好", NOW - HOUR), await meet("mA", MINI)
    for who in (official, mini):
        await learn_unionid(who.identity_id, "u1", at(1))
    await grant(mini, "t1", 2)
    facts = await read_facts([candidate(official, 1), candidate(mini, 2)], ACCOUNTS, RULES, NOW)
    assert facts[0].customer_id == facts[1].customer_id
    assert [each.message is not None for each in facts] == [True, False]
    assert [dict(each.grants) for each in facts] == [{}, {"t1": 2}]


# ── grants and guides ────────────────────────────────────────────────────────────────────────────────────────────
async def grant(who: Subject, template_id: str, stock: int) -> None:
    await SubscriptionGrant.create(identity_id=who.identity_id, template_id=template_id, stock=stock, updated_at=NOW)


async def test_grants_of_the_templates_asked_for() -> None:
    who = await meet("oA")
    for template_id, stock in (("t1", 3), ("t2", 0), ("t3", 1)):
        await grant(who, template_id, stock)
    options = (Option(Channel.SUBSCRIBE, "t1"), Option(Channel.SUBSCRIBE, "t2"))
    assert (await facts_of(who, options=options)).grants == {"t1": 3}


async def leave(staff: Staff, _: int) -> None:
    await Staff.filter(id=staff.id).update(left_at=NOW)


async def unbind(_: Staff, customer_id: int) -> None:
    await Binding.filter(customer_id=customer_id).update(until=NOW, primary_slot=None)


@pytest.mark.parametrize("end", [leave, unbind])
async def test_guide_serves_while_bound_and_with_the_brand(end: Callable[[Staff, int], Any]) -> None:
    who, guide = await meet("oA"), await hire("g1")
    assert not (await facts_of(who)).has_guide
    await bind(who.customer_id, guide, at())
    assert (await facts_of(who)).has_guide
    await end(guide, who.customer_id)
    assert not (await facts_of(who)).has_guide
