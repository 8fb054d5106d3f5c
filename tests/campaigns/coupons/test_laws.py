"""Everything that can happen to coupons, in any order, beside a model: exact answers, and laws after every step.

The race suite (``scripts/faults --only coupons``) proves the same laws of many processes at once.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.coupons import person_tables as person_tables  # registers how coupons merge and are erased
from campaigns.coupons.claiming.blocks import block, lift
from campaigns.coupons.claiming.claims import Answer, Claim, Claims, Given
from campaigns.coupons.offers.templates import add_template, set_template, step_template
from campaigns.coupons.redemption.redeeming import Done, Till, expire_due
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.refusals import Refusal
from core.errors import Invalid, Missing
from customers.erasure import erase_person
from customers.merging import merge
from models import Coupon, CouponEntry, CouponTemplate, Customer
from models.database import close_database, open_database
from tests.campaigns.coupons.model import PACE, REVERSE_WITHIN, Copy, Model, Offer, Person
from tests.campaigns.coupons.offers import CODES, NOON, code_of

EXAMPLES = int(os.environ.get("ZHIJI_EXAMPLES", "20"))
_STEPS = 50
_FOLLOWS = {"unlocked": "issued"}
_PICK = st.integers(0, 23)
_STEPS_TAKEN = ("publish",) * 6 + ("pause",) * 3 + ("end",)
_SELDOM = st.integers(0, 5)
"""0 for yes: there are only four people."""

Told = Answer | Done | Refusal
Call = Callable[[], Coroutine[Any, Any, Told]]


class Coupons(RuleBasedStateMachine):
    """Two offers and four people. Every example has offers and people of its own in the one database."""

    def __init__(self, runner: asyncio.Runner) -> None:
        super().__init__()
        self._run: Callable[[Coroutine[Any, Any, Any]], Any] = runner.run
        self._claims = Claims(CODES, PACE)
        self._till = Till(CODES, REVERSE_WITHIN)
        self._name = uuid4().hex[:12]
        self._at = NOON
        self._calls: list[tuple[int, Call, Told]] = []
        self._count = 0
        self._model = Model([
            Offer(f"cash{self._name}", 2000, True, stock=6, per_person=3, per_day=2, valid_days=2, budget_fen=9000),
            Offer(f"gift{self._name}", 900, False, stock=4, per_person=1, per_day=0, valid_days=1),
        ])  # fmt: skip
        self._run(self._furnish())

    async def _furnish(self) -> None:
        cash, gift = self._model.offers
        forms: list[dict[str, Any]] = [
            {"code": cash.code, "title": "减20", "kind": "cash", "amount": 20, "per_day": 2, "budget": 90},
            {"code": gift.code, "title": "赠杯", "kind": "gift", "gift": "杯", "worth": 9},
        ]
        for form, offer in zip(forms, self._model.offers, strict=True):
            limits = {"stock": offer.stock, "per_person": offer.per_person, "valid_days": offer.valid_days}
            await add_template({**form, **limits}, "cli:test", NOON)
            await step_template(offer.code, "publish", "", "cli:test", NOON)
        for _ in range(4):
            self._model.people.append(Person((await Customer.create(created_at=NOON)).id))

    def teardown(self) -> None:
        """What is open ends, so that no other example's clock ends it."""
        while self._run(expire_due(NOON + timedelta(days=4000))):
            pass

    # ── claims ──────────────────────────────────────────────────────────────────────────────────────────────────
    @initialize(whose=st.lists(_PICK, min_size=1, max_size=4))
    def claims_at_the_start(self, whose: list[int]) -> None:
        for what in (0, 1):
            self._claim(what, whose)

    @precondition(lambda self: self._model.people)
    @rule(who=_PICK, what=st.integers(0, 1))
    def claim(self, who: int, what: int) -> None:
        self._claim(what, [who])

    @precondition(lambda self: self._model.people)
    @rule(whose=st.lists(_PICK, min_size=2, max_size=5), what=st.integers(0, 1))
    def claims_in_one_commit(self, whose: list[int], what: int) -> None:
        self._claim(what, whose)

    def _claim(self, what: int, whose: list[int]) -> None:
        """The first to come is the first served."""
        offer = self._model.offers[what]
        people = [self._person(each) for each in whose]
        asked = [Claim(self._key(), offer.code, person.id, "chat", self._at) for person in people]
        answers = self._run(self._claims.decide(asked))
        is_spent = False
        for claim, person, answer in zip(asked, people, answers, strict=True):
            expected = self._model.claim(offer, person, self._at)
            assert _told(answer) == expected
            if isinstance(answer, Given):
                code = self._run(code_of(answer.coupon_id))
                self._model.give(answer.coupon_id, code, offer, person, self._at)
            is_spent = is_spent or expected == "budget_spent"
            self._keep(person.id, partial(self._decide, claim), answer)
        if is_spent:
            offer.state = "paused"

    async def _decide(self, claim: Claim) -> Answer:
        return (await self._claims.decide([claim]))[0]

    @precondition(lambda self: self._calls)
    @rule(which=_PICK)
    def repeat_a_call(self, which: int) -> None:
        """It gets its first answer and changes nothing, whatever happened since."""
        _, call, answer = self._calls[-1 - which % len(self._calls)]
        assert self._run(call()) == answer

    # ── the till ────────────────────────────────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self._model.copies)
    @rule(which=_PICK, minutes=st.sampled_from([1, 20]), is_left=st.booleans())
    def lock(self, which: int, minutes: int, is_left: bool) -> None:
        copy, code, key = self._copy(which, "issued")
        at = self._at
        expected = self._model.lock(copy, minutes, self._at)
        done = self._call(copy, expected, lambda: self._till.lock(key, code, "", Basket(9000), minutes, "shop", at))
        if isinstance(done, Done):
            copy.lock_key = done.lock_key
            if is_left:  # the customer walks off
                self._unlock(copy, done.lock_key)

    @precondition(lambda self: any(copy.state == "locked" for copy in self._model.copies))
    @rule(which=_PICK, is_right=st.booleans())
    def unlock(self, which: int, is_right: bool) -> None:
        copy, _, _ = self._copy(which, "locked")
        self._unlock(copy, copy.lock_key if is_right else "not the key")

    def _unlock(self, copy: Copy, lock_key: str) -> None:
        key, at, code = self._key(), self._at, copy.code
        expected = self._model.unlock(copy, lock_key, at)
        self._call(copy, expected, lambda: self._till.unlock(key, code, lock_key, "shop", at))

    @precondition(lambda self: self._model.copies)
    @rule(which=_PICK, has_key=st.booleans(), fen=st.sampled_from([9000, 700]))
    def redeem(self, which: int, has_key: bool, fen: int) -> None:
        copy, code, key = self._copy(which, "locked" if has_key else "issued")
        lock_key = copy.lock_key if has_key else ""
        at = self._at
        expected = self._model.redeem(copy, lock_key, fen, self._at)
        self._call(
            copy, expected,
            lambda: self._till.redeem(key, code, "", Basket(fen), key, "guide", at, lock_key),
        )  # fmt: skip

    @precondition(lambda self: any(copy.state == "redeemed" for copy in self._model.copies))
    @rule(which=_PICK)
    def reverse(self, which: int) -> None:
        copy, code, key = self._copy(which, "redeemed")
        at = self._at
        expected = self._model.reverse(copy, self._at)
        self._call(copy, expected, lambda: self._till.reverse(key, code, "退单", "guide", at))

    @precondition(lambda self: self._model.copies)
    @rule(which=_PICK)
    def void(self, which: int) -> None:
        copy, code, key = self._copy(which, "issued")
        at = self._at
        expected = self._model.void(copy, self._at)
        self._call(copy, expected, lambda: self._till.void(key, code, "误发", "hq", at))

    @rule()
    def expire(self) -> None:
        assert self._run(expire_due(self._at)) == self._model.expire(self._at)

    @rule(passed_s=st.sampled_from([1, 30, 61, 61, 600, 1_801, 46_800, 86_400]))
    def time_passes(self, passed_s: int) -> None:
        self._at += timedelta(seconds=passed_s)

    # ── HQ ──────────────────────────────────────────────────────────────────────────────────────────────────────
    @rule(what=st.integers(0, 1), step=st.sampled_from(_STEPS_TAKEN))
    def step(self, what: int, step: str) -> None:
        offer = self._model.offers[what]
        self._try(step_template(offer.code, step, "", "hq", self._at), self._model.step(offer, step), Invalid)

    @rule(what=st.integers(0, 1), stock=st.integers(3, 12))
    def change_stock(self, what: int, stock: int) -> None:
        offer = self._model.offers[what]
        is_fine = stock == offer.stock or offer.state != "ended"
        is_fine = is_fine and stock >= len(self._model.copies_of(offer))
        if self._try(set_template(offer.code, {"stock": stock}, "hq", self._at), is_fine, Invalid):
            offer.stock = stock

    @rule(budget=st.sampled_from([40, 60, 100, 160]))
    def change_budget(self, budget: int) -> None:
        offer = self._model.offers[0]
        is_fine = budget * 100 == offer.budget_fen or offer.state != "ended"
        is_fine = is_fine and budget * 100 >= self._model.exposure_fen(offer)
        if self._try(set_template(offer.code, {"budget": budget}, "hq", self._at), is_fine, Invalid):
            offer.budget_fen = budget * 100

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────
    @precondition(lambda self: self._model.people)
    @rule(who=_PICK, days=st.integers(0, 1), sure=_SELDOM)
    def block(self, who: int, days: int, sure: int) -> None:
        if sure:
            return
        person = self._person(who)
        self._run(block(person.id, "刷券", days, "hq", self._at))
        person.blocks.append(self._at + timedelta(days=days) if days else None)

    @precondition(lambda self: self._model.people)
    @rule(who=_PICK)
    def unblock(self, who: int) -> None:
        person = self._person(who)
        self._try(lift(person.id, "hq", self._at), bool(person.blocks), Missing)
        person.blocks.clear()

    @precondition(lambda self: len(self._model.people) > 1)
    @rule(who=_PICK, other=_PICK, sure=_SELDOM)
    def merge(self, who: int, other: int, sure: int) -> None:
        if sure:
            return
        kept, folded = self._person(who), self._person(other)
        assert self._run(merge(kept.id, folded.id, "unionid", self._at)) is (kept is not folded)
        if kept is not folded:
            self._model.merge(kept, folded)
            self._calls = [(kept.id if owner == folded.id else owner, call, told) for owner, call, told in self._calls]

    @precondition(lambda self: self._model.people)
    @rule(who=_PICK, sure=_SELDOM)
    def erase(self, who: int, sure: int) -> None:
        if sure:
            return
        person = self._person(who)
        self._run(erase_person(person.id, self._at))
        self._model.erase(person)
        self._calls = [each for each in self._calls if each[0] != person.id]

    # ── the laws ────────────────────────────────────────────────────────────────────────────────────────────────
    @invariant()
    def laws_hold(self) -> None:
        self._run(self._check())

    async def _check(self) -> None:
        for offer in self._model.offers:
            template = await CouponTemplate.get(code=offer.code)
            copies = await Coupon.filter(template_id=template.id).order_by("id")
            ledger = await CouponEntry.filter(coupon__template_id=template.id).order_by("id")
            assert template.issued == len(copies) <= template.stock == offer.stock
            assert template.state == offer.state
            assert template.exposure_fen == sum(_exposure_fen(copy, template.worth_fen) for copy in copies)
            assert template.budget_fen is None or template.exposure_fen <= template.budget_fen + offer.undone_fen
            heads = {person.id: person.heads for person in self._model.people}
            for customer_id, count in Counter(copy.customer_id for copy in copies).items():
                assert count <= offer.per_person * heads.get(customer_id, 4)
            for copy in copies:
                _follow([entry.event.value for entry in ledger if entry.coupon_id == copy.id], copy.state.value)
            expected = [(copy.id, copy.customer, copy.state) for copy in self._model.copies_of(offer)]
            assert [(copy.id, copy.customer_id, copy.state.value) for copy in copies] == expected

    # ── picking ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _person(self, number: int) -> Person:
        return self._model.people[number % len(self._model.people)]

    def _copy(self, which: int, state: str) -> tuple[Copy, str, str]:
        """Mostly one in this state, now and then any: it, its code, and a key for the call."""
        wanted = [copy for copy in self._model.copies if copy.state == state and which % 5]
        among = wanted or self._model.copies
        copy = among[-1 - which % len(among)]
        return copy, copy.code, self._key()

    def _key(self) -> str:
        self._count += 1
        return f"{self._name}:{self._count}"

    def _call(self, copy: Copy, expected: str, call: Call) -> Told:
        answer: Told = self._run(call())
        assert _told(answer) == expected
        self._keep(copy.customer, call, answer)
        return answer

    def _keep(self, customer_id: int, call: Call, answer: Told) -> None:
        """To be made again later, until its person is erased."""
        self._calls.append((customer_id, call, answer))

    def _try(self, doing: Coroutine[Any, Any, Any], is_fine: bool, refusal: type[Exception]) -> bool:
        if is_fine:
            self._run(doing)
        else:
            with pytest.raises(refusal):
                self._run(doing)
        return is_fine


