"""The till: may this copy be used here and now, and what does it take off. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.coupons.money import yuan
from campaigns.coupons.refusals import No, Refusal, refuse
from campaigns.coupons.terms import Terms
from core.clock import local
from models.coupons import CouponState
from models.dialect.copies import HeldCopy

OPEN = frozenset({CouponState.ISSUED, CouponState.LOCKED, CouponState.REVERSED})


@dataclass(frozen=True, slots=True)
class Shop:
    """Where it is to be used: the store and the regions it lies in, by name or code."""

    code: str
    name: str
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basket:
    """What is bought. ``fen`` without freight."""

    fen: int
    freight_fen: int = 0


def why_not(
    copy: HeldCopy, terms: Terms, shop: Shop | None, basket: Basket | None, lock_key: str, at: datetime
) -> Refusal | None:
    """The first rule that keeps a copy from being used; None where it is good. Without a shop or a basket the rules
    about them are not asked. A locked copy is good for the holder of its lock, and for all once the lock has timed out.
    """
    return (
        _spent(copy)
        or _held_elsewhere(copy, lock_key, at)
        or _out_of_time(copy, terms, at)
        or (_out_of_place(terms, shop) if shop else None)
        or (_too_small(terms, basket) if basket else None)
    )


def is_locked(copy: HeldCopy, at: datetime) -> bool:
    """True while a lock holds."""
    return copy.state == CouponState.LOCKED and copy.locked_until is not None and at < copy.locked_until


def why_not_reversed(copy: HeldCopy, within: timedelta, at: datetime) -> Refusal | None:
    """The rule that keeps a redemption from being undone."""
    if copy.state != CouponState.REDEEMED or copy.redeemed_at is None:
        return refuse(No.NOT_REDEEMED)
    passed = at - copy.redeemed_at
    if passed > within:
        return refuse(No.TOO_LATE, minutes=_minutes(within), passed=_minutes(passed))
    return None


def _spent(copy: HeldCopy) -> Refusal | None:
    match CouponState(copy.state):
        case CouponState.REDEEMED:
            at = local(copy.redeemed_at) if copy.redeemed_at else ""
            return refuse(No.ALREADY_REDEEMED, at=at, store=copy.store_code, order=copy.order_no or "—")
        case CouponState.EXPIRED:
            return refuse(No.EXPIRED, until=local(copy.valid_until))
        case CouponState.VOIDED:
            return refuse(No.VOIDED, why="由同事作废")
        case _:
            return None


def _held_elsewhere(copy: HeldCopy, lock_key: str, at: datetime) -> Refusal | None:
    if lock_key and (not is_locked(copy, at) or copy.lock_key != lock_key):
        return refuse(No.NOT_LOCKED)
    if not lock_key and is_locked(copy, at) and copy.locked_until:
        return refuse(No.LOCKED, until=local(copy.locked_until))
    return None


def _out_of_time(copy: HeldCopy, terms: Terms, at: datetime) -> Refusal | None:
    if at < copy.valid_from:
        return refuse(No.NOT_YET, since=local(copy.valid_from))
    if at >= copy.valid_until and not is_locked(copy, at):  # who locked it in time may finish
        return refuse(No.EXPIRED, until=local(copy.valid_until))
    return None if terms.is_of_now(at) else refuse(No.WRONG_TIME, times=terms.times_in_words())


def _out_of_place(terms: Terms, shop: Shop) -> Refusal | None:
    if is_good_at(terms, shop):
        return None
    return refuse(No.WRONG_STORE, store=shop.name, stores="、".join([*terms.stores, *terms.regions]))


def is_good_at(terms: Terms, shop: Shop) -> bool:
    """True where the offer holds in this store, by itself or by its region."""
    if not terms.stores and not terms.regions:
        return True
    return shop.code in terms.stores or bool(set(shop.regions) & set(terms.regions))


def _too_small(terms: Terms, basket: Basket) -> Refusal | None:
    if basket.fen >= terms.threshold_fen:
        return None
    missing = terms.threshold_fen - basket.fen
    return refuse(
        No.BELOW_THRESHOLD, threshold=yuan(terms.threshold_fen), missing=yuan(missing), basket=yuan(basket.fen)
    )


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
