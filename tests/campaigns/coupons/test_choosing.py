"""The best combination against every other one, and what a customer's own copies make of it at the till."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.coupons.claiming.claims import Claim, Claims, Given
from campaigns.coupons.redemption.choosing import choose
from campaigns.coupons.redemption.redeeming import Done, Till
from campaigns.coupons.redemption.stacking import Candidate, best_combination
from campaigns.coupons.redemption.till import Basket, Shop
from campaigns.coupons.refusals import No, Refusal
from campaigns.coupons.terms import Kind, Stacking, Terms
from models import Coupon
from tests.campaigns.coupons.offers import CODES, NOON, code_of, publish
from tests.campaigns.coupons.test_redeeming import open_store
from tests.customers.people import meet

TILL = Till(CODES, timedelta(minutes=30))
SHOP = Shop("SH01", "静安店")
BASKET = Basket(35_800, 1_000)


@st.composite
def coupons(draw: st.DrawFn) -> list[Candidate]:
    def one(number: int) -> Candidate:
        kind = draw(st.sampled_from(list(Kind)))
        worth = draw(st.integers(1, 3_000))
        given: dict[str, Any] = {
            Kind.CASH: {"amount_fen": worth},
            Kind.PERCENT: {"percent": draw(st.integers(1, 60)), "cap_fen": draw(st.sampled_from([0, worth]))},
            Kind.SHIPPING: {"cap_fen": draw(st.sampled_from([0, worth]))},
        }.get(kind, {"gift": "杯", "worth_fen": worth})
        stacking = draw(st.sampled_from(list(Stacking)))
        return Candidate(f"k{number}", Terms(title=f"k{number}", kind=kind, stacking=stacking, **given))

    return [one(number) for number in range(draw(st.integers(0, 5)))]


def off_by_hand(chosen: Sequence[Candidate], goods: int, freight: int) -> dict[str, int]:
    """Cash first, then percent of what is left, each kind by key; freight by itself."""
    off: dict[str, int] = {}
    for kind in (Kind.CASH, Kind.PERCENT):
        for each in (each for each in chosen if each.terms.kind is kind):
            terms = each.terms
            worth = min(terms.amount_fen, goods) if kind is Kind.CASH else goods * terms.percent // 100
            off[each.key] = min(worth, terms.cap_fen) if terms.cap_fen else worth
            goods -= off[each.key]
    for each in (each for each in chosen if each.terms.kind is Kind.SHIPPING):
        off[each.key] = min(freight, each.terms.cap_fen) if each.terms.cap_fen else freight
        freight -= off[each.key]
    return off


def goes_together(one: Terms, other: Terms) -> bool:
    if Stacking.ALONE in (one.stacking, other.stacking):
        return False
    return one.kind is not other.kind or one.stacking is other.stacking is Stacking.ANY


@settings(max_examples=400, deadline=None)
@given(coupons(), st.integers(0, 6_000), st.sampled_from([0, 500, 1_200]), st.randoms(use_true_random=False))
def test_no_other_combination_takes_off_more(held: list[Candidate], fen: int, freight: int, chance: Any) -> None:
    best = best_combination(held, Basket(fen, freight))
    allowed = [
        chosen
        for size in range(5)
        for chosen in combinations(held, size)
        if all(goes_together(a.terms, b.terms) for a, b in combinations(chosen, 2))
    ]
    assert best.total_fen == max(sum(off_by_hand(each, fen, freight).values()) for each in allowed)
    used = dict(best.uses)
    assert used.keys() in [{each.key for each in chosen} for chosen in allowed]
    off = off_by_hand([each for each in held if each.key in used], fen, freight)
    assert {key: fen for key, fen in used.items() if fen} == {key: fen for key, fen in off.items() if fen}
    assert best.total_fen <= fen + freight and min(used.values(), default=0) >= 0
    shuffled = list(held)
    chance.shuffle(shuffled)
    assert best_combination(shuffled, Basket(fen, freight)) == best


def test_many_that_stand_alone_do_not_hide_two_that_go_together() -> None:
    alone = [Candidate(f"a{n:02}", Terms(f"a{n}", Kind.CASH, amount_fen=5_000)) for n in range(14)]
    pair = [Candidate(k, Terms(k, Kind.CASH, amount_fen=4_000, stacking=Stacking.ANY)) for k in ("x", "y")]
    assert best_combination([*alone, *pair], Basket(10_000)).uses == (("x", 4_000), ("y", 4_000))


async def wallet(*offers: dict[str, Any]) -> dict[str, str]:
    """One customer's copies of these offers: the code of each, by template."""
    who = await meet("o-1")
    told = {}
    for offer in offers:
        code = await publish(stock=5, **offer)
        [answer] = await Claims(CODES, 0).decide([Claim(f"c:{code}", code, who.customer_id, "chat", NOON)])
        assert isinstance(answer, Given)
        told[code] = await code_of(answer.coupon_id)
    return told


CASH = {"code": "立减30", "title": "满200减30", "amount": 30, "threshold": 200, "stacking": "other_kinds"}
CASH_2 = {"code": "立减20", "title": "满100减20", "amount": 20, "threshold": 100, "stacking": "other_kinds"}
PERCENT = {
    "code": "九折", "title": "九折券", "kind": "percent", "amount": None, "percent": 10, "stacking": "other_kinds",
}  # fmt: skip
FREIGHT = {
    "code": "包邮", "title": "免运费", "kind": "shipping", "amount": None, "cap": 15, "stacking": "any",
    "threshold": None,
}  # fmt: skip
ALONE = {"code": "独用", "title": "满300减40", "amount": 40, "threshold": 300}
DEAR = {"code": "满500", "title": "满500减100", "amount": 100, "threshold": 500, "stacking": "any"}


