"""Redeeming: what becomes of a copy after it was given. Every call has a key and is answered once.

Each change holds the copy's row, asks the rules, writes the new state, one ledger line and the answer, and corrects
what the template can still cost: all in one transaction.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from campaigns.coupons.claiming.claims import LONGEST_KEY
from campaigns.coupons.claiming.pace import ANY_CROWD, Crowds, hold, limits_of_redemption
from campaigns.coupons.codes import Codes
from campaigns.coupons.redemption.orders import hold_order
from campaigns.coupons.redemption.stacking import Candidate, first_clash
from campaigns.coupons.redemption.till import OPEN, Basket, Shop, is_locked, why_not, why_not_reversed
from campaigns.coupons.refusals import No, Refusal, read_refusal, refusal_to_json, refuse
from campaigns.coupons.shops import find_shop
from campaigns.coupons.terms import Terms, from_json
from core.errors import Invalid
from models import CouponEntry, CouponTemplate
from models.coupons import CouponEvent, CouponState
from models.dialect.copies import HeldCopy, add_exposure, change_copy, expire_copies, hold_copy, hold_over
from models.dialect.coupons import CallRow, add_calls, answers_to

_FREE: dict[str, Any] = {"locked_until": None, "lock_key": ""}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done to a copy. ``lock_key`` is for whoever locked it, ``discount_fen`` what a redemption takes off."""

    coupon_id: int
    event: CouponEvent
    discount_fen: int = 0
    lock_key: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A copy as it stands: ``no`` is why it cannot be used here and now, None where it can."""

    copy: HeldCopy
    terms: Terms
    no: Refusal | None
    discount_fen: int


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that is allowed: the new state and columns, and what the template can cost more or less."""

    done: Done
    state: CouponState
    columns: Mapping[str, Any]
    detail: Mapping[str, Any]
    exposure_fen: int = 0


@dataclass(frozen=True, slots=True)
class _Call:
    """A call by its key, and what it asks for: the same key with another wish is a mistake, not a repeat."""

    key: str
    verb: str
    store_code: str = ""
    order_no: str = ""

    def mark(self, code_hash: str) -> str:
        """Stored with the answer: tells this wish from others."""
        asked = json.dumps([self.verb, code_hash, self.store_code, self.order_no])
        return hashlib.sha256(asked.encode()).hexdigest()[:16]


