"""The counter: what is on offer now, in memory, and the way to take it. One a process; ``refresh`` it once a second."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from campaigns.coupons.claims import LONGEST_KEY, Claim, Claims, Given, decide
from campaigns.coupons.codes import Codes
from campaigns.coupons.issuing import Near
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.shops import stores_of
from campaigns.coupons.templates import REVISION, list_templates
from campaigns.coupons.terms import Terms
from campaigns.coupons.wallet import OwnCopy, get_own, list_own
from core.places import Point
from core.ports import Subject
from customers.identities import ensure_person, find_person
from customers.tagging.fold import fold
from guides.stores import StoreDirectory
from models.coupons import TemplateState
from models.dialect.coupons import answers_to
from models.revisions import number


@dataclass(frozen=True, slots=True)
class Offered:
    """A published template. ``where`` are the codes of the stores it is good at, None for all."""

    code: str
    terms: Terms
    where: frozenset[str] | None

    def is_good_at(self, store_code: str) -> bool:
        return self.where is None or store_code in self.where


class CouponCounter:
    """``per_minute`` limits the copies a person takes in a minute, 0 does not."""

    def __init__(self, codes: Codes, per_minute: int, directory: StoreDirectory) -> None:
        self._codes = codes
        self._per_minute = per_minute
        self._directory = directory
        self._claims = Claims(codes, per_minute)
        self._revision: tuple[int, int] | None = None
        self._offers: tuple[Offered, ...] = ()

    def start(self) -> None:
        self._claims.start()

    async def stop(self) -> None:
        await self._claims.stop()

    async def refresh(self) -> None:
        """Reload if templates or stores changed."""
        revision = await number(REVISION), await number("stores")
        if revision != self._revision:
            published = [each for each in await list_templates() if each.state is TemplateState.PUBLISHED]
            self._offers = tuple(
                [Offered(t.offer.code, t.offer.terms, await stores_of(t.offer.terms)) for t in published]
            )
            self._revision = revision

    def list_offers(self, at: datetime, store_codes: Collection[str] | None = None) -> list[Offered]:
        """Offers whose copies would be good from ``at`` on, at one of these stores where some are named."""
        return [
            offer
            for offer in self._offers
            if max(at, offer.terms.span(at)[0]) < offer.terms.span(at)[1]
            and (store_codes is None or any(offer.is_good_at(code) for code in store_codes))
        ]

    def find_offer(self, words: str) -> Offered | None:
        """The offer whose code or title these words are, however they are written."""
        wanted = fold(words).strip()
        return next((each for each in self._offers if wanted in (fold(each.code), fold(each.terms.title))), None)

    async def take(
        self, offer: Offered, app_id: str, openid: str, key: str, source: str, at: datetime, point: Point | None = None
    ) -> OwnCopy | Refusal:
        """A copy for the person behind an openid; the same ``key`` gets the same answer. Raises ``Busy``.

        Commits by itself, together with everybody who claims at the same moment.
        """
        person = await ensure_person(app_id, openid, at)
        near = self.near(offer, point, at) if point else None
        answer = await self._claims.claim(Claim(key, offer.code, person.customer_id, source, at, near))
        return await get_own(answer.coupon_id, self._codes, None) if isinstance(answer, Given) else answer

    async def give(self, offer: Offered, who: Subject, source: str) -> OwnCopy | None:
        """A copy in the caller's transaction, once ever for this person, offer and source; None where it is refused,
        or was given before."""
        key = f"{source}:{who.customer_id}:{offer.code}"[:LONGEST_KEY]
        if await answers_to([key]):
            return None
        claim = Claim(key, offer.code, who.customer_id, source, who.at)
        [answer] = await decide([claim], self._codes, 0)
        return await get_own(answer.coupon_id, self._codes, None) if isinstance(answer, Given) else None

    async def list_own(self, app_id: str, openid: str, at: datetime) -> list[OwnCopy]:
        """The copies a person can still use, those that end first before the others."""
        person = await find_person(app_id, openid)
        return await list_own(person.customer_id, self._codes, at) if person else []

    def near(self, offer: Offered, point: Point, at: datetime) -> Near | None:
        """The offer's nearest store; None where none of its stores has a known place."""
        for found in self._directory.nearest(point, 200, at):
            if offer.is_good_at(found.store.code):
                return Near(found.store.name, found.distance_m)
        return None