async def test_what_the_choice_says_is_what_the_till_takes_off(database: str) -> None:
    await open_store("SH01", "华东")
    codes = await wallet(CASH_2, PERCENT, FREIGHT, ALONE, DEAR, CASH)
    who = await meet("o-1")
    choice = await choose(who.customer_id, SHOP, BASKET, NOON)
    assert [(use.terms.title, use.discount_fen) for use in choice.use] == [
        ("满200减30", 3_000), ("九折券", 3_280), ("免运费", 1_000),
    ]  # fmt: skip
    assert choice.total_fen == 7_280
    assert choice.why == ("满200减30：减30元", "九折券：减32.8元", "免运费：减10元")
    left = {each.terms.title: (each.no.code, each.no.for_guide) for each in choice.leave}
    assert left == {
        "满100减20": (No.NOT_STACKABLE, "满200减30 与 满100减20 不能同用。"),
        "满300减40": (No.NOT_STACKABLE, "满200减30 与 满300减40 不能同用。"),
        "满500减100": (No.BELOW_THRESHOLD, "满 500元 可用，本单 358元，还差 142元。"),
    }
    by_id = {coupon.id: await code_of(coupon.id) for coupon in await Coupon.all()}
    done = [
        await TILL.redeem(f"r{n}", by_id[use.coupon_id], "SH01", BASKET, "A1", "guide:7", NOON)
        for n, use in enumerate(choice.use)
    ]
    assert [each.discount_fen for each in done if isinstance(each, Done)] == [3_000, 3_280, 1_000]
    for name in ("独用", "立减20"):
        no = await TILL.redeem(f"x:{name}", codes[name], "SH01", BASKET, "A1", "guide:7", NOON)
        assert isinstance(no, Refusal) and no.code is No.NOT_STACKABLE
    assert isinstance(await TILL.redeem("y", codes["独用"], "SH01", BASKET, "A2", "guide:7", NOON), Done)


async def test_what_would_gain_nothing_is_kept_for_another_day(database: str) -> None:
    await wallet({**CASH, "threshold": 30}, FREIGHT)
    choice = await choose((await meet("o-1")).customer_id, None, Basket(3_000), NOON)
    assert [use.terms.title for use in choice.use] == ["满200减30"]
    assert [(each.terms.title, each.no.code) for each in choice.leave] == [("免运费", No.NO_GAIN)]
    none = await choose((await meet("o-2")).customer_id, None, BASKET, NOON)
    assert (none.use, none.leave, none.total_fen, none.why) == ((), (), 0, ("没有可用的券",))


async def test_of_equals_the_one_that_ends_first_is_used(database: str) -> None:
    late, soon = {**ALONE, "code": "晚", "valid_days": 60}, {**ALONE, "code": "早", "valid_days": 20}
    for order in permutations((late, soon)):
        await wallet(*[{**each, "code": f"{each['code']}{order[0]['code']}"} for each in order])
    choice = await choose((await meet("o-1")).customer_id, None, BASKET, NOON)
    [use] = choice.use
    first = await Coupon.all().order_by("valid_until", "id").first()
    assert first is not None and use.coupon_id == first.id
    assert {each.no.code for each in choice.leave} == {No.NOT_STACKABLE}


async def test_never_more_than_four(database: str) -> None:
    small = [{**DEAR, "code": f"小{n}", "title": f"减{n}元", "amount": n, "threshold": 10} for n in range(1, 7)]
    await wallet(*small)
    choice = await choose((await meet("o-1")).customer_id, None, BASKET, NOON)
    assert choice.total_fen == 1_800
    assert {(each.terms.title, each.no.code) for each in choice.leave} == {
        ("减1元", No.TOO_MANY_TOGETHER), ("减2元", No.TOO_MANY_TOGETHER),
    }  # fmt: skip


async def test_an_undone_redemption_makes_room_on_its_order(database: str) -> None:
    codes = await wallet(CASH, CASH_2)
    assert isinstance(await TILL.redeem("r1", codes["立减30"], "", BASKET, "A1", "pos", NOON), Done)
    assert isinstance(await TILL.redeem("r2", codes["立减20"], "", BASKET, "A1", "pos", NOON), Refusal)
    await TILL.reverse("v1", codes["立减30"], "换券", "pos", NOON)
    assert isinstance(await TILL.redeem("r3", codes["立减20"], "", BASKET, "A1", "pos", NOON), Done)


async def test_the_same_number_at_another_store_is_another_order(database: str) -> None:
    await open_store("SH01", "华东")
    await open_store("SH02", "华东")
    codes = await wallet(ALONE, CASH)
    assert isinstance(await TILL.redeem("r1", codes["独用"], "SH01", BASKET, "A1", "pos", NOON), Done)
    assert isinstance(await TILL.redeem("r2", codes["立减30"], "SH02", BASKET, "A1", "pos", NOON), Done)


@pytest.mark.parametrize("turn", range(3))
async def test_of_two_that_clash_only_one_is_used_however_they_race(postgres: str, turn: int) -> None:
    codes = await wallet(ALONE, CASH, CASH_2)
    both = [TILL.redeem(f"r{n}", code, "", BASKET, "A1", "pos", NOON) for n, code in enumerate(codes.values())]
    answers = await asyncio.gather(*both)
    assert Counter(type(each).__name__ for each in answers) == {"Done": 1, "Refusal": 2}
    assert await Coupon.filter(state="redeemed", order_no="A1").count() == 1
