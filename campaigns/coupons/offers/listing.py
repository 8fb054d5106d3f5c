"""Lists of offers for one person: those they can still take, and how many they need not be told of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from campaigns.coupons.offers.near import Offered, OfferedNear
from campaigns.coupons.terms import Terms
from core.clock import BRAND_ZONE
from models.dialect.offers import OfferStanding, standings_for


@dataclass(frozen=True, slots=True)
class Listing:
    """Offers to tell a person of. ``had`` counts those left out because they took all of theirs."""

    offers: tuple[OfferedNear, ...] = ()
    had: int = 0


async def list_for(found: Sequence[OfferedNear], app_id: str, openid: str, at: datetime) -> Listing:
    """Those of these offers this person can still take: stock and budget are left, and their own limits.

    One query, none where there is nothing to ask. Nothing is held: others may be quicker.
    """
    standings = await _standings([each.offer for each in found], app_id, openid, at)
    unclaimed = [each for each in found if (known := standings.get(each.offer.code)) and known.unclaimed]
    to_take = tuple(each for each in unclaimed if _allowed(each.offer.terms, standings[each.offer.code]) > 0)
    return Listing(to_take, len(unclaimed) - len(to_take))


async def left_for(offers: Collection[Offered], app_id: str, openid: str, at: datetime) -> dict[str, int]:
    """How many copies of each offer, by code, this person could take now by its counts; other rules are not asked.

    One query. Nothing is held: who takes one may still find that others were quicker.
    """
    terms = {offer.code: offer.terms for offer in offers}
    standings = await _standings(offers, app_id, openid, at)
    return {code: max(0, min(each.unclaimed, _allowed(terms[code], each))) for code, each in standings.items()}


async def _standings(offers: Collection[Offered], app_id: str, openid: str, at: datetime) -> dict[str, OfferStanding]:
    if not offers:
        return {}
    midnight = datetime.combine(at.astimezone(BRAND_ZONE).date(), time(), BRAND_ZONE)
    codes = {offer.code for offer in offers}
    return {each.code: each for each in await standings_for(codes, app_id, openid, midnight)}


def _allowed(terms: Terms, standing: OfferStanding) -> int:
    """How many more the person's own limits allow."""
    ever = terms.per_person - standing.ever
    return min(ever, terms.per_day - standing.since) if terms.per_day else ever
