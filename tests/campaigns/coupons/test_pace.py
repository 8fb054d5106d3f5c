"""Scenes and stores that go too fast: refused with figures, alone or beside others, seen and lifted by staff."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from campaigns.coupons.claiming.blocks import block
from campaigns.coupons.claiming.claims import Claim, Claims
from campaigns.coupons.claiming.farming import allow_scene, allow_store, list_refused
from campaigns.coupons.claiming.issuing import Near
from campaigns.coupons.claiming.pace import Crowds
from campaigns.coupons.offers.templates import get_template
from campaigns.coupons.redemption.redeeming import Done, Till
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.refusals import No, Refusal
from core.errors import Invalid
from models import Audit, Coupon, CouponEntry, CouponPace, Scene
from tests.campaigns.coupons.offers import CODES, NOON, code_of, publish
from tests.campaigns.coupons.test_redeeming import open_store
from tests.customers.people import meet

HERE = Near("静安店", 80.0, "SH01")


def scanned(customer_id: int, template: str = "满减20", after_s: float = 0.0, scene: str = "橱窗一") -> Claim:
    at = NOON + timedelta(seconds=after_s)
    return Claim(f"{scene}:{template}:{customer_id}:{after_s}", template, customer_id, f"scene:{scene}", at)


def nearby(customer_id: int, template: str, after_s: float = 0.0, near: Near = HERE) -> Claim:
    at = NOON + timedelta(seconds=after_s)
    return Claim(f"near:{template}:{customer_id}:{after_s}", template, customer_id, "chat", at, near)


async def customers(count: int) -> list[int]:
    return [(await meet(f"o-{number}")).customer_id for number in range(count)]


def told(answers: Sequence[object]) -> list[str]:
    return [each.code.value if isinstance(each, Refusal) else "given" for each in answers]


async def test_a_code_that_went_round_gives_so_many_copies_in_any_minute(database: str) -> None:
    await publish(stock=20)
    people = await customers(7)
    claims = Claims(CODES, 0, Crowds(scene=3))
    first = await claims.decide([scanned(who, after_s=at) for who, at in zip(people, (0, 20, 40, 59), strict=False)])
    assert told(first) == ["given", "given", "given", "scene_too_fast"]
    no = first[-1]
    assert isinstance(no, Refusal)
    assert no.figures == {"seconds": 60, "taken": 3, "limit": 3, "scene": "橱窗一"}
    assert no.for_guide == "渠道码“橱窗一”60 秒内已发 3 张，上限 3 张。"
    assert no.for_customer == "现在扫码领取的人太多，请过一分钟再试。"
    assert (await get_template("满减20")).issued == 3 == await Coupon.all().count()
    later = await claims.decide([scanned(people[4], after_s=60), scanned(people[5], after_s=61)])
    assert told(later) == ["given", "scene_too_fast"]  # the copy of second 20 still counts
    other = await claims.decide([scanned(people[6], after_s=61, scene="橱窗二")])
    assert told(other) == ["given"]


async def test_a_refused_claim_is_not_counted_and_other_ways_stay_open(database: str) -> None:
    await publish(stock=20)
    first, second, third = await customers(3)
    claims = Claims(CODES, 0, Crowds(scene=1))
    assert told(await claims.decide([scanned(first), scanned(second), scanned(third)])) == [
        "given", "scene_too_fast", "scene_too_fast",
    ]  # fmt: skip
    assert (await CouponPace.get()).recent == {str(int(NOON.timestamp())): 1}
    assert told(await claims.decide([nearby(second, "满减20")])) == ["given"]


async def test_claims_near_one_store_are_limited_whatever_the_offer(database: str) -> None:
    for code in "ABC":
        await publish(code=code, stock=20)
    [who, other] = await customers(2)
    claims = Claims(CODES, 0, Crowds(store=2))
    answers = await claims.decide([nearby(who, code) for code in "ABC"])
    assert told(answers) == ["given", "given", "store_too_fast"]
    no = answers[-1]
    assert isinstance(no, Refusal) and no.for_guide == "静安店60 秒内已领取 2 张，上限 2 张。"
    assert told(await claims.decide([nearby(other, "A", near=Near("徐汇店", 9.0, "SH02"))])) == ["given"]


async def test_without_limits_nothing_is_counted(database: str) -> None:
    await publish(stock=20)
    people = await customers(2)
    assert told(await Claims(CODES, 0).decide([scanned(who) for who in people])) == ["given", "given"]
    assert await CouponPace.all().count() == 0


async def redeemables(count: int) -> list[str]:
    """The codes of that many copies, each another customer's."""
    await publish(stock=count)
    await Claims(CODES, 0).decide([scanned(who) for who in await customers(count)])
    return [await code_of(copy.id) for copy in await Coupon.all().order_by("id")]


