"""Sends an offer to people: each gets one message and the copy it speaks of, in one transaction, once for each send.

The contact policy is asked first: whom the message may not reach gets no copy. Then the copy is issued by the rules of
every claim, under the template's lock, and the row that carries it is stored. A refusal leaves a suppressed row with
its reason; once the offer itself is over (sold out, budget, paused, ended) nobody else gets a row, so that the same
send goes on with them when there is more.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from campaigns.coupons.claiming.claims import Answer, Claim, Given, decide
from campaigns.coupons.codes import Codes
from campaigns.coupons.offers.templates import Stored, get_template
from campaigns.coupons.refusals import No, Refusal
from campaigns.coupons.sending.filled_codes import mark_of
from campaigns.coupons.sending.send import Outcome, Send
from core.accounts import Account
from core.clock import Now, now
from core.errors import Invalid
from core.ports import GuideTasks
from core.reasons import Reason
from customers.audit import note
from customers.erasing_tables import ERASED_OPENID
from delivery.decided import (
    Planned,
    ask_guides,
    candidate_of,
    decide_first,
    may_go,
    row_of,
    words_for_guide,
)
from delivery.facts import read_facts
from delivery.policy import ContactRules, Decision
from delivery.policy.answer import Check
from models import Audit, Coupon, Delivery, DeliveryState
from models.dialect.locks import let_others_write, lock_customers, lock_word
from models.dialect.planning import DecidedRow, insert_decided
from models.dialect.recipients import Recipient, list_recipients, note_carried
from models.outage import is_conflict

BATCH = 200
"""People a transaction plans, usually: it holds the template, for which customers in the chat wait."""

KEEPS = timedelta(days=3)
"""How long a message may wait for the end of quiet hours or a busy account; never longer than its coupon."""

CLOSED = frozenset({No.NOT_PUBLISHED, No.PAUSED, No.ENDED, No.SOLD_OUT, No.BUDGET_SPENT})
"""Refusals that are the offer's, not the person's."""

_TRIES = 5
_SENT = "coupon.send"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Somebody the policy was asked about."""

    who: Recipient
    person: Planned
    decision: Decision


