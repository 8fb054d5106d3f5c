from __future__ import annotations

from typing import Any

from campaigns.coupons.redemption.stacking import Candidate, best_combination, first_clash
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.terms import Kind, Stacking, Terms


def coupon(key: str, kind: Kind = Kind.CASH, stacking: Stacking = Stacking.ANY, **terms: Any) -> Candidate:
    return Candidate(key, Terms(title=key, kind=kind, stacking=stacking, **terms))


def test_one_that_stands_alone_wins_where_it_takes_off_more_than_all_others_together() -> None:
    alone = coupon("大券", stacking=Stacking.ALONE, amount_fen=5000)
    small = [coupon("甲", amount_fen=2000), coupon("乙", amount_fen=2500)]
    assert best_combination([*small, alone], Basket(10_000)).uses == (("大券", 5000),)
    weaker = coupon("大券", stacking=Stacking.ALONE, amount_fen=4000)
    best = best_combination([*small, weaker], Basket(10_000))
    assert (best.uses, best.total_fen) == ((("乙", 2500), ("甲", 2000)), 4500)


def test_percent_is_taken_off_what_cash_has_left() -> None:
    cash, percent = coupon("减20", amount_fen=2000), coupon("九折", Kind.PERCENT, percent=10)
    best = best_combination([percent, cash], Basket(10_000))
    assert best.uses == (("减20", 2000), ("九折", 800))
    assert best.why == ("减20：减20元", "九折：减8元")


def test_of_one_kind_only_the_better_one_where_others_must_be_of_other_kinds() -> None:
    first = coupon("甲", stacking=Stacking.OTHER_KINDS, amount_fen=1000)
    second = coupon("乙", stacking=Stacking.OTHER_KINDS, amount_fen=1500)
    freight = coupon("免邮", Kind.SHIPPING, stacking=Stacking.OTHER_KINDS, cap_fen=1000)
    assert best_combination([first, second, freight], Basket(5000, 800)).uses == (("乙", 1500), ("免邮", 800))


def test_nothing_is_taken_off_twice() -> None:
    best = best_combination([coupon("甲", amount_fen=3000), coupon("乙", amount_fen=3000)], Basket(4000))
    assert best.total_fen == 4000


def test_gift_comes_along_where_it_may() -> None:
    gift = coupon("赠杯", Kind.GIFT, gift="马克杯", worth_fen=900)
    best = best_combination([gift, coupon("减20", amount_fen=2000)], Basket(10_000))
    assert best.uses == (("减20", 2000), ("赠杯", 0))
    assert best.why[1] == "赠杯：马克杯"


def test_same_coupons_in_any_order_give_the_same_answer() -> None:
    coupons = [coupon(name, amount_fen=1000) for name in "丁丙乙甲"]
    assert best_combination(coupons, Basket(1500)) == best_combination(coupons[::-1], Basket(1500))


def test_clash_names_both() -> None:
    no = first_clash([coupon("甲"), coupon("乙", stacking=Stacking.ALONE)])
    assert no is not None and no.for_guide == "甲 与 乙 不能同用。"
    assert best_combination([], Basket(100)).why == ("没有可用的券",)
