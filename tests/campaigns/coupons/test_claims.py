from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from campaigns.coupons.claiming.claims import Claims, Given
from campaigns.coupons.claiming.issuing import Near
from campaigns.coupons.offers.templates import add_template, get_template, step_template
from campaigns.coupons.refusals import No, Refusal
from core.errors import Busy, Invalid
from models import Coupon, CouponBlock, CouponEntry, CouponTemplate, CustomerTag, Tag, TagKind, TemplateState
from models.dialect.coupons import CopyRow, Taking, store_claims
from tests.campaigns.coupons.offers import CODES, NOON, claim, form, publish
from tests.customers.people import meet


async def customers(count: int) -> list[int]:
    return [(await meet(f"o-{number}")).customer_id for number in range(count)]


def told(answer: object) -> str:
    return answer.code.value if isinstance(answer, Refusal) else "given"


async def test_last_copy_goes_to_the_first_who_asked(database: str) -> None:
    await publish(stock=2)
    first, second, third = await customers(3)
    answers = await Claims(CODES, 0).decide([claim(second), claim(first), claim(third)])
    assert [told(each) for each in answers] == ["given", "given", "sold_out"]
    assert {row.customer_id for row in await Coupon.all()} == {first, second}
    stored = await get_template("满减20")
    assert (stored.issued, stored.exposure_fen) == (2, 4000)


async def test_same_key_gets_the_same_answer_and_one_copy(database: str) -> None:
    await publish()
    [who] = await customers(1)
    claims = Claims(CODES, 0)
    first = (await claims.decide([claim(who, "k1"), claim(who, "k1")]))[0]
    again = await claims.decide([claim(who, "k1", after_s=5)])
    assert isinstance(first, Given) and again == [first]
    assert await Coupon.all().count() == 1 == await CouponEntry.all().count()


async def test_a_refusal_is_repeated_with_its_figures_even_when_it_would_be_granted_now(database: str) -> None:
    await publish(per_person=1)
    [who] = await customers(1)
    claims = Claims(CODES, 0)
    await claims.decide([claim(who, "k1")])
    no = (await claims.decide([claim(who, "k2")]))[0]
    assert isinstance(no, Refusal) and (no.code, no.figures) == (No.LIMIT_REACHED, {"limit": 1, "taken": 1})
    assert no.for_customer == "每人限领1张，您已经领过了。"
    await Coupon.all().delete()
    assert await claims.decide([claim(who, "k2")]) == [no]
    assert await Coupon.all().count() == 0


async def test_day_limit_turns_at_the_brands_midnight(database: str) -> None:
    await publish(per_person=3, per_day=1)
    [who] = await customers(1)
    claims = Claims(CODES, 0)
    answers = [(await claims.decide([claim(who, f"k{hours}", after_s=3600 * hours)]))[0] for hours in (0, 11.9, 12.1)]
    assert [told(each) for each in answers] == ["given", "day_limit_reached", "given"]
    assert sorted(row.slot for row in await Coupon.all()) == [0, 1]


async def test_budget_stops_before_it_is_passed_and_pauses_the_template(database: str) -> None:
    await publish(stock=10, budget=50)
    people = await customers(4)
    claims = Claims(CODES, 0)
    answers = await claims.decide([claim(who) for who in people])
    assert [told(each) for each in answers] == ["given", "given", "budget_spent", "budget_spent"]
    stored = await get_template("满减20")
    assert (stored.state, stored.exposure_fen) == ("paused", 4000)
    assert told((await claims.decide([claim(people[0], "later")]))[0]) == "paused"


