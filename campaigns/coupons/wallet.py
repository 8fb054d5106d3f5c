"""The wallet: a customer's own copies with their codes, rules and ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.coupons.codes import Codes
from campaigns.coupons.redemption.till import OPEN
from campaigns.coupons.terms import Terms, from_json
from models import Coupon
from models.coupons import CouponState

_MOST = 50


@dataclass(frozen=True, slots=True)
class OwnCopy:
    """A copy as its owner sees it; ``code`` in groups of four, empty for one that can no longer be used."""

    coupon_id: int
    template: str
    terms: Terms
    code: str
    state: CouponState
    valid_from: datetime
    valid_until: datetime


async def list_own(customer_id: int, codes: Codes, at: datetime, *, open_only: bool = True) -> list[OwnCopy]:
    """A customer's copies, at most 50: those that can be used, the first to end before the others; or all, the last
    taken before the others."""
    mine = Coupon.filter(customer_id=customer_id).order_by("-id")
    if open_only:
        mine = mine.filter(state__in=[state.value for state in OPEN], valid_until__gt=at).order_by("valid_until", "id")
    return [_own(row, codes, at) for row in await mine.limit(_MOST).prefetch_related("template")]


async def find_own(customer_id: int, coupon_id: int, codes: Codes, at: datetime) -> OwnCopy | None:
    """That copy, None where it is somebody else's."""
    row = await Coupon.get_or_none(id=coupon_id, customer_id=customer_id).prefetch_related("template")
    return _own(row, codes, at) if row else None


async def get_own(coupon_id: int, codes: Codes, at: datetime | None) -> OwnCopy:
    """One copy; without ``at`` its code is shown whenever its state allows it to be used."""
    return _own(await Coupon.get(id=coupon_id).prefetch_related("template"), codes, at)


def _own(row: Coupon, codes: Codes, at: datetime | None) -> OwnCopy:
    is_open = row.state in OPEN and (at is None or row.valid_until > at)
    return OwnCopy(
        row.id,
        row.template.code,
        from_json(row.template.terms),
        codes.show(row.code_cipher) if is_open else "",
        row.state,
        row.valid_from,
        row.valid_until,
    )
