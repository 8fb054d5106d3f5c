"""Stacking: the best combination of coupons one basket may use, always the same for the same basket, and why.

Rules: a coupon that stands alone goes with none; one for other kinds goes with coupons of other kinds that allow it;
any goes with any that allows it. Thresholds are met by the basket before anything is taken off; percent is taken
off what is left after cash, so that the order at the till never changes the sum. Freight is taken off apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from campaigns.coupons.money import yuan
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.refusals import No, Refusal, refuse
from campaigns.coupons.terms import Kind, Stacking, Terms

MOST_TOGETHER = 4
MOST_CONSIDERED = 12
"""Of more coupons that go with others, the ones of each kind that take off most by themselves are combined."""

_GIFTS = (Kind.GIFT, Kind.EXCHANGE)
_ORDER = (Kind.CASH, Kind.PERCENT, Kind.SHIPPING, Kind.GIFT, Kind.EXCHANGE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coupon that is good here and now for this basket, by the key its caller knows it by."""

    key: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Combination:
    """What to use, in the order of the till: (key, fen taken off) each, with the sum and the reasons in words."""

    uses: tuple[tuple[str, int], ...]
    total_fen: int
    why: tuple[str, ...]


def best_combination(candidates: Sequence[Candidate], basket: Basket) -> Combination:
    """The allowed combination that takes off most; of equals the one with fewer coupons, then by key.

    Gifts and exchanges take nothing off and are added where they may be.
    """
    in_order = sorted(candidates, key=lambda each: each.key)
    sociable = _strongest([each for each in in_order if each.terms.stacking is not Stacking.ALONE], basket)
    found: list[tuple[int, int, int, tuple[str, ...], Combination]] = []
    for size in range(1, MOST_TOGETHER + 1):
        for chosen in combinations(in_order if size == 1 else sociable, size):
            if first_clash(chosen) is None:
                combination = _apply(chosen, basket)
                gifts = sum(1 for each in chosen if each.terms.kind in _GIFTS)
                keys = tuple(each.key for each in chosen)
                if combination.total_fen or gifts:
                    found.append((-combination.total_fen, -gifts, size, keys, combination))
    if not found:
        return Combination((), 0, ("没有可用的券",))
    return min(found, key=lambda each: each[:4])[4]


def why_not_chosen(candidate: Candidate, chosen: Sequence[Candidate]) -> Refusal:
    """Why a coupon that is good was left out of the best combination."""
    for each in chosen:
        if clash := first_clash([each, candidate]):
            return clash
    if len(chosen) >= MOST_TOGETHER:
        return refuse(No.TOO_MANY_TOGETHER, most=MOST_TOGETHER)
    return refuse(No.NO_GAIN)


def first_clash(chosen: Sequence[Candidate]) -> Refusal | None:
    """The first two that may not be used together; None where all may."""
    for first, second in combinations(chosen, 2):
        if not (_goes_with(first.terms, second.terms) and _goes_with(second.terms, first.terms)):
            return refuse(No.NOT_STACKABLE, first=first.terms.title, second=second.terms.title)
    return None


def _goes_with(one: Terms, other: Terms) -> bool:
    match one.stacking:
        case Stacking.ALONE:
            return False
        case Stacking.OTHER_KINDS:
            return one.kind is not other.kind
        case Stacking.ANY:
            return True


def _strongest(candidates: Sequence[Candidate], basket: Basket) -> list[Candidate]:
    """The first of each kind, then the second of each, and so on, as many as are combined; in the order given."""
    by_worth = sorted(candidates, key=lambda each: (-_alone(each, basket), each.key))
    places: Counter[Kind] = Counter()
    ranked = []
    for each in by_worth:
        ranked.append((places[each.terms.kind], -_alone(each, basket), each.key))
        places[each.terms.kind] += 1
    kept = {key for _, _, key in sorted(ranked)[:MOST_CONSIDERED]}
    return [each for each in candidates if each.key in kept]


def _alone(candidate: Candidate, basket: Basket) -> int:
    return candidate.terms.discount_fen(basket.fen, basket.freight_fen)


def _apply(chosen: Sequence[Candidate], basket: Basket) -> Combination:
    left, freight = basket.fen, basket.freight_fen
    uses: list[tuple[str, int]] = []
    why: list[str] = []
    for each in sorted(chosen, key=lambda each: (_ORDER.index(each.terms.kind), each.key)):
        off = each.terms.discount_fen(left, freight)
        if each.terms.kind is Kind.SHIPPING:
            freight -= off
        else:
            left -= off
        uses.append((each.key, off))
        why.append(f"{each.terms.title}：减{yuan(off)}" if off else f"{each.terms.title}：{each.terms.gift or '不减'}")
    return Combination(tuple(uses), sum(off for _, off in uses), tuple(why))