class Till:
    """Looks codes up and changes their copies. A redemption may be undone within ``reverse_within``.

    ``crowds.store`` limits the redemptions of a store in a minute.
    """

    def __init__(self, codes: Codes, reverse_within: timedelta, crowds: Crowds = ANY_CROWD) -> None:
        self._codes = codes
        self._reverse_within = reverse_within
        self._crowds = crowds

    async def look(self, code: str, store_code: str, basket: Basket | None, at: datetime) -> Look | Refusal:
        """Whether a copy is good at a store (empty: anywhere) for a basket; changes nothing. Raises ``Invalid``."""
        async with in_transaction():
            copy = await hold_copy(self._codes.fingerprint(code))
            if copy is None:
                return refuse(No.UNKNOWN_CODE)
            terms = await _terms(copy.template_id)
            no = why_not(copy, terms, await _shop(store_code), basket, "", at)
            return Look(copy, terms, no, terms.discount_fen(basket.fen, basket.freight_fen) if basket else 0)

    async def lock(
        self, key: str, code: str, store_code: str, basket: Basket, minutes: int, by: str, at: datetime
    ) -> Done | Refusal:
        """Keeps a copy for one checkout, for some minutes; the answer's ``lock_key`` redeems or unlocks it."""

        async def change(copy: HeldCopy, terms: Terms) -> _Change | Refusal:
            if no := why_not(copy, terms, await _shop(store_code), basket, "", at):
                return no
            lock_key = secrets.token_urlsafe(24)
            until = at + timedelta(minutes=minutes)
            done = Done(copy.id, CouponEvent.LOCKED, lock_key=lock_key)
            columns = {"locked_until": until, "lock_key": lock_key}
            return _Change(done, CouponState.LOCKED, columns, {"until": until.isoformat(), "store": store_code})

        return await self._change(_Call(key, "lock", store_code), code, by, at, change)

    async def unlock(self, key: str, code: str, lock_key: str, by: str, at: datetime) -> Done | Refusal:
        """Gives a locked copy free before its time."""

        async def change(copy: HeldCopy, terms: Terms) -> _Change | Refusal:
            if not is_locked(copy, at) or copy.lock_key != lock_key:
                return refuse(No.NOT_LOCKED)
            return _Change(Done(copy.id, CouponEvent.UNLOCKED), CouponState.ISSUED, _FREE, {})

        return await self._change(_Call(key, "unlock"), code, by, at, change)

    async def redeem(
        self, key: str, code: str, store_code: str, basket: Basket, order_no: str, by: str, at: datetime,
        lock_key: str = "",
    ) -> Done | Refusal:  # fmt: skip
        """Uses a copy for an order at a store, once. A locked one only by its ``lock_key``. Raises ``Invalid``.

        Of copies used for one order at one store, all must go together, and each takes off what those before it left.
        """
        if len(order_no) > 64:
            raise Invalid("order_no", f"has {len(order_no)} characters", "write at most 64")

        async def change(copy: HeldCopy, terms: Terms) -> _Change | Refusal:
            shop = await _shop(store_code)
            if no := why_not(copy, terms, shop, basket, lock_key, at):
                return no
            beside = await hold_order(store_code, order_no)
            if no := first_clash([*beside.used, Candidate(str(copy.id), terms)]) or await self._pace(shop, at):
                return no
            off = terms.discount_fen(*beside.left_of(basket))
            columns = {
                **_FREE, "redeemed_at": at, "store_code": store_code, "order_no": order_no, "discount_fen": off,
            }  # fmt: skip
            detail = {"store": store_code, "order": order_no, "basket_fen": basket.fen, "discount_fen": off}
            done = Done(copy.id, CouponEvent.REDEEMED, off)
            return _Change(done, CouponState.REDEEMED, columns, detail, _cost(terms, off) - terms.most_fen)

        return await self._change(_Call(key, "redeem", store_code, order_no), code, by, at, change)

    async def reverse(self, key: str, code: str, reason: str, by: str, at: datetime) -> Done | Refusal:
        """Undoes a redemption within the time allowed: the copy may be used again. Raises ``Invalid``."""
        if not reason.strip():
            raise Invalid("reason", "is missing", "say why the redemption is undone")

        async def change(copy: HeldCopy, terms: Terms) -> _Change | Refusal:
            if no := why_not_reversed(copy, self._reverse_within, at):
                return no
            columns = {"redeemed_at": None, "store_code": "", "order_no": "", "discount_fen": 0}
            detail = {"reason": reason[:128], "order": copy.order_no, "discount_fen": copy.discount_fen}
            done = Done(copy.id, CouponEvent.REVERSED)
            back = terms.most_fen - _cost(terms, copy.discount_fen)
            return _Change(done, CouponState.REVERSED, columns, detail, back)

        return await self._change(_Call(key, "reverse"), code, by, at, change)

    async def void(self, key: str, code: str, reason: str, by: str, at: datetime) -> Done | Refusal:
        """Takes an open copy back for good. Raises ``Invalid``."""
        if not reason.strip():
            raise Invalid("reason", "is missing", "say why the copy is taken back")

        async def change(copy: HeldCopy, terms: Terms) -> _Change | Refusal:
            if copy.state not in OPEN:
                return why_not(copy, terms, None, None, "", at) or refuse(No.VOIDED, why=reason)
            done = Done(copy.id, CouponEvent.VOIDED)
            return _Change(done, CouponState.VOIDED, _FREE, {"reason": reason[:128]}, -terms.most_fen)

        return await self._change(_Call(key, "void"), code, by, at, change)

    async def _pace(self, shop: Shop | None, at: datetime) -> Refusal | None:
        """Counts a redemption at a shop, or says that it has had enough of them."""
        limits = limits_of_redemption(shop.code, shop.name, self._crowds) if shop else ()
        paces = await hold(limits)
        if no := paces.why_not(limits, at):
            return no
        paces.count(limits, at)
        await paces.write()
        return None

    async def _change(self, call: _Call, code: str, by: str, at: datetime, change: Any) -> Done | Refusal:
        _check_key(call.key)
        code_hash = self._codes.fingerprint(code)
        async with in_transaction():
            copy = await hold_copy(code_hash)
            if known := (await answers_to([call.key])).get(call.key):
                if known.get("of") != call.mark(code_hash):
                    raise Invalid("key", f"{call.key!r} was used for another call", "make a new one for each call")
                return _read(known)
            if copy is None:
                return refuse(No.UNKNOWN_CODE)
            terms = await _terms(copy.template_id)
            verdict = await change(copy, terms)
            if isinstance(verdict, _Change):
                await _write(copy, verdict, by, at)
                answer: Done | Refusal = verdict.done
            else:
                answer = verdict
            told = json.dumps({**_to_json(answer), "of": call.mark(code_hash)}, ensure_ascii=False)
            await add_calls([CallRow(call.key, copy.customer_id, at, told)])
            return answer


