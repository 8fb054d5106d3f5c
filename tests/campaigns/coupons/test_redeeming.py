from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from campaigns.coupons.claiming.claims import Claims, Given
from campaigns.coupons.offers.templates import get_template
from campaigns.coupons.redemption.redeeming import Done, Till, expire_due
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.refusals import No, Refusal
from core.errors import Invalid
from models import Coupon, CouponEntry, CouponState, Organisation, OrganisationKind, Store
from tests.campaigns.coupons.offers import CODES, NOON, claim, code_of, publish
from tests.customers.people import meet

TILL = Till(CODES, timedelta(minutes=30))
ENOUGH = Basket(12_000)


async def given(**changes: object) -> str:
    """A customer's code."""
    await publish(**changes)
    who = await meet("o-1")
    [answer] = await Claims(CODES, 0).decide([claim(who.customer_id)])
    assert isinstance(answer, Given)
    return await code_of(answer.coupon_id)


async def open_store(code: str, region: str) -> None:
    root, _ = await Organisation.get_or_create(kind=OrganisationKind.BRAND, code="brand", defaults={"name": "x"})
    area, _ = await Organisation.get_or_create(
        kind=OrganisationKind.REGION, code=region, defaults={"name": region, "parent": root}
    )
    await Organisation.filter(id=area.id).update(path=f"/{root.id}/{area.id}/")
    leaf = await Organisation.create(kind=OrganisationKind.STORE, code=code, name=code, parent=area)
    await Organisation.filter(id=leaf.id).update(path=f"/{root.id}/{area.id}/{leaf.id}/")
    await Store.create(organisation=leaf, code=code, name=f"{code}店")


async def ledger() -> list[str]:
    return [entry.event.value for entry in await CouponEntry.all().order_by("id")]


def no_of(answer: object) -> No:
    assert isinstance(answer, Refusal)
    return answer.code


async def test_used_once_and_a_repeat_of_the_call_gets_the_same_answer(database: str) -> None:
    code = await given(budget=60)
    done = await TILL.redeem("r1", code, "", ENOUGH, "A-1", "guide:7", NOON)
    assert isinstance(done, Done) and done.discount_fen == 2000
    assert await TILL.redeem("r1", code, "", ENOUGH, "A-1", "guide:7", NOON) == done
    second = await TILL.redeem("r2", code, "", ENOUGH, "A-2", "guide:7", NOON)
    assert no_of(second) is No.ALREADY_REDEEMED
    assert isinstance(second, Refusal) and "订单 A-1" in second.for_guide
    assert await ledger() == ["issued", "redeemed"]
    assert (await get_template("满减20")).exposure_fen == 2000


async def test_code_is_read_as_people_type_it_and_a_slip_is_named(database: str) -> None:
    code = await given()
    look = await TILL.look(f" {code.lower().replace('-', ' ')} ", "", ENOUGH, NOON)
    assert not isinstance(look, Refusal) and (look.no, look.discount_fen) == (None, 2000)
    with pytest.raises(Invalid, match="does not add up"):
        await TILL.look(("3" if code[0] != "3" else "4") + code[1:], "", ENOUGH, NOON)
    with pytest.raises(Invalid, match="'0'"):
        await TILL.look("0" + code[1:], "", ENOUGH, NOON)
    assert code.replace("-", "") not in str(await Coupon.all().values())


async def test_threshold_time_and_place_say_what_is_missing(database: str) -> None:
    await open_store("S1", "华东")
    await open_store("S2", "华北")
    code = await given(regions=["华东"], weekdays=[3], hours="10:00-14:00")
    for shop, basket, at, expected in (
        ("S1", Basket(9_999), NOON, No.BELOW_THRESHOLD),
        ("S2", ENOUGH, NOON, No.WRONG_STORE),
        ("S1", ENOUGH, NOON + timedelta(hours=2), No.WRONG_TIME),
        ("S1", ENOUGH, NOON + timedelta(days=1), No.WRONG_TIME),
        ("S1", ENOUGH, NOON + timedelta(days=31), No.EXPIRED),
    ):
        assert no_of(await TILL.redeem(f"{expected}{at}", code, shop, basket, "", "guide:7", at)) is expected
    with pytest.raises(Invalid, match="there is no store 'S9'"):
        await TILL.redeem("r9", code, "S9", ENOUGH, "", "guide:7", NOON)
    assert await ledger() == ["issued"]
    assert isinstance(await TILL.redeem("r1", code, "S1", ENOUGH, "", "guide:7", NOON), Done)


