"""Two customers become one, and nothing either did or said is lost, whichever of them is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.coupons import person_tables as person_tables  # its tables are the person's too
from core.accounts import Crs
from core.ports import Subject
from customers.consent import grant, is_granted, withdraw
from customers.merging import merge
from customers.person_tables import FOLDERS
from customers.projector import Projector
from customers.reach import all_models, foreign_keys
from customers.replaying import replay_tags
from customers.tagging.live import LiveLexicon
from models import (
    Audit,
    Binding,
    Consent,
    Customer,
    CustomerTag,
    Delivery,
    DeliveryState,
    Following,
    Identity,
    Interaction,
    Merge,
    Place,
    Purpose,
    Tag,
    TagEvidence,
    TagKind,
    Task,
    TaskState,
)
from tests.customers.people import APP, MINI, act, at, meet, say
from tests.customers.staffing import bind, deliver, hire

Pair = tuple[Subject, Subject]


async def pair() -> Pair:
    """One person met on two apps, the official account first."""
    return await meet("o-1", APP, at()), await meet("m-1", MINI, at(1))


async def fold(both: Pair, keep_first: bool = True) -> int:
    kept, folded = both if keep_first else both[::-1]
    assert await merge(kept.customer_id, folded.customer_id, "unionid", at(60))
    return kept.customer_id


either_way = pytest.mark.parametrize("keep_first", [True, False], ids=["older_kept", "younger_kept"])


async def test_every_table_that_points_to_a_customer_knows_how_to_merge(database: str) -> None:
    pointing = {str(m._meta.db_table) for m in all_models() if Customer in foreign_keys(m).values()}
    assert {"identity", "binding", "delivery"} <= pointing
    assert pointing - FOLDERS.keys() == set(), "register with customers.person_tables.folds"


@either_way
async def test_every_interaction_is_the_kept_persons(database: str, keep_first: bool) -> None:
    both = await pair()
    await say("o-1", "你好", at(2))
    await say("m-1", "在吗", at(3), MINI)
    await Following.create(identity_id=both[0].identity_id, since=at(), open_slot=both[0].identity_id)
    kept = await fold(both, keep_first)
    rows = Interaction.filter(identity__customer_id=kept).order_by("occurred_at", "id")
    assert await rows.values_list("kind", flat=True) == ["event.view", "event.view", "text", "text"]
    assert await Following.filter(identity__customer_id=kept).count() == 1
    assert await Customer.all().values_list("id", flat=True) == [kept]


@either_way
async def test_the_older_binding_wins_and_the_other_ends_with_a_reason(database: str, keep_first: bool) -> None:
    both = await pair()
    early, late = await hire("G1"), await hire("G2")
    await bind(both[1].customer_id, early, at(days=-10))
    await bind(both[0].customer_id, late, at(days=-2))
    await bind(both[0].customer_id, early, at(days=-90), until=at(days=-60))
    kept = await fold(both, keep_first)
    history = await Binding.filter(customer_id=kept).order_by("since").prefetch_related("guide")
    assert [row.guide.code for row in history] == ["G1", "G1", "G2"]
    ended, active, loser = history
    assert (ended.primary_slot, ended.until, ended.end_reason) == (None, at(days=-60), "")
    assert (active.primary_slot, active.until, active.end_reason) == (kept, None, "")
    assert (loser.primary_slot, loser.until) == (None, at(60))
    assert loser.end_reason == "客户资料合并为一人，保留更早的绑定（2026-11-10 12:00 起）"


@either_way
async def test_the_only_binding_comes_along(database: str, keep_first: bool) -> None:
    both = await pair()
    await bind(both[1].customer_id, await hire("G1"), at())
    kept = await fold(both, keep_first)
    binding = await Binding.get()
    assert (binding.customer_id, binding.primary_slot, binding.until) == (kept, kept, None)


@either_way
async def test_what_either_knows_is_known_and_the_older_is_believed(database: str, keep_first: bool) -> None:
    both = await pair()
    await Customer.filter(id=both[0].customer_id).update(
        name="林小满", city="杭州", phone_hash="a" * 64, phone_cipher="1.a"
    )
    await Customer.filter(id=both[1].customer_id).update(name="小满", gender="female", member_no="M1")
    kept = await fold(both, keep_first)
    customer = await Customer.get()
    known = (
        customer.name,
        customer.city,
        customer.gender,
        customer.member_no,
        customer.phone_hash,
        customer.phone_cipher,
    )
    assert known == ("林小满", "杭州", "female", "M1", "a" * 64, "1.a")
    assert customer.created_at == at()
    audit = await Audit.get(action="merge")
    assert (audit.subject, audit.detail["differing"]) == (f"customer:{kept}", ["name"])


@pytest.mark.parametrize("column", ["phone_hash", "member_no"])
@either_way
async def test_two_phones_or_member_numbers_stop_the_merge(database: str, keep_first: bool, column: str) -> None:
    both = await pair()
    for who, value in zip(both, ("1", "2"), strict=True):
        await Customer.filter(id=who.customer_id).update(**{column: value, "name": value})
    await bind(both[1].customer_id, await hire("G1"), at())
    kept, folded = both if keep_first else both[::-1]
    assert not await merge(kept.customer_id, folded.customer_id, "unionid", at(60))
    assert await Customer.all().order_by("id").values_list(column, "name") == [("1", "1"), ("2", "2")]
    assert (await Binding.get()).primary_slot == both[1].customer_id
    assert await Merge.all().count() == 0
    audit = await Audit.get()
    assert (audit.action, audit.subject) == ("merge.refused", f"customer:{kept.customer_id}")
    assert audit.detail == {"other": folded.customer_id, "conflicts": [column]}


@either_way
async def test_the_newest_line_of_both_consent_ledgers_holds(database: str, keep_first: bool) -> None:
    both = await pair()
    await grant(both[0], Purpose.MARKETING, "text")
    await withdraw(both[1], Purpose.MARKETING, "text")
    await grant(both[1], Purpose.LOCATION, "text")
    kept = await fold(both, keep_first)
    assert await Consent.filter(customer_id=kept).count() == 3
    assert not await is_granted(kept, Purpose.MARKETING)
    assert await is_granted(kept, Purpose.LOCATION)


@either_way
async def test_a_place_goes_when_the_joined_ledger_says_no(database: str, keep_first: bool) -> None:
    both = await pair()
    await grant(both[0], Purpose.LOCATION, "text")
    await act("o-1", "event.location", {"Latitude": "30.26", "Longitude": "120.16", "Precision": "40"}, APP, at())
    await put_place(both[0].customer_id, 30.26)
    await withdraw(both[1], Purpose.LOCATION, "text")
    await fold(both, keep_first)
    assert await Place.all().count() == 0
    row = await Interaction.get(kind="event.location")
    assert row.fields_ == {"Latitude": "", "Longitude": "", "Precision": ""}


@either_way
async def test_the_newer_place_holds(database: str, keep_first: bool) -> None:
    both = await pair()
    for minutes, who in enumerate(both):
        await grant(who, Purpose.LOCATION, "text")
        await put_place(who.customer_id, 30.0 + minutes, minutes)
    kept = await fold(both, keep_first)
    place = await Place.get()
    assert (place.customer_id, place.latitude) == (kept, 31.0)


async def put_place(customer_id: int, latitude: float, minutes: float = 0) -> None:
    await Place.create(
        customer_id=customer_id,
        latitude=latitude,
        longitude=120.0,
        crs=Crs.WGS84,
        accuracy_m=0.0,
        source="event.location",
        captured_at=at(minutes),
        expires_at=at(minutes, days=30),
    )


@either_way
async def test_automatic_tags_are_scored_from_the_evidence_of_both(
    database: str, live: LiveLexicon, keep_first: bool
) -> None:
    both = await pair()
    await say("o-1", "想要黑色的连衣裙", at(2))
    await say("m-1", "要黑色的", at(3, days=60), MINI)
    await say("m-1", "有红色吗", at(4), MINI)
    projector = Projector(live, timedelta(days=30))
    await projector.run_once()
    kept = await fold(both, keep_first)
    rows = await tag_rows()
    black = next(row for row in rows if row[1] == "黑色")
    assert (black[0], black[2], black[3:]) == (kept, pytest.approx(1.5), (at(2), at(3, days=60)))
    assert [row[1] for row in rows if row[0] == kept] == sorted({row[1] for row in rows})
    await replay_tags(live)
    assert await tag_rows() == rows


async def tag_rows() -> list[tuple[object, ...]]:
    rows = CustomerTag.filter(kind=TagKind.AUTOMATIC).order_by("tag__name")
    return list(await rows.values_list("customer_id", "tag__name", "score", "since", "last_at"))


@either_way
async def test_manual_tags_of_both_are_kept_once(database: str, keep_first: bool) -> None:
    both = await pair()
    shared, own = await Tag.create(group="会员", name="金卡"), await Tag.create(group="会员", name="生日已核")
    for who, tag, day in ((both[0], shared, 1), (both[1], shared, 3), (both[1], own, 2)):
        moment = at(days=day)
        await CustomerTag.create(
            customer_id=who.customer_id, tag=tag, kind=TagKind.MANUAL, score=1.0, since=moment, last_at=moment
        )
    kept = await fold(both, keep_first)
    rows = CustomerTag.all().order_by("tag_id").values_list("customer_id", "tag__name", "since", "last_at")
    assert await rows == [(kept, "金卡", at(days=1), at(days=3)), (kept, "生日已核", at(days=2), at(days=2))]


@either_way
async def test_of_two_open_requests_the_older_stays_with_whoever_serves(database: str, keep_first: bool) -> None:
    both = await pair()
    guide = await hire("G1")
    await bind(both[1].customer_id, guide, at())
    for minutes, who in ((5, both[0]), (3, both[1])):
        await ask(who, at(minutes))
    kept = await fold(both, keep_first)
    older, younger = await Task.filter(customer_id=kept).order_by("created_at")
    assert (older.state, older.open_key, older.guide_id) == (TaskState.OPEN, f"human:{kept}", guide.id)
    assert (younger.state, younger.open_key, younger.closed_at) == (TaskState.LAPSED, None, at(60))


@either_way
async def test_an_only_open_request_stays_open(database: str, keep_first: bool) -> None:
    both = await pair()
    await ask(both[1], at(3))
    kept = await fold(both, keep_first)
    task = await Task.get()
    assert (task.customer_id, task.state, task.open_key) == (kept, TaskState.OPEN, f"human:{kept}")


async def ask(who: Subject, moment: object) -> None:
    await Task.create(
        customer_id=who.customer_id,
        kind="human",
        state=TaskState.OPEN,
        reason="找真人",
        created_at=moment,
        open_key=f"human:{who.customer_id}",
    )


S = DeliveryState


@either_way
@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (S.PLANNED, S.PLANNED, (S.PLANNED, S.SUPPRESSED)),
        (S.SENT, S.PLANNED, (S.SENT, S.SUPPRESSED)),
        (S.PLANNED, S.UNKNOWN, (S.SUPPRESSED, S.UNKNOWN)),
        (S.CLAIMED, S.PLANNED, (S.CLAIMED, S.SUPPRESSED)),
        (S.FAILED, S.PLANNED, (S.FAILED, S.PLANNED)),
        (S.SENT, S.SENT, (S.SENT, S.SENT)),
    ],
)
async def test_one_occurrence_reaches_one_person_once(
    database: str, keep_first: bool, first: S, second: S, left: tuple[S, S]
) -> None:
    both = await pair()
    rows = [
        await deliver("campaign:7", who.customer_id, who.identity_id, state, created_at=at(minutes))
        for minutes, (who, state) in enumerate(zip(both, (first, second), strict=True))
    ]
    kept = await fold(both, keep_first)
    found = [await Delivery.get(id=row.id) for row in rows]
    assert tuple(row.state for row in found) == left
    assert {row.customer_id for row in found} == {kept}
    assert {row.occurrence.partition("~")[0] for row in found} == {"campaign:7"}
    assert sorted("~" in row.occurrence for row in found) == [False, True]
    for row in found:
        if row.state is S.SUPPRESSED:
            assert (row.reason, row.closed_at) == ("merged_same_occurrence", at(60))
            assert [line["event"] for line in row.trail] == ["planned", "suppressed"]


async def test_deliveries_of_different_occurrences_all_stay_planned(database: str) -> None:
    both = await pair()
    for name, who in zip(("campaign:7", "campaign:8"), both, strict=True):
        await deliver(name, who.customer_id, who.identity_id)
    kept = await fold(both)
    rows = Delivery.filter(customer_id=kept).order_by("occurrence")
    assert await rows.values_list("occurrence", "state") == [("campaign:7", S.PLANNED), ("campaign:8", S.PLANNED)]


async def test_nobody_is_merged_with_themselves_or_with_one_who_is_gone(database: str) -> None:
    who = await meet("o-1")
    assert not await merge(who.customer_id, who.customer_id, "unionid", at())
    assert not await merge(who.customer_id, 4711, "unionid", at())
    assert await Merge.all().count() == await Audit.all().count() == 0


async def test_a_failed_merge_leaves_no_trace(database: str) -> None:
    """The last step refuses; everything before it is undone with it."""
    both = await pair()
    await bind(both[1].customer_id, await hire("G1"), at())
    evidence = "x" * 65  # longer than the column
    with pytest.raises(Exception, match=r"(?i)length|too long"):
        await merge(both[0].customer_id, both[1].customer_id, evidence, at(60))
    assert await Customer.all().count() == 2
    assert (await Binding.get()).primary_slot == both[1].customer_id
    assert await Identity.filter(customer_id=both[1].customer_id).count() == 1
    assert await TagEvidence.all().count() == await Merge.all().count() == await Audit.all().count() == 0
