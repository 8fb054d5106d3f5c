"""Erasure: proven across every table by looking into every column."""

from __future__ import annotations

import pytest
from tortoise.models import Model

from customers.erasing_tables import ERASED_OPENID
from customers.erasure import Named, erase_identity, erase_named, erase_person, read_revoke_info
from customers.identities import find_person
from customers.person_tables import ERASERS, erases, folds
from customers.reach import all_models, foreign_keys, list_person_tables
from customers.tagging.live import LiveLexicon
from models import (
    Audit,
    Binding,
    Customer,
    CustomerTag,
    Delivery,
    DeliveryState,
    Following,
    Identity,
    Interaction,
    Place,
    Profile,
    TagEvidence,
    TagKind,
    Task,
    TaskState,
)
from models.database import connection
from tests.customers.full_person import VAULT, Full, count_rows, find_words, make_full
from tests.customers.people import APP, MINI, act, at, meet, say
from tests.customers.staffing import bind, hire
from tests.models.introspection import read_schema

NOT_OF_A_PERSON = {
    "access_token",
    "api_quota",
    "audit",  # names rows, never people: the search through every column covers it
    "care_rule",
    "coupon_pace",
    "coupon_template",
    "failed_call",
    "keyword_reply",
    "lease",
    "lexicon_edition",
    "occurrence",
    "organisation",
    "revision",
    "scene",
    "staff",
    "stored_answer",
    "stored_question",
    "store",
    "tag",
}


@pytest.fixture
async def full(database: str, live: LiveLexicon) -> Full:
    return await make_full("小满", "+8613800001234", live)


@pytest.fixture
async def other(database: str, live: LiveLexicon) -> Full:
    return await make_full("大雪", "+8613900005678", live)


async def test_every_table_that_leads_to_a_person_can_forget_them(database: str) -> None:
    leading = {str(model._meta.db_table) for model in list_person_tables()}
    assert {"interaction", "tag_evidence", "place", "delivery", "customer_merge"} <= leading
    assert leading - ERASERS.keys() == set(), "register with customers.person_tables.erases"


async def test_every_table_is_either_forgotten_or_known_to_hold_nobody(database: str) -> None:
    tables = {str(model._meta.db_table) for model in all_models()}
    assert tables - ERASERS.keys() - NOT_OF_A_PERSON == set(), "whose data does the new table hold?"
    assert ERASERS.keys() & NOT_OF_A_PERSON == set()


async def test_a_table_is_found_over_any_number_of_steps(database: str) -> None:
    paths = {str(model._meta.db_table): path for model, path in list_person_tables().items()}
    assert paths["customer"] == "id"
    assert paths["identity"] == paths["delivery"] == paths["binding"] == "customer_id"
    assert paths["customer_merge"] == "kept_id"
    assert paths["interaction"] == paths["tag_evidence"] == paths["profile"] == "identity__customer_id"
    assert foreign_keys(Model) == {}


async def test_a_table_registers_once() -> None:
    with pytest.raises(ValueError, match="customer is erased twice"):
        erases("customer")(ERASERS["customer"])
    with pytest.raises(ValueError, match="identity is folded twice"):
        folds("identity")(ERASERS["identity"])  # type: ignore[arg-type]


async def test_the_search_finds_a_person_in_every_table_that_is_erased(full: Full) -> None:
    """Control: the person is really in there, and the search sees it."""
    found = {place.split(".")[0] for place in await find_words(full.words)}
    assert {"customer", "identity", "interaction", "delivery", "task", "follower_import"} <= found
    counts = await count_rows()
    assert [table for table in ERASERS if counts[table] == 0] == []


async def test_nothing_of_an_erased_person_is_left_in_any_column(full: Full) -> None:
    await erase_person(full.customer_id, at(100))
    assert await find_words(full.words) == []


async def test_erasing_somebody_leaves_everybody_else_as_they_were(full: Full, other: Full) -> None:
    before = await rows_of(other)
    await erase_person(full.customer_id, at(100))
    assert await rows_of(other) == before
    assert len({place.split(": ")[1] for place in await find_words(other.words)}) >= 10


async def rows_of(person: Full) -> dict[str, list[str]]:
    """Every row of a person, table by table."""
    rows = {}
    for model, path in list_person_tables().items():
        found = await model.filter(**{path: person.customer_id}).order_by(model._meta.pk_attr).values()
        rows[str(model._meta.db_table)] = [str(sorted(row.items())) for row in found]
    assert all(rows.values())
    return rows


