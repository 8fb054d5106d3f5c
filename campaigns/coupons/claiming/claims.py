"""Claims: customers take copies. One writer a process decides and stores everybody who waits in one commit.

Whoever issues copies of a template holds its row, so counts of stock, budget and persons are read once and right,
however many processes there are. Of those who wait in a process the first to come is the first served.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from campaigns.coupons.claiming import issuing
from campaigns.coupons.claiming.issuing import BUDGET_REACHED, Copy, Near, Offer, People
from campaigns.coupons.claiming.pace import ANY_CROWD, PACE_S, Crowds, Limit, hold, limits_of_claim
from campaigns.coupons.codes import Codes
from campaigns.coupons.refusals import Refusal, read_refusal, refusal_to_json
from core.batching import GroupCommit
from core.clock import BRAND_ZONE
from core.errors import Busy
from models.dialect.coupons import (
    Applicant,
    CallRow,
    CopyRow,
    Standing,
    Taking,
    levels_of,
    lock_templates,
    pause_template,
    standings_of,
    store_claims,
)
from models.outage import is_outage

LONGEST_KEY = 96
_MOST_WAITING = 5000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """A customer asks for a copy. The same ``key`` (at most ``LONGEST_KEY`` characters) gets the same answer again.

    ``source`` says where it came from (``chat``, ``mini``, ``scene:…``, ``staff``), ``near`` the nearest store of the
    offer where the customer told their place.
    """

    key: str
    template: str
    customer_id: int
    source: str
    at: datetime
    near: Near | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A copy was given, now or by an earlier call of the same key."""

    coupon_id: int


Answer = Given | Refusal


@dataclass(frozen=True, slots=True)
class _Waiting:
    claim: Claim
    answer: asyncio.Future[Answer]


class Claims:
    """Takes claims and answers each with a copy or a refusal. ``start`` before, ``stop`` after."""

    def __init__(self, codes: Codes, per_minute: int, crowds: Crowds = ANY_CROWD) -> None:
        self._codes = codes
        self._per_minute = per_minute
        self._crowds = crowds
        self._waiting = 0
        self._commit = GroupCommit[_Waiting, Answer](self._store, self._tell, is_outage, most=_BATCH, gather_s=0.0)

    def start(self) -> None:
        self._commit.start()

    async def stop(self) -> None:
        await self._commit.stop()

    async def claim(self, claim: Claim) -> Answer:
        """A copy or the reason why not. Raises ``Busy`` at once where thousands wait already: nothing was done."""
        if self._waiting >= _MOST_WAITING:
            raise Busy("too many claims at once; try again in a moment")
        waiting = _Waiting(claim, asyncio.get_running_loop().create_future())
        self._waiting += 1
        self._commit.put(waiting)
        try:
            return await waiting.answer
        finally:
            self._waiting -= 1

    def _tell(self, waiting: _Waiting, result: Answer | BaseException) -> None:
        if waiting.answer.done():
            return
        if isinstance(result, BaseException):
            waiting.answer.set_exception(result)
        else:
            waiting.answer.set_result(result)

    async def _store(self, batch: Sequence[_Waiting]) -> Sequence[Answer]:
        return await self.decide([waiting.claim for waiting in batch])

    async def decide(self, claims: Sequence[Claim]) -> list[Answer]:
        """Decides and stores claims in one transaction of their own, in order."""
        async with in_transaction():
            return await decide(claims, self._codes, self._per_minute, self._crowds)


async def decide(claims: Sequence[Claim], codes: Codes, per_minute: int, crowds: Crowds = ANY_CROWD) -> list[Answer]:
    """Decides and stores claims in the caller's transaction, in order; a key that comes twice is one call."""
    offers = {row.code: Offer(row) for row in await lock_templates({claim.template for claim in claims})}
    calls = {claim.key: claim for claim in reversed(claims)}
    standings = await _standings(calls.values(), offers)
    told = {key: read_answer(standing.answer) for key, standing in standings.items() if standing.answer is not None}
    new = [calls.pop(claim.key) for claim in claims if claim.key not in told and claim.key in calls]
    people = await _people(new, standings, offers)
    limits = {claim.key: _limits(claim, crowds) for claim in new}
    people.paces = await hold(limit for each in limits.values() for limit in each)
    copies: list[CopyRow] = []
    refused: list[CallRow] = []
    for claim in new:
        verdict = issuing.decide(
            offers.get(claim.template), claim.customer_id, people, per_minute, claim.near, claim.at, limits[claim.key]
        )
        if isinstance(verdict, Refusal):
            told[claim.key] = verdict
            refused.append(_call(claim, verdict))
        else:
            copies.append(_copy(claim, verdict, codes))
    given = await _store(offers.values(), copies, refused, claims[0].at)
    await people.paces.write()
    told |= {key: Given(coupon_id) for key, coupon_id in given.items()}
    return [told[claim.key] for claim in claims]


def read_answer(stored: Mapping[str, Any]) -> Answer:
    """An answer as stored."""
    if "refused" in stored:
        return read_refusal(stored)
    return Given(stored["coupon_id"])


async def _standings(claims: Collection[Claim], offers: Mapping[str, Offer]) -> dict[str, Standing]:
    """Read in a statement after the one that locked: what others committed while it waited is seen only then."""
    at = min(claim.at for claim in claims)
    applicants = [
        Applicant(each.key, offers[each.template].row.id if each.template in offers else 0, each.customer_id)
        for each in claims
    ]
    return await standings_of(applicants, _day_begins(at), at - timedelta(seconds=PACE_S), at)


async def _people(claims: Sequence[Claim], standings: Mapping[str, Standing], offers: Mapping[str, Offer]) -> People:
    """What the rules ask of these applicants."""
    people = People()
    for claim in claims:
        standing = standings[claim.key]
        if claim.template in offers:
            people.taken[offers[claim.template].row.id, claim.customer_id] = standing.ever, standing.today
        people.recent[claim.customer_id] = standing.recent
        if standing.blocked:
            people.blocked[claim.customer_id] = standing.blocked
    if claims and any(offer.terms.levels for offer in offers.values()):
        people.levels = await levels_of({claim.customer_id for claim in claims})
    return people


def _limits(claim: Claim, crowds: Crowds) -> tuple[Limit, ...]:
    near = claim.near
    return limits_of_claim(claim.source, near.store_code if near else "", near.store_name if near else "", crowds)


def _copy(claim: Claim, copy: Copy, codes: Codes) -> CopyRow:
    _, code_hash, cipher = codes.make()
    return CopyRow(
        copy.template_id, claim.customer_id, copy.slot, code_hash, cipher, claim.source, claim.at, copy.begins,
        copy.ends, claim.key,
    )  # fmt: skip


def _call(claim: Claim, no: Refusal) -> CallRow:
    answer = json.dumps(refusal_to_json(no), ensure_ascii=False)
    return CallRow(claim.key, claim.customer_id, claim.at, answer)


async def _store(
    offers: Collection[Offer], copies: Sequence[CopyRow], refused: Sequence[CallRow], at: datetime
) -> dict[str, int]:
    takings = [Taking(offer.row.id, offer.given, offer.cost_fen) for offer in offers if offer.given]
    given = await store_claims(takings, copies, refused, at)
    if given is None:
        raise Busy("an offer changed while it was held; try again")
    for offer in offers:
        if offer.is_spent:
            await pause_template(offer.row.id, BUDGET_REACHED, at)
    return given


def _day_begins(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(BRAND_ZONE).date(), time(), BRAND_ZONE)
