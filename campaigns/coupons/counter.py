"""The counter: what is on offer now, in memory, and the way to take it. One a process; ``refresh`` it once a second."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from tortoise.transactions import in_transaction

from campaigns.coupons.claiming.claims import LONGEST_KEY, Claim, Claims, Given, decide
from campaigns.coupons.claiming.issuing import Near
from campaigns.coupons.claiming.pace import ANY_CROWD, Crowds
from campaigns.coupons.codes import Codes
from campaigns.coupons.offers.near import Offered as Offered
from campaigns.coupons.offers.near import OfferedNear as OfferedNear
from campaigns.coupons.offers.near import at_stores, by_place, in_order
from campaigns.coupons.offers.passes import Passes, is_fresh
from campaigns.coupons.offers.templates import REVISION, find_template, list_templates
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.shops import stores_of
from campaigns.coupons.wallet import OwnCopy, find_own, get_own, list_own
from core.errors import Missing
from core.places import Point
from core.ports import Subject
from customers.identities import ensure_person, find_person
from customers.places import find_whereabouts
from customers.tagging.fold import fold
from guides.stores import StoreCard, StoreDirectory
from models.coupons import TemplateState
from models.dialect.answers import is_in_transaction
from models.dialect.coupons import answers_to, lock_templates
from models.revisions import number

_SAYABLE = re.compile(r"\w(?:[\w ，、。！：·（）()-]{0,22}[\w！）)])?")
"""Short, and nothing in it ends an attribute or means something in a query."""

CELL_M = 600.0
"""The usual side of a kept place's cell, in metres."""


