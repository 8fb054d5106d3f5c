"""What coupons ought to do, in plain Python and without a database: predicts the answer to every call exactly."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from core.clock import BRAND_ZONE

OPEN = frozenset({"issued", "locked", "reversed"})
PACE = 3
PACE_S = 60
REVERSE_WITHIN = timedelta(minutes=30)


@dataclass(slots=True)
class Offer:
    """A template. ``undone_fen`` is what reversed redemptions had taken off less than a copy's worth: by so much, and
    no more, a budget may be over."""

    code: str
    worth_fen: int
    is_cash: bool
    stock: int
    per_person: int
    per_day: int
    valid_days: int
    budget_fen: int | None = None
    state: str = "published"
    undone_fen: int = 0

    def cost_fen(self, discount_fen: int) -> int:
        return discount_fen or self.worth_fen


@dataclass(slots=True)
class Copy:
    """One copy; ``customer`` is whoever has it now, ``code`` what is on their phone, erased or not."""

    id: int
    code: str
    offer: Offer
    customer: int
    issued_at: datetime
    valid_until: datetime
    state: str = "issued"
    locked_until: datetime | None = None
    lock_key: str = ""
    redeemed_at: datetime | None = None
    discount_fen: int = 0
    is_erased: bool = False

    def is_locked(self, at: datetime) -> bool:
        return self.state == "locked" and self.locked_until is not None and at < self.locked_until

    def is_over(self, at: datetime) -> bool:
        return self.state in OPEN and self.valid_until <= at and not self.is_locked(at)

    @property
    def exposure_fen(self) -> int:
        if self.state == "redeemed":
            return self.offer.cost_fen(self.discount_fen)
        return self.offer.worth_fen if self.state in OPEN else 0

    def free(self, state: str) -> None:
        self.state, self.locked_until, self.lock_key = state, None, ""


@dataclass(slots=True)
class Person:
    """A customer; ``heads`` counts those who were merged into this one, each of whom had limits of their own."""

    id: int
    heads: int = 1
    blocks: list[datetime | None] = field(default_factory=list)

    def is_blocked(self, at: datetime) -> bool:
        return any(until is None or until > at for until in self.blocks)


class Model:
    """Everybody and everything of one example. Times are the machine's clock."""

    def __init__(self, offers: list[Offer]) -> None:
        self.offers = offers
        self.people: list[Person] = []
        self.copies: list[Copy] = []

    # ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────
    def copies_of(self, offer: Offer) -> list[Copy]:
        return [copy for copy in self.copies if copy.offer is offer]

    def exposure_fen(self, offer: Offer) -> int:
        return sum(copy.exposure_fen for copy in self.copies_of(offer))

    def claim(self, offer: Offer, person: Person, at: datetime) -> str:
        """``given`` or the code of the refusal. A spent budget pauses its template once all of a commit were heard."""
        if offer.state != "published":
            return {"paused": "paused", "ended": "ended"}[offer.state]
        own = [copy for copy in self.copies if copy.customer == person.id]
        if person.is_blocked(at):
            return "blocked"
        if sum(copy.issued_at >= at - timedelta(seconds=PACE_S) for copy in own) >= PACE:
            return "too_fast"
        taken = [copy for copy in own if copy.offer is offer]
        if len(taken) >= offer.per_person:
            return "limit_reached"
        if offer.per_day and sum(copy.issued_at >= _midnight(at) for copy in taken) >= offer.per_day:
            return "day_limit_reached"
        if len(self.copies_of(offer)) >= offer.stock:
            return "sold_out"
        if offer.budget_fen is not None and self.exposure_fen(offer) + offer.worth_fen > offer.budget_fen:
            return "budget_spent"
        return "given"

    def give(self, coupon_id: int, code: str, offer: Offer, person: Person, at: datetime) -> None:
        ends = _midnight(at) + timedelta(days=offer.valid_days)
        self.copies.append(Copy(coupon_id, code, offer, person.id, at, ends))

    # ── at the till ─────────────────────────────────────────────────────────────────────────────────────────────
    def why_not(self, copy: Copy, lock_key: str, at: datetime) -> str:
        """The code of the first rule that keeps a copy from being used; empty where it is good."""
        if copy.is_erased:
            return "unknown_code"
        spent = {"redeemed": "already_redeemed", "expired": "expired", "voided": "voided"}
        if copy.state in spent:
            return spent[copy.state]
        if lock_key and not (copy.is_locked(at) and copy.lock_key == lock_key):
            return "not_locked"
        if not lock_key and copy.is_locked(at):
            return "locked"
        return "expired" if at >= copy.valid_until and not copy.is_locked(at) else ""

    def lock(self, copy: Copy, minutes: int, at: datetime) -> str:
        if no := self.why_not(copy, "", at):
            return no
        copy.state, copy.locked_until = "locked", at + timedelta(minutes=minutes)
        return "locked!"

    def unlock(self, copy: Copy, lock_key: str, at: datetime) -> str:
        if copy.is_erased:
            return "unknown_code"
        if not copy.is_locked(at) or copy.lock_key != lock_key:
            return "not_locked"
        copy.free("issued")
        return "unlocked!"

    def redeem(self, copy: Copy, lock_key: str, basket_fen: int, at: datetime) -> str:
        if no := self.why_not(copy, lock_key, at):
            return no
        copy.free("redeemed")
        copy.redeemed_at = at
        copy.discount_fen = min(copy.offer.worth_fen, basket_fen) if copy.offer.is_cash else 0
        return "redeemed!"

    def reverse(self, copy: Copy, at: datetime) -> str:
        if copy.is_erased:
            return "unknown_code"
        if copy.state != "redeemed" or copy.redeemed_at is None:
            return "not_redeemed"
        if at - copy.redeemed_at > REVERSE_WITHIN:
            return "too_late"
        copy.offer.undone_fen += copy.offer.worth_fen - copy.offer.cost_fen(copy.discount_fen)
        copy.state, copy.redeemed_at, copy.discount_fen = "reversed", None, 0
        return "reversed!"

    def void(self, copy: Copy, at: datetime) -> str:
        if copy.is_erased or copy.state not in OPEN:
            return self.why_not(copy, "", at)
        copy.free("voided")
        return "voided!"

    def expire(self, at: datetime) -> int:
        over = [copy for copy in self.copies if copy.is_over(at)]
        for copy in over:
            copy.free("expired")
        return len(over)

    # ── templates and people ────────────────────────────────────────────────────────────────────────────────────
    def step(self, offer: Offer, step: str) -> bool:
        """Whether a template may take this step; takes it."""
        allowed = {"publish": ("paused",), "pause": ("published",), "end": ("published", "paused")}
        if offer.state not in allowed[step]:
            return False
        offer.state = {"publish": "published", "pause": "paused", "end": "ended"}[step]
        return True

    def merge(self, kept: Person, folded: Person) -> None:
        for copy in self.copies:
            if copy.customer == folded.id:
                copy.customer = kept.id
        kept.heads += folded.heads
        kept.blocks += folded.blocks
        self.people.remove(folded)

    def erase(self, person: Person) -> None:
        for copy in self.copies:
            if copy.customer == person.id:
                copy.is_erased = True
                copy.free("voided" if copy.state in OPEN else copy.state)
        self.people.remove(person)


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(BRAND_ZONE).date(), time(), BRAND_ZONE)