async def test_a_till_that_redeems_a_list_of_codes_is_stopped(database: str) -> None:
    await open_store("SH01", "华东")
    await open_store("SH02", "华东")
    codes = await redeemables(4)
    till = Till(CODES, timedelta(minutes=30), Crowds(store=2))
    answers = [
        await till.redeem(f"r{turn}", code, "SH01", Basket(12_000), f"A{turn}", "guide:7", NOON)
        for turn, code in enumerate(codes[:3])
    ]
    assert [type(each) for each in answers] == [Done, Done, Refusal]
    no = answers[2]
    assert isinstance(no, Refusal)
    assert (no.code, no.for_guide) == (No.STORE_TOO_FAST, "SH01店60 秒内已核销 2 张，上限 2 张。")
    assert await Coupon.filter(state="redeemed").count() == 2 == await CouponEntry.filter(event="redeemed").count()
    at_other = await till.redeem("r5", codes[2], "SH02", Basket(12_000), "A5", "guide:7", NOON)
    later = await till.redeem("r6", codes[3], "SH01", Basket(12_000), "A6", "guide:7", NOON + timedelta(seconds=60))
    assert isinstance(at_other, Done) and isinstance(later, Done)


async def test_staff_see_what_was_refused_and_lift_it_for_a_while(database: str) -> None:
    await publish(stock=20)
    people = await customers(5)
    claims = Claims(CODES, 0, Crowds(scene=1, store=5))
    await block(people[4], "刷券", 0, "cli:x", NOON)
    await claims.decide([scanned(who) for who in people])
    seen = await list_refused(1, NOON + timedelta(hours=1))
    assert [(row.code, row.customer_id, row.scene, row.times, row.people) for row in seen] == [
        ("scene_too_fast", None, "橱窗一", 3, 3), ("blocked", people[4], None, 1, 1),
    ]  # fmt: skip
    assert seen[0].last_at == NOON
    assert await list_refused(1, NOON + timedelta(days=2)) == []
    with pytest.raises(Invalid, match="no scene"):
        await allow_scene("橱窗一", 30, "cli:x", NOON)
    await Scene.create(app_id="wx_shop", scene="橱窗一", created_at=NOON)
    until = await allow_scene("橱窗一", 30, "cli:x", NOON)
    assert until == NOON + timedelta(minutes=30)
    assert told(await claims.decide([scanned(who, after_s=30) for who in people[1:3]])) == ["given", "given"]
    assert told(await claims.decide([scanned(people[3], after_s=1801)])) == ["given"]
    assert told(await claims.decide([scanned(people[4], after_s=1802, scene="橱窗二")])) == ["blocked"]
    assert await Audit.filter(action="coupon.allow", subject="scene:橱窗一").count() == 1


async def test_a_lift_ends(database: str) -> None:
    await publish(stock=20, per_person=5)
    [who] = await customers(1)
    claims = Claims(CODES, 0, Crowds(store=1))
    with pytest.raises(Invalid, match="no store"):
        await allow_store("SH01", 1, "cli:x", NOON)
    await open_store("SH01", "华东")
    await allow_store("SH01", 1, "cli:x", NOON)
    times = (0, 59, 60, 61)
    answers = [(await claims.decide([nearby(who, "满减20", after_s=at)]))[0] for at in times]
    assert told(answers) == ["given", "given", "store_too_fast", "store_too_fast"]
    await allow_store("SH01", 0, "cli:x", NOON)
    assert {pace.word for pace in await CouponPace.all()} == {"store:SH01", "till:SH01"}


async def test_limits_hold_for_claims_that_truly_run_beside_each_other(postgres: str) -> None:
    for code in "ABCD":
        await publish(code=code, stock=50)
    people = await customers(8)
    crowds = Crowds(scene=5)

    async def one(who: int, code: str) -> str:
        return told(await Claims(CODES, 0, crowds).decide([scanned(who, code)]))[0]

    asked = [one(who, code) for who in people for code in "ABCD"]
    answers = Counter(await asyncio.gather(*asked))
    assert answers == {"given": 5, "scene_too_fast": 27}
    assert await Coupon.all().count() == 5


async def test_a_stores_redemptions_that_run_beside_each_other_keep_its_limit(postgres: str) -> None:
    await open_store("SH01", "华东")
    codes = await redeemables(12)
    till = Till(CODES, timedelta(minutes=30), Crowds(store=4))
    answers = await asyncio.gather(
        *(till.redeem(f"r{code}", code, "SH01", Basket(12_000), f"A{code[:4]}", "pos", NOON) for code in codes)
    )
    assert Counter(type(each).__name__ for each in answers) == {"Done": 4, "Refusal": 8}
    assert await Coupon.filter(state="redeemed").count() == 4


async def test_a_person_who_keeps_running_into_the_limit_is_seen(database: str) -> None:
    for code in "ABC":
        await publish(code=code, stock=20)
    [who] = await customers(1)
    answers = await Claims(CODES, 1).decide([scanned(who, code) for code in "ABC"])
    assert told(answers) == ["given", "too_fast", "too_fast"]
    [row] = await list_refused(1, NOON + timedelta(hours=1))
    assert (row.code, row.customer_id, row.times, row.people) == ("too_fast", who, 2, 1)
