"""Choosing: which of a customer's own copies to use for a basket at a store, and why each other one is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.coupons.redemption.stacking import Candidate, best_combination, why_not_chosen
from campaigns.coupons.redemption.till import OPEN, Basket, Shop, why_not
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.terms import Terms, from_json
from models.dialect.copies import HeldCopy, list_open


@dataclass(frozen=True, slots=True)
class Use:
    """A copy to use, and what it takes off in fen."""

    coupon_id: int
    terms: Terms
    discount_fen: int


@dataclass(frozen=True, slots=True)
class Leave:
    """A copy not to use, and why."""

    coupon_id: int
    terms: Terms
    no: Refusal


@dataclass(frozen=True, slots=True)
class Choice:
    """What to use, in the order of the till: redeemed so, each takes off what is said here. ``why`` is in words."""

    use: tuple[Use, ...]
    leave: tuple[Leave, ...]
    total_fen: int
    why: tuple[str, ...]


async def choose(customer_id: int, shop: Shop | None, basket: Basket, at: datetime) -> Choice:
    """The best combination of a customer's open copies; of equals the one whose copies end first. Changes nothing."""
    copies = [(row, from_json(terms)) for row, terms in await list_open(customer_id, sorted(OPEN))]
    good: dict[str, tuple[HeldCopy, Terms]] = {}
    leave: list[Leave] = []
    for copy, terms in copies:
        if no := why_not(copy, terms, shop, basket, "", at):
            leave.append(Leave(copy.id, terms, no))
        else:
            good[_key(copy)] = copy, terms
    best = best_combination([Candidate(key, terms) for key, (_, terms) in good.items()], basket)
    use = tuple(Use(good[key][0].id, good[key][1], off) for key, off in best.uses)
    return Choice(use, (*_left_out(good, [key for key, _ in best.uses]), *leave), best.total_fen, best.why)


def _left_out(good: dict[str, tuple[HeldCopy, Terms]], used: Sequence[str]) -> list[Leave]:
    chosen = [Candidate(key, good[key][1]) for key in used]
    return [
        Leave(copy.id, terms, why_not_chosen(Candidate(key, terms), chosen))
        for key, (copy, terms) in good.items()
        if key not in used
    ]


def _key(copy: HeldCopy) -> str:
    """Sorts copies by their end."""
    return f"{copy.valid_until.timestamp():014.0f}:{copy.id:020}"