async def test_each_rule_refuses_with_its_own_code(database: str) -> None:
    await publish(code="金卡", levels=["金卡"])
    await publish(code="附近", radius_m=500)
    await publish(code="旧的", valid_days=None, valid_until="2026-11-20")
    plain, gold, blocked = await customers(3)
    tag = await Tag.create(group="会员等级", name="金卡")
    await CustomerTag.create(customer_id=gold, tag=tag, kind=TagKind.MANUAL, score=1.0, since=NOON, last_at=NOON)
    await CouponBlock.create(customer_id=blocked, reason="刷券", since=NOON, by="cli:x")
    asked = [
        claim(plain, template="金卡"), claim(gold, template="金卡"), claim(blocked, template="附近"),
        claim(plain, template="附近"), claim(plain, "far", "附近", near=Near("西湖店", 501.0)),
        claim(plain, "near", "附近", near=Near("西湖店", 499.0)), claim(plain, template="旧的"),
        claim(plain, template="没有"),
    ]  # fmt: skip
    answers = await Claims(CODES, 0).decide(asked)
    assert [told(each) for each in answers] == [
        "level_too_low", "given", "blocked", "place_unknown", "too_far", "given", "ended", "not_published",
    ]  # fmt: skip


async def test_who_takes_too_many_too_fast_waits(database: str) -> None:
    await publish(code="A")
    await publish(code="B")
    await publish(code="C")
    [who] = await customers(1)
    claims = Claims(CODES, 2)
    answers = await claims.decide([claim(who, template=code) for code in "ABC"])
    assert [told(each) for each in answers] == ["given", "given", "too_fast"]
    assert told((await claims.decide([claim(who, "later", "C", after_s=61)]))[0]) == "given"


async def test_hundreds_at_once_share_commits_and_nothing_is_oversold(database: str) -> None:
    await publish(stock=40, per_person=2)
    people = await customers(30)
    claims = Claims(CODES, 0)
    claims.start()
    try:
        asked = [claims.claim(claim(who, f"k{turn}:{who}")) for turn in range(4) for who in people]
        answers = Counter(told(each) for each in await asyncio.gather(*asked))
    finally:
        await claims.stop()
    assert answers["given"] == 40 == await Coupon.all().count()
    assert sum(answers.values()) == 120
    assert (await get_template("满减20")).issued == 40
    per_person = Counter(row.customer_id for row in await Coupon.all())
    assert max(per_person.values()) <= 2


async def test_a_paused_template_gives_nothing_until_it_is_published_again(database: str) -> None:
    code = await publish()
    [who] = await customers(1)
    claims = Claims(CODES, 0)
    await step_template(code, "pause", "缺货", "cli:test", NOON)
    no = (await claims.decide([claim(who, "k1")]))[0]
    assert isinstance(no, Refusal) and no.for_guide == "活动已暂停：缺货。"
    await step_template(code, "publish", "", "cli:test", NOON)
    assert told((await claims.decide([claim(who, "k2")]))[0]) == "given"


@pytest.mark.parametrize("short", [{"stock": 1}, {"stock": 9, "budget": 30}])
async def test_stock_and_budget_stand_in_the_statement_itself(database: str, short: dict[str, int]) -> None:
    """Whatever the decider thought it could give."""
    await publish(**short)
    people = await customers(2)
    template = await CouponTemplate.get(code="满减20")
    copies = [
        CopyRow(template.id, who, 0, *CODES.make()[1:], "chat", NOON, NOON, NOON + timedelta(days=1), f"k{who}")
        for who in people
    ]
    with pytest.raises(Busy):
        async with in_transaction():
            if await store_claims([Taking(template.id, 2, 4000)], copies, [], NOON) is None:
                raise Busy("rolled back")
    assert await Coupon.all().count() == 0 == (await get_template("满减20")).issued
    async with in_transaction():
        assert await store_claims([Taking(template.id, 1, 2000)], copies[:1], [], NOON) is not None


async def test_an_offer_nobody_could_use_any_more_is_not_published(database: str) -> None:
    over = await add_template(form(code="旧的", valid_days=None, valid_until="2026-11-20"), "cli:test", NOON)
    late = await add_template(form(code="太晚", valid_until="2026-11-29", starts_after_days=9), "cli:test", NOON)
    for stored in (over, late):
        with pytest.raises(Invalid, match="could never be used"):
            await step_template(stored.offer.code, "publish", "", "cli:test", NOON)
        assert (await get_template(stored.offer.code)).state is TemplateState.DRAFT