async def expire_due(at: datetime, limit: int = 500) -> int:
    """Ends open copies whose time is over; returns how many."""
    async with in_transaction():
        over = await hold_over(at, limit)
        if not over:
            return 0
        await expire_copies([copy.id for copy in over])
        await CouponEntry.bulk_create(
            [CouponEntry(coupon_id=copy.id, event=CouponEvent.EXPIRED, at=at, by="clock", detail={}) for copy in over]
        )
        for template_id, copies in sorted(Counter(copy.template_id for copy in over).items()):
            await add_exposure(template_id, -copies * (await _terms(template_id)).most_fen)
    return len(over)


async def _write(copy: HeldCopy, change: _Change, by: str, at: datetime) -> None:
    if not await change_copy(copy, change.state.value, **change.columns):
        raise AssertionError(f"coupon {copy.id} changed while it was held")
    if copy.state == CouponState.LOCKED and change.done.event is not CouponEvent.UNLOCKED and not is_locked(copy, at):
        timed_out = copy.locked_until.isoformat() if copy.locked_until else ""
        await _note(copy.id, CouponEvent.UNLOCKED, at, "clock", {"timed_out": timed_out})
    await _note(copy.id, change.done.event, at, by, change.detail)
    if change.exposure_fen:
        await add_exposure(copy.template_id, change.exposure_fen)


async def _note(coupon_id: int, event: CouponEvent, at: datetime, by: str, detail: Mapping[str, Any]) -> None:
    await CouponEntry.create(coupon_id=coupon_id, event=event, at=at, by=by[:64], detail=dict(detail))


def _cost(terms: Terms, discount_fen: int) -> int:
    """What a redeemed copy cost: what it took off, or what the gift is worth."""
    return discount_fen or terms.worth_fen


async def _terms(template_id: int) -> Terms:
    return from_json((await CouponTemplate.get(id=template_id)).terms)


async def _shop(store_code: str) -> Shop | None:
    return await find_shop(store_code) if store_code else None


def _check_key(key: str) -> None:
    if not key or len(key) > LONGEST_KEY:
        raise Invalid("key", f"has {len(key)} characters", f"write 1 to {LONGEST_KEY}, the same for every repeat")


def _to_json(answer: Done | Refusal) -> dict[str, Any]:
    if isinstance(answer, Refusal):
        return refusal_to_json(answer)
    return {
        "coupon_id": answer.coupon_id, "event": answer.event.value, "discount_fen": answer.discount_fen,
        "lock_key": answer.lock_key,
    }  # fmt: skip


def _read(stored: Mapping[str, Any]) -> Done | Refusal:
    if "refused" in stored:
        return read_refusal(stored)
    event = CouponEvent(stored.get("event", CouponEvent.ISSUED))
    return Done(stored["coupon_id"], event, stored.get("discount_fen", 0), stored.get("lock_key", ""))