class CouponSender:
    """Plans sends. ``accounts`` by app id; ``brand`` is what words call it; ``batch``: people a transaction."""

    def __init__(
        self,
        codes: Codes,
        accounts: Mapping[str, Account],
        rules: ContactRules,
        guide_tasks: GuideTasks,
        brand: str,
        clock: Now = now,
        batch: int = BATCH,
    ) -> None:
        self._codes = codes
        self._accounts = accounts
        self._rules = rules
        self._guide_tasks = guide_tasks
        self._brand = brand
        self._now = clock
        self._batch = batch

    async def send(self, send: Send, audience: AsyncIterator[Sequence[int]]) -> Outcome:
        """Plans everybody of an audience (batches of customer ids) who has no row of this send yet.

        Each batch commits by itself: killed anywhere, the same send goes on where it stopped.
        """
        total, run = Outcome(), uuid.uuid4().hex[:8]
        async for ids in audience:
            for batch in self._in_batches(ids):
                total.add(await self._plan(send, batch, run) if total.closed is None else await _rest(send, batch))
        return total

    async def look(self, send: Send, audience: AsyncIterator[Sequence[int]]) -> Outcome:
        """Whom it would reach by the policy as of now, and how; changes nothing and issues nothing."""
        total = Outcome()
        async for ids in audience:
            for batch in self._in_batches(ids):
                there = await _already(send, batch)
                total.there += len(there)
                people = await self._recipients(send, [each for each in batch if each not in there])
                total.elsewhere += len(batch) - len(there) - len(people)
                stored = await get_template(send.template)
                for each in await self._ask_policy(send, stored, people, self._now()):
                    total.count(each.person, each.decision)
        return total

    def _in_batches(self, ids: Sequence[int]) -> Iterable[Sequence[int]]:
        return (ids[start : start + self._batch] for start in range(0, len(ids), self._batch))

    # ── one batch ────────────────────────────────────────────────────────────────────────────────────────────────
    async def _plan(self, send: Send, ids: Sequence[int], run: str) -> Outcome:
        there = await _already(send, ids)
        waiting = [each for each in ids if each not in there]
        outcome = Outcome(there=len(there))
        if waiting:
            outcome.add(await self._store_some(send, waiting, run))
            await let_others_write()
        return outcome

    async def _store_some(self, send: Send, ids: Sequence[int], run: str) -> Outcome:
        for tries_left in reversed(range(_TRIES)):
            try:
                async with in_transaction():
                    return await self._store(send, await lock_customers(ids), run)
            except Exception as error:  # met a merge, an erasing, or another planner of the same people
                if not is_conflict(error) or not tries_left:
                    raise
        raise AssertionError("unreachable")

    async def _store(self, send: Send, ids: Sequence[int], run: str) -> Outcome:
        """In a transaction that holds these customers: nobody merges them, and no other process plans them."""
        there = await _already(send, ids)
        people = await self._recipients(send, [each for each in ids if each not in there])
        outcome = Outcome(there=len(there), elsewhere=len(ids) - len(there) - len(people))
        moment = self._now()
        stored = await get_template(send.template)
        asked = await self._ask_policy(send, stored, people, moment)
        answers = await self._issue(send, [each for each in asked if may_go(each.person, each.decision)], run, moment)
        copies = await _ends_of(answers.values())
        rows: list[DecidedRow] = []
        tasks: dict[tuple[str, int], str] = {}
        for each in asked:
            answer = answers.get(each.who.customer_id)
            if isinstance(answer, Refusal) and answer.code in CLOSED:
                outcome.rest, outcome.closed = outcome.rest + 1, answer
                continue
            person, decision = self._told(send, stored, each, answer, copies, moment)
            row = row_of(person, decision, moment)
            if row.state == DeliveryState.SENT:
                tasks[person.occurrence_key, person.identity_id] = words_for_guide(person, decision)
            rows.append(row)
            if isinstance(answer, Refusal):
                outcome.denied[answer.code.value] += 1
            else:
                outcome.count(person, decision)
        await self._insert(rows, tasks, answers, moment)
        return outcome

    async def _insert(
        self, rows: Sequence[DecidedRow], tasks: Mapping[tuple[str, int], str], answers: Mapping[int, Answer],
        at: datetime,
    ) -> None:  # fmt: skip
        new = await insert_decided(rows, at)
        if len(new) != len(rows):
            raise AssertionError("a row was there although its customer was held")
        deliveries = {each.customer_id: each.id for each in new}
        carried = [(given.coupon_id, deliveries[who]) for who, given in answers.items() if isinstance(given, Given)]
        if carried:
            await note_carried(carried)
        await ask_guides(self._guide_tasks, new, tasks, at)

    async def _issue(self, send: Send, asked: Sequence[_Asked], run: str, at: datetime) -> dict[int, Answer]:
        """Copies, or why not, by customer. That nobody is asked twice is the rows' doing, so each run has its keys."""
        if not asked:
            return {}
        ids = [each.who.customer_id for each in asked]
        claims = [Claim(f"send:{send.key}:{run}:{who}", send.template, who, "delivery", at, send.near) for who in ids]
        return dict(zip(ids, await decide(claims, self._codes, 0), strict=True))

    # ── people and words ─────────────────────────────────────────────────────────────────────────────────────────
    async def _recipients(self, send: Send, ids: Sequence[int]) -> list[Recipient]:
        return await list_recipients(ids, send.message.account.app_id, ERASED_OPENID) if ids else []

    async def _ask_policy(self, send: Send, stored: Stored, people: Sequence[Recipient], at: datetime) -> list[_Asked]:
        if not people:
            return []
        ends = stored.offer.terms.span(at)[1]
        expires_at = min(at + KEEPS, ends) if ends > at else at + KEEPS  # then the offer's rules say that it is over
        planned = [self._planned(send, who, at, expires_at) for who in people]
        candidates = [candidate_of(number, person) for number, person in enumerate(planned)]
        known = await read_facts(candidates, self._accounts, self._rules, at)
        return [
            _Asked(who, person, decide_first(person, facts, self._rules))
            for who, person, facts in zip(people, planned, known, strict=True)
        ]

    def _planned(self, send: Send, who: Recipient, at: datetime, expires_at: datetime) -> Planned:
        """With words still to be filled in."""
        message = send.message
        return Planned(
            customer_id=who.customer_id,
            identity_id=who.identity_id,
            app_id=message.account.app_id,
            occurrence_key=send.occurrence,
            contact_class=message.contact_class,
            options=message.stored,
            due_at=at,
            expires_at=expires_at,
        )

    def _told(
        self, send: Send, stored: Stored, each: _Asked, answer: Answer | None, ends: Mapping[int, datetime],
        at: datetime,
    ) -> tuple[Planned, Decision]:  # fmt: skip
        """The person's own words, and the decision with what the offer's rules said."""
        code, until, decision = "", at, each.decision
        match answer:
            case Refusal(no, figures):
                said = {"refused": no.value, **figures}
                checks = (*decision.checks, Check("coupon", False, said, Reason.COUPON_REFUSED))
                decision = Decision(None, Reason.COUPON_REFUSED, None, checks)
            case Given(coupon_id):
                code, until = mark_of(coupon_id), ends[coupon_id]
                yes = Check("coupon", True, {"coupon_id": coupon_id})
                decision = replace(decision, checks=(*decision.checks, yes))
        options = send.words(stored.offer.terms, each.who, self._brand, code, until)
        return replace(each.person, options=options), decision


async def hold_key(send: Send, audience: str, actor: str, at: datetime) -> None:
    """Writes into the audit who sends what to whom. Raises ``Invalid`` where the key sent another offer before."""
    subject = f"coupon_send:{send.key}"
    async with in_transaction():
        await lock_word(subject)
        first = await Audit.filter(action=_SENT, subject=subject).order_by("id").first()
        if first is not None and first.detail["template"] != send.template:
            raise Invalid("key", f"{send.key} sent {first.detail['template']} before", "choose another name")
        await note(_SENT, subject, at, actor, template=send.template, audience=audience)


async def _already(send: Send, ids: Sequence[int]) -> set[int]:
    """Those of these customers who have a row of this send."""
    rows = Delivery.filter(occurrence=send.occurrence, customer_id__in=ids).values_list("customer_id", flat=True)
    return {int(str(customer_id)) for customer_id in await rows}


async def _rest(send: Send, ids: Sequence[int]) -> Outcome:
    there = await _already(send, ids)
    return Outcome(there=len(there), rest=len(ids) - len(there))


async def _ends_of(answers: Iterable[Answer]) -> dict[int, datetime]:
    """When copies that were given end."""
    ids = [answer.coupon_id for answer in answers if isinstance(answer, Given)]
    return {copy.id: copy.valid_until for copy in await Coupon.filter(id__in=ids).only("id", "valid_until")}
