"""Importing customers: who a row means, what it adds, what it may never overwrite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from customers.identities import ensure_person, learn_unionid
from customers.phones import PhoneVault
from guides.binding import Bindings
from guides.imports.customers import import_customers
from guides.imports.result import ImportResult
from guides.organisation import leave
from guides.stores import StoreDirectory
from models import Audit, Binding, Customer, CustomerTag, Identity, TagKind
from tests.guides.brand import APP, DAY, PROTECTION, T0, hire, meet, open_store, person, rules

pytestmark = pytest.mark.usefixtures("database")

Write = Callable[..., Path]
HEADER = "phone,member_no,openid,unionid,name,birthday,guide_code,tags"
VAULT = PhoneVault("a secret for tests")


async def run(path: Path, app_id: str = APP, days: float = 0) -> ImportResult:
    bindings = Bindings(rules(), StoreDirectory())
    at = T0 + timedelta(days=days)
    return await import_customers(path, vault=VAULT, bindings=bindings, at=at, actor="hq", app_id=app_id)


def refusals(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(one.row, one.field, one.problem) for one in result.rejected]


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.created, result.updated, result.unchanged, len(result.rejected)


async def everything() -> list[object]:
    """Every row an import may write, to compare before and after."""
    tables = (Customer, Identity, Binding, CustomerTag)
    return [await table.all().order_by("id").values() for table in tables]


async def test_a_full_row_makes_a_person_with_identity_guide_and_tags(write: Write) -> None:
    await hire("G1", "王芳", await open_store("S1"))
    result = await run(write(HEADER, "138 0000 1234,M1,o1,u1,张三,农历八月十五,G1,风格:通勤；尺码：M;风格:通勤"))
    assert counts(result) == (1, 0, 0, 0)
    customer = await Customer.get()
    assert (customer.name, customer.birthday, customer.member_no) == ("张三", "lunar:08-15", "M1")
    assert VAULT.open(customer.phone_cipher) == "+8613800001234"
    assert customer.phone_hash == VAULT.hash("+8613800001234")
    identity = await Identity.get()
    assert (identity.app_id, identity.openid, identity.unionid) == (APP, "o1", "u1")
    binding = await Binding.get().prefetch_related("guide", "store")
    assert (binding.guide.code, binding.store.code, binding.source) == ("G1", "S1", "import")
    assert binding.reason == "会员名单导入：文件第2行指定王芳（G1）"
    assert (binding.since, binding.protected_until, binding.primary_slot) == (T0, T0 + PROTECTION, customer.id)
    tags = await CustomerTag.all().order_by("id").prefetch_related("tag")
    assert [(tag.tag.group, tag.tag.name, tag.kind) for tag in tags] == [
        ("风格", "通勤", TagKind.MANUAL),
        ("尺码", "M", TagKind.MANUAL),
    ]


async def test_the_identical_file_again_changes_nothing(write: Write) -> None:
    await hire("G1", "王芳", await open_store("S1"))
    path = write(
        HEADER,
        "13800001234,M1,o1,u1,张三,1990-05-12,G1,风格:通勤",
        "13800001235,,,u2,李四,05-12,,",
        ",M3,,,王五,,G1,",
        ",,o4,,,,,",
        ",,,u5,赵六,,,",
    )
    assert counts(await run(path)) == (5, 0, 0, 0)
    before = await everything()
    assert counts(await run(path, days=40)) == (0, 0, 5, 0)
    assert await everything() == before
    assert await Audit.filter(action="import.customers").count() == 1


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("13800001234,,,,张三,,,", "+86 138-0000-1234,M1,,,,,,"),
        (",M1,,,张三,,,", "13800001234,M1,,,,,,"),
        (",,o1,,张三,,,", "13800001234,,o1,u1,,,,"),
        (",,,u1,张三,,,", ",M1,o1,u1,,,,"),
    ],
)
async def test_any_of_four_keys_finds_the_person_and_the_row_adds_what_is_new(
    write: Write, first: str, again: str
) -> None:
    await run(write(HEADER, first))
    assert counts(await run(write(HEADER, again))) == (0, 1, 0, 0)
    customer = await Customer.get()
    assert customer.name == "张三"  # an empty cell leaves what is known
    assert counts(await run(write(HEADER, again))) == (0, 0, 1, 0)


async def test_a_follower_known_by_openid_is_completed_not_doubled(write: Write) -> None:
    who = await person("o1")
    await run(write(HEADER, "13800001234,M1,o1,u1,张三,,,"))
    customer = await Customer.get()
    assert (customer.id, customer.member_no) == (who.customer_id, "M1")
    assert (await Identity.get()).unionid == "u1"


async def test_a_member_known_by_unionid_alone_is_the_person_who_follows_later(write: Write) -> None:
    await run(write(HEADER, ",M1,,u1,张三,,,"))
    member = await Customer.get()
    follower = await ensure_person(APP, "o1", T0 + DAY)
    assert await learn_unionid(follower.identity_id, "u1", T0 + DAY) == member.id
    assert (await Customer.get()).member_no == "M1"


async def test_two_keys_of_two_people_are_refused_naming_both(write: Write) -> None:
    await run(write(HEADER, "13800001234,M1,,,张三,,,", "13800001235,M2,,,李四,,,"))
    first, second = await Customer.all().order_by("id")
    before = await everything()

    result = await run(write(HEADER, "13800001234,M2,,,王五,,,"))

    problem = f"phone is customer {first.id}'s, member_no is customer {second.id}'s: two people"
    assert refusals(result) == [(2, "member_no", problem)]
    assert await everything() == before and await Audit.filter(action="import.customers").count() == 1


async def test_two_rows_that_mean_one_stored_person_are_refused(write: Write) -> None:
    await run(write(HEADER, "13800001234,M1,,,张三,,,"))
    customer = await Customer.get()
    result = await run(write(HEADER, "13800001234,,,,张三三,,,", ",M1,,,李四,,,"))
    assert refusals(result) == [(3, "member_no", f"'customer {customer.id}' stands in row 2 already")]
    assert (await Customer.get()).name == "张三三"


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ("13800001234,,,,,,,", "+8613800001234,M2,,,,,,", "phone"),
        (",M1,,,,,,", "13800001234,M1,,,,,,", "member_no"),
        (",,o1,,,,,", ",M1,o1,,,,,", "openid"),
        (",,,u1,,,,", ",,o1,u1,,,,", "unionid"),
    ],
)
async def test_a_key_that_stands_twice_in_the_file_is_named(write: Write, one: str, other: str, key: str) -> None:
    result = await run(write(HEADER, one, other))
    assert counts(result) == (1, 0, 0, 1)
    assert refusals(result) == [(3, key, f"the same {key} stands in row 2 already")]


async def test_a_member_number_is_never_overwritten_a_phone_is(write: Write) -> None:
    await run(write(HEADER, "13800001234,M1,,,张三,,,"))
    result = await run(write(HEADER, "13800001234,M2,,,李四,,,"))
    assert refusals(result) == [(2, "member_no", "this is member M1, the file says M2")]
    assert counts(await run(write(HEADER, "13900001234,M1,,,,,,"))) == (0, 1, 0, 0)
    assert VAULT.open((await Customer.get()).phone_cipher) == "+8613900001234"


async def test_an_openid_keeps_its_unionid(write: Write) -> None:
    await run(write(HEADER, ",,o1,u1,,,,"))
    assert refusals(await run(write(HEADER, ",,o1,u2,,,,"))) == [(2, "unionid", "this openid has another unionid")]
    assert (await Identity.get()).unionid == "u1"


async def test_an_import_takes_no_customer_from_a_guide_on_duty(write: Write) -> None:
    store = await open_store("S1")
    scene = await hire("G1", "王芳", store)
    await hire("G2", "李丽", store)
    await meet(await person("o1"), scene)
    path = write(HEADER, ",,o1,,张三,,G2,")

    assert refusals(await run(path, days=365)) == [(2, "guide_code", "'G1' serves this customer already")]
    assert (await Customer.get()).name == ""
    await leave("G1", T0 + DAY, "hq")
    assert counts(await run(path, days=2)) == (0, 1, 0, 0)

    old, new = await Binding.all().order_by("id").prefetch_related("guide")
    assert (old.guide.code, old.primary_slot, old.until) == ("G1", None, T0 + 2 * DAY)
    assert old.end_reason == "原导购王芳（G1）已于2026-06-02 10:00离职，改由李丽（G2）服务"
    assert (new.guide.code, new.primary_slot) == ("G2", (await Customer.get()).id)


@pytest.mark.parametrize(
    ("line", "field", "problem"),
    [
        (",,,,张三,,,", "phone", "nothing tells who this is"),
        ("1.38E+10,,,,,,,", "phone", "1.38E+10 is a number a spreadsheet has rounded: digits are lost"),
        (",1.00E+11,,,,,,", "member_no", "'1.00E+11' is a number the spreadsheet shortened: digits are lost"),
        (",M1,,,,2026-13-01,,", "birthday", "'2026-13-01' is no day of the calendar"),
        (",M1,,,,,G9,", "guide_code", "no guide 'G9'"),
        (",M1,,,,,G0,", "guide_code", "'G0' has left"),
        (",M1,,,,,,通勤", "tags", "'通勤' has no group or no name"),
        (",M1,,,,,,风格:", "tags", "'风格:' has no group or no name"),
        (f",M1,,,{'名' * 65},,,", "name", "has 65 characters, 64 fit"),
    ],
)
async def test_a_wrong_cell_is_named_and_the_other_rows_arrive(
    write: Write, line: str, field: str, problem: str
) -> None:
    await hire("G0", "赵敏", await open_store("S1"))
    await leave("G0", T0, "hq")
    result = await run(write(HEADER, line, ",M7,,,李四,,,"))
    assert refusals(result) == [(2, field, problem)]
    assert result.rejected[0].remedy
    assert await Customer.all().values_list("member_no", flat=True) == ["M7"]


async def test_an_openid_needs_its_account(write: Write) -> None:
    result = await run(write(HEADER, ",,o1,,,,,", ",M1,,,,,,"), app_id="")
    assert refusals(result) == [(2, "openid", "an openid belongs to one account, none was named")]
    assert await Identity.all().count() == 0 and await Customer.all().count() == 1


async def test_tags_are_added_and_never_taken_away(write: Write) -> None:
    await run(write(HEADER, ",M1,,,,,,风格:通勤"))
    assert counts(await run(write(HEADER, ",M1,,,,,,风格:休闲"))) == (0, 1, 0, 0)
    assert await CustomerTag.all().order_by("id").values_list("tag__name", flat=True) == ["通勤", "休闲"]


async def test_many_rows_pass_in_batches(write: Write) -> None:
    lines = [f"1380000{number:04d},M{number},,,会员{number},,," for number in range(1100)]
    path = write(HEADER, *lines)
    assert counts(await run(path)) == (1100, 0, 0, 0)
    assert counts(await run(path)) == (0, 0, 1100, 0)
    assert await Customer.all().count() == 1100


async def test_a_time_zone_is_kept_as_iana_writes_it_and_an_empty_cell_leaves_it(write: Write) -> None:
    header = "member_no,time_zone"
    assert counts(await run(write(header, "M1,europe/london", "M2,", "M3,Asia/Urumqi"))) == (3, 0, 0, 0)
    kept = dict(await Customer.all().values_list("member_no", "time_zone"))
    assert kept == {"M1": "Europe/London", "M2": "", "M3": "Asia/Urumqi"}
    assert counts(await run(write(header, "M1,", "M3,Asia/Tokyo"))) == (0, 1, 1, 0)
    kept = dict(await Customer.all().values_list("member_no", "time_zone"))
    assert kept == {"M1": "Europe/London", "M2": "", "M3": "Asia/Tokyo"}


async def test_what_is_no_time_zone_is_refused(write: Write) -> None:
    result = await run(write("member_no,time_zone", "M1,Mars/Base", "M2,../etc/passwd", "M3,+08:00"))
    assert refusals(result) == [
        (2, "time_zone", "'Mars/Base' is no time zone"),
        (3, "time_zone", "'../etc/passwd' is no time zone"),
        (4, "time_zone", "'+08:00' is no time zone"),
    ]
    assert await Customer.all().count() == 0