async def test_the_journal_still_counts_what_happened_and_when(full: Full) -> None:
    told = ("kind", "occurred_at", "received_at", "app_id", "message_key")
    before = await Interaction.all().order_by("id").values_list(*told)
    await erase_person(full.customer_id, at(100))
    assert await Interaction.all().order_by("id").values_list(*told) == before
    emptied = await Interaction.all()
    assert {(str(row.fields_), row.reply, row.is_projected) for row in emptied} == {("{}", None, True)}
    unfinished = [row.reason for row in emptied if row.state == "expired"]
    assert unfinished == ["erased"]
    assert await Interaction.filter(state="received").count() == 0


async def test_what_has_not_left_never_leaves(full: Full) -> None:
    await Delivery.filter(state=DeliveryState.CLAIMED, identity_id=full.mini.identity_id).update(started_at=at(1))
    await erase_person(full.customer_id, at(100))
    rows = await Delivery.all().order_by("id")
    S = DeliveryState
    assert [row.state for row in rows] == [S.SUPPRESSED, S.SUPPRESSED, S.SENT, S.SUPPRESSED, S.UNKNOWN, S.SENT]
    assert [row.fence for row in rows] == [1, 1, 0, 1, 1, 0]
    assert {row.reason for row in rows if row.state is not S.SENT} == {"erased"}
    assert all(row.options == [] and row.trail == [] for row in rows)


async def test_the_guide_is_freed_and_the_request_closed(full: Full) -> None:
    await erase_person(full.customer_id, at(100))
    bindings = await Binding.all().order_by("since")
    assert [(row.until, row.primary_slot) for row in bindings] == [(at(3), None), (at(100), None)]
    assert bindings[1].end_reason == "客户资料已删除"
    assert {(task.state, task.open_key, task.closed_at) for task in await Task.all()} == {
        (TaskState.LAPSED, None, at(100))
    }


async def test_an_erased_customer_is_marked_and_the_audit_names_rows_only(full: Full) -> None:
    await erase_person(full.customer_id, at(100))
    customer = await Customer.get(id=full.customer_id)
    assert (customer.erased_at, customer.name, customer.phone_hash) == (at(100), "", None)
    audit = await Audit.get(action="person.erased")
    assert (audit.subject, audit.detail) == (f"customer:{full.customer_id}", {})
    identities = await Identity.filter(customer_id=full.customer_id)
    assert len(identities) == 3
    assert all(one.openid.startswith(ERASED_OPENID) and one.unionid is None for one in identities)


async def test_erasing_twice_is_erasing_once(full: Full) -> None:
    await erase_person(full.customer_id, at(100))
    await erase_identity(full.official.identity_id, at(101))
    await erase_person(full.customer_id, at(102))
    assert await find_words(full.words) == []
    assert await Audit.filter(action="identity.erased").count() == 0


async def test_the_same_openid_is_a_new_person_afterwards(full: Full) -> None:
    await erase_person(full.customer_id, at(100))
    again = await say(f"o-{full.tag}", "你好", at(200))
    assert again.customer_id != full.customer_id
    assert await Interaction.filter(identity__customer_id=again.customer_id).count() == 1
    assert await CustomerTag.filter(customer_id=again.customer_id).count() == 0


async def test_the_last_identity_takes_the_person_with_it(full: Full) -> None:
    await erase_identity(full.official.identity_id, at(100))
    await erase_identity(full.mini.identity_id, at(101))
    assert await find_words(full.words) == []


async def test_one_identity_goes_and_the_person_stays(full: Full) -> None:
    await erase_identity(full.official.identity_id, at(100))
    found = await find_words(full.words)
    assert [place for place in found if f"o-{full.tag}" in place] == []
    assert await find_person(APP, f"o-{full.tag}") is None
    person = await find_person(MINI, f"m-{full.tag}")
    assert person is not None and person.customer_id == full.customer_id
    customer = await Customer.get(id=full.customer_id)
    assert (customer.name, customer.member_no, customer.erased_at) == (f"林{full.tag}", f"M-{full.tag}", None)
    assert VAULT.open(customer.phone_cipher) == full.phone
    assert await Interaction.filter(identity__customer_id=full.customer_id).count() == 2