async def test_locked_copy_is_used_only_by_its_lock_until_that_times_out(database: str) -> None:
    code = await given()
    lock = await TILL.lock("l1", code, "", ENOUGH, 15, "shop", NOON)
    assert isinstance(lock, Done) and lock.lock_key
    soon, later = NOON + timedelta(minutes=14), NOON + timedelta(minutes=15)
    assert no_of(await TILL.redeem("r1", code, "", ENOUGH, "", "guide:7", soon)) is No.LOCKED
    assert no_of(await TILL.redeem("r2", code, "", ENOUGH, "", "shop", soon, "not the key")) is No.NOT_LOCKED
    assert no_of(await TILL.redeem("r3", code, "", ENOUGH, "", "shop", later, lock.lock_key)) is No.NOT_LOCKED
    assert isinstance(await TILL.redeem("r4", code, "", ENOUGH, "", "guide:7", later), Done)
    assert await ledger() == ["issued", "locked", "unlocked", "redeemed"]


async def test_a_lock_taken_in_time_may_finish_after_the_end(database: str) -> None:
    code = await given(valid_days=1)
    end = NOON + timedelta(hours=12)
    lock = await TILL.lock("l1", code, "", ENOUGH, 15, "shop", end - timedelta(minutes=1))
    assert isinstance(lock, Done)
    assert await expire_due(end + timedelta(minutes=1)) == 0
    done = await TILL.redeem("r1", code, "", ENOUGH, "", "shop", end + timedelta(minutes=1), lock.lock_key)
    assert isinstance(done, Done)


async def test_redemption_is_undone_in_time_with_a_reason_and_can_be_used_again(database: str) -> None:
    code = await given()
    await TILL.redeem("r1", code, "", ENOUGH, "A-1", "guide:7", NOON)
    with pytest.raises(Invalid, match="reason"):
        await TILL.reverse("v0", code, " ", "guide:7", NOON)
    late = await TILL.reverse("v1", code, "退单", "guide:7", NOON + timedelta(minutes=31))
    assert no_of(late) is No.TOO_LATE
    assert isinstance(await TILL.reverse("v2", code, "退单", "guide:7", NOON + timedelta(minutes=30)), Done)
    assert no_of(await TILL.reverse("v3", code, "退单", "guide:7", NOON)) is No.NOT_REDEEMED
    assert isinstance(await TILL.redeem("r2", code, "", ENOUGH, "A-2", "guide:7", NOON), Done)
    assert await ledger() == ["issued", "redeemed", "reversed", "redeemed"]


async def test_what_ended_gives_the_budget_back(database: str) -> None:
    code = await given(budget=20, stock=5, per_person=2)
    assert (await get_template("满减20")).exposure_fen == 2000
    assert await expire_due(NOON + timedelta(days=31)) == 1
    assert await expire_due(NOON + timedelta(days=31)) == 0
    stored = await get_template("满减20")
    assert (stored.exposure_fen, stored.issued) == (0, 1)
    late = await TILL.void("x1", code, "误发", "cli:x", NOON)
    assert no_of(late) is No.EXPIRED
    assert Counter(await ledger()) == {"issued": 1, "expired": 1}


async def test_unknown_code_is_no_copy(database: str) -> None:
    plain, _, _ = CODES.make()
    assert no_of(await TILL.redeem("r1", plain, "", ENOUGH, "", "guide:7", NOON)) is No.UNKNOWN_CODE


async def test_a_key_of_another_call_is_refused_and_does_nothing(database: str) -> None:
    await publish(per_person=2)
    who = (await meet("o-1")).customer_id
    first, second = await Claims(CODES, 0).decide([claim(who, "a"), claim(who, "b")])
    assert isinstance(first, Given) and isinstance(second, Given)
    mine, other = await code_of(first.coupon_id), await code_of(second.coupon_id)
    done = await TILL.redeem("k", mine, "", ENOUGH, "A-1", "guide:7", NOON)
    for call in (
        TILL.redeem("k", other, "", ENOUGH, "A-1", "guide:7", NOON),
        TILL.redeem("k", mine, "", ENOUGH, "A-2", "guide:7", NOON),
        TILL.reverse("k", mine, "退单", "guide:7", NOON),
        TILL.void("a", other, "误发", "hq", NOON),
    ):
        with pytest.raises(Invalid, match="another call"):
            await call
    assert await TILL.redeem("k", mine, "", ENOUGH, "A-1", "guide:7", NOON) == done
    assert (await Coupon.get(id=second.coupon_id)).state is CouponState.ISSUED