def _told(answer: Told) -> str:
    """``given``, ``redeemed!`` and so on, or the code of the refusal."""
    if isinstance(answer, Refusal):
        return answer.code.value
    return "given" if isinstance(answer, Given) else f"{answer.event.value}!"


def _exposure_fen(copy: Coupon, worth_fen: int) -> int:
    if copy.state == "redeemed":
        return copy.discount_fen or worth_fen
    return 0 if copy.state in ("expired", "voided") else worth_fen


def _follow(events: list[str], state: str) -> None:
    """The ledger begins with the issue, never has two redemptions without a reversal between, and ends in the state."""
    assert events[0] == "issued" and events.count("issued") == 1
    used = [event for event in events if event in ("redeemed", "reversed")]
    assert used == ["redeemed", "reversed"] * (len(used) // 2) + ["redeemed"] * (len(used) % 2)
    assert _FOLLOWS.get(events[-1], events[-1]) == state


@pytest.mark.timeout(120 + 6 * EXAMPLES)
def test_laws_hold_whatever_happens(migrated_url: str) -> None:
    """The same examples in every run; with ``ZHIJI_EXAMPLES=500`` so many others, new ones each time."""
    bounds = settings(
        max_examples=EXAMPLES, stateful_step_count=_STEPS, deadline=None, database=None,
        derandomize="ZHIJI_EXAMPLES" not in os.environ, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    with asyncio.Runner() as runner:
        runner.run(open_database(migrated_url))
        try:
            run_state_machine_as_test(lambda: Coupons(runner), settings=bounds)  # type: ignore[arg-type]
        finally:
            runner.run(close_database())