class CouponCounter:
    """``per_minute`` limits the copies a person takes in a minute, ``crowds`` those of a scene and a store; 0 does not.

    ``cell_m`` is the side of the cells to which kept places are rounded, in metres.
    """

    def __init__(
        self,
        codes: Codes,
        per_minute: int,
        directory: StoreDirectory,
        crowds: Crowds = ANY_CROWD,
        *,
        cell_m: float = CELL_M,
    ) -> None:
        self._codes = codes
        self._per_minute = per_minute
        self._directory = directory
        self._crowds = crowds
        self._cell_m = cell_m
        self.passes = Passes(codes, directory)
        self._claims = Claims(codes, per_minute, crowds)
        self._revision: tuple[int, int] | None = None
        self._offers: tuple[Offered, ...] = ()

    @property
    def revision(self) -> tuple[int, int] | None:
        """Another one after each change of what is on offer, or where."""
        return self._revision

    @property
    def published(self) -> tuple[Offered, ...]:
        """Every published template, also those that are over or begin later."""
        return self._offers

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
            if _is_on(offer, at) and (store_codes is None or any(offer.is_good_at(code) for code in store_codes))
        ]

    def offers_near(
        self, point: Point | None, at: datetime, stores: Sequence[StoreCard] | None = None
    ) -> list[OfferedNear]:
        """What is on offer, each with the nearest good store of a place told, nearest first, then by end.

        Without a place it is the first good one of ``stores``, and offers good at none of these are left out; without
        either no store is named. From memory: the directory is taken as it is. Offers whose radius is not kept are
        there too: ask ``is_within``.
        """
        offers = self.list_offers(at)
        if point is not None:
            return in_order(by_place(offers, self._directory, point), at)
        return in_order(map(OfferedNear, offers) if stores is None else at_stores(offers, stores), at)

    def find_offer(self, words: str) -> Offered | None:
        """The offer whose code, else whose title these words are, however they are written."""
        wanted = fold(words).strip()
        by_code = (each for each in self._offers if fold(each.code) == wanted)
        by_title = (each for each in self._offers if fold(each.terms.title) == wanted)
        return next(by_code, None) or next(by_title, None)

    def store_name(self, store_code: str) -> str:
        """A store's name, for customers."""
        return self._directory.name_of(store_code)

    def name_of(self, offer: Offered) -> str:
        """What a customer says to mean this offer: its title, or its code where the title is not its own alone or not
        fit for a link."""
        title = offer.terms.title
        is_sayable = _SAYABLE.fullmatch(title) is not None and self.find_offer(title) is offer
        return title if is_sayable else offer.code

    async def get_offer(self, code: str) -> Offered:
        """The offer of exactly this code. One that was paused or has ended can still be asked for: ``take`` tells why
        not, or gives the first answer again. Raises ``Missing`` for drafts and codes nobody has."""
        if (found := next((each for each in self._offers if each.code == code), None)) is not None:
            return found
        stored = await find_template(code)
        if stored is None or stored.state is TemplateState.DRAFT:
            raise Missing(f"there is no offer {code!r}")
        return Offered(code, stored.offer.terms, await stores_of(stored.offer.terms))

    async def take(
        self,
        offer: Offered,
        app_id: str,
        openid: str,
        key: str,
        source: str,
        at: datetime,
        point: Point | None = None,
        place_pass: str = "",
    ) -> OwnCopy | Refusal:
        """A copy for the person behind an openid; the same ``key`` gets the same answer. Raises ``Busy``.

        Where they are is told by a pass, else by ``point``, else, if the offer asks, by their kept place. Commits by
        itself, together with everybody who claims at the same moment; inside a transaction it is part of that.
        """
        person = await ensure_person(app_id, openid, at)
        near = self.passes.read(place_pass, offer, app_id, openid, at) if place_pass else None
        if near is None and point is None and offer.terms.radius_m:
            point = await self._kept_place(app_id, openid, at)
        if near is None and point is not None:
            near = self.near(offer, point)
        claim = Claim(key, offer.code, person.customer_id, source, at, near)
        if is_in_transaction():
            async with in_transaction():  # a savepoint: what a Busy leaves half done is undone
                return await self.hand_out(claim)
        answer = await self._claims.claim(claim)
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

    async def hand_out(self, claim: Claim) -> OwnCopy | Refusal:
        """A copy in the caller's transaction, by every rule; the same key gets the same answer. Raises ``Busy``."""
        [answer] = await decide([claim], self._codes, self._per_minute, self._crowds)
        return await get_own(answer.coupon_id, self._codes, None) if isinstance(answer, Given) else answer

    async def hold(self, codes: Collection[str]) -> None:
        """Before a transaction gives copies of several offers: locks them in the one order everybody locks them in."""
        if len(set(codes)) > 1:
            await lock_templates(codes)

    async def list_own(self, app_id: str, openid: str, at: datetime, *, open_only: bool = True) -> list[OwnCopy]:
        """The copies a person can still use, those that end first before the others; or all they ever took."""
        person = await find_person(app_id, openid)
        return await list_own(person.customer_id, self._codes, at, open_only=open_only) if person else []

    async def find_own(self, customer_id: int, coupon_id: int, at: datetime) -> OwnCopy | None:
        """One of a customer's copies; None where it is somebody else's."""
        return await find_own(customer_id, coupon_id, self._codes, at)

    def near(self, offer: Offered, point: Point) -> Near | None:
        """The offer's nearest store; None where none of its stores has a known place.

        Its distance is the least it may be: a radius test adds the accuracy.
        """
        [found] = by_place([offer], self._directory, point)
        return Near(found.store.name, found.least_m, found.store.code) if found.store else None

    def kept(self, point: Point) -> Point:
        """A kept place with what it may be off by: half the diagonal of its cell, or more."""
        return replace(point, accuracy_m=max(point.accuracy_m, self._cell_m * math.sqrt(0.5)))

    async def _kept_place(self, app_id: str, openid: str, at: datetime) -> Point | None:
        """Where the person was a moment ago, if they agreed to have that kept."""
        known = await find_whereabouts(app_id, openid, at)
        return self.kept(known.point) if known and known.point and is_fresh(known.point, at) else None


def _is_on(offer: Offered, at: datetime) -> bool:
    begins, ends = offer.terms.span(at)
    return max(at, begins) < ends