async def test_an_erased_identity_no_longer_leads_to_the_person_who_stays(full: Full) -> None:
    await erase_identity(full.official.identity_id, at(100))
    heir = (await Identity.get(id=full.official.identity_id)).customer_id
    assert heir != full.customer_id
    assert (await Customer.get(id=heir)).erased_at == at(100)
    assert await Following.filter(identity__customer_id=full.customer_id).count() == 0
    assert await Delivery.filter(identity_id=full.official.identity_id, customer_id=full.customer_id).count() == 0
    gone = await Interaction.filter(identity_id=full.official.identity_id).values_list("id", flat=True)
    for name, table in (await read_schema()).items():
        if "interaction_id" in {column.name for column in table.columns}:
            rows = await connection().execute_query_dict(f'SELECT interaction_id FROM "{name}"')
            assert not {row["interaction_id"] for row in rows} & set(gone), name
    audit = await Audit.get(action="identity.erased")
    assert (audit.subject, audit.detail) == (f"identity:{full.official.identity_id}", {})


async def test_tags_only_the_erased_identity_spoke_for_go(full: Full) -> None:
    before = await CustomerTag.filter(kind=TagKind.AUTOMATIC).values_list("tag__name", flat=True)
    assert {"黑色", "红色"} <= set(before)
    await erase_identity(full.official.identity_id, at(100))
    after = await CustomerTag.filter(kind=TagKind.AUTOMATIC).values_list("tag__name", flat=True)
    assert "红色" in after and "黑色" not in after
    assert await CustomerTag.filter(kind=TagKind.MANUAL, customer_id=full.customer_id).count() == 1
    assert await TagEvidence.filter(identity_id=full.official.identity_id).count() == 0
    assert await Profile.all().values_list("identity_id", flat=True) == [full.mini.identity_id]


async def test_the_requests_of_an_erased_identity_lose_their_words(full: Full) -> None:
    await erase_identity(full.official.identity_id, at(100))
    tasks = await Task.all().order_by("id").values_list("state", "reason")
    assert tasks == [(TaskState.LAPSED, ""), (TaskState.OPEN, f"秘密{full.tag}：找真人")]
    assert await Binding.filter(primary_slot=full.customer_id).count() == 1


@pytest.mark.parametrize(
    ("info", "items"), [("8", [8]), ("6,8", [6, 8]), ("201", [201]), ("", []), ("手机号", []), ("1|13", [1, 13])]
)
def test_revoke_info_is_read_as_numbers(info: str, items: list[int]) -> None:
    assert read_revoke_info(info) == items


@pytest.mark.parametrize(
    ("items", "erased"),
    [
        ([8], [Named.PHONE]),
        ([6], [Named.NAME]),
        ([19], [Named.NAME]),
        ([205], [Named.NAME]),
        ([2], [Named.CITY]),
        ([201], [Named.CITY]),
        ([13], [Named.PLACE]),
        ([18], [Named.PLACE]),
        ([206], [Named.PLACE]),
        ([8, 6, 13, 2], [Named.CITY, Named.NAME, Named.PHONE, Named.PLACE]),
        ([1, 3, 4, 5, 7, 12, 14, 15, 16, 20, 999], []),
    ],
)
async def test_revoked_data_goes_and_the_rest_stays(full: Full, items: list[int], erased: list[Named]) -> None:
    assert await erase_named(full.customer_id, items, at(100)) == erased
    customer = await Customer.get(id=full.customer_id)
    left = {
        Named.NAME: bool(customer.name),
        Named.PHONE: bool(customer.phone_cipher) or customer.phone_hash is not None,
        Named.CITY: bool(customer.city),
        Named.PLACE: await Place.all().count() == 1 and f"地点{full.tag}" in str(await find_words(full.words)),
    }
    assert left == {name: name not in erased for name in Named}
    assert customer.member_no == f"M-{full.tag}"
    assert await Interaction.filter(identity__customer_id=full.customer_id).count() == 6
    audit = await Audit.get(action="data.revoked")
    assert audit.detail == {"items": items, "erased": [str(name) for name in erased]}


async def test_a_mini_program_visitor_alone_is_a_whole_person(database: str) -> None:
    who = await meet("m-9", MINI)
    await act("m-9", "event.location", {"Latitude": "1", "Longitude": "2"}, MINI)
    await bind(who.customer_id, await hire("G1"), at())
    await erase_identity(who.identity_id, at(5))
    assert (await Customer.get()).erased_at == at(5)
    assert (await Binding.get()).primary_slot is None
