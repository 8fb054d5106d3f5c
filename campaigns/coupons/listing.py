"""Lists of offers for one person: those they can still take, and how many they need not be told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from campaigns.coupons.near import OfferedNear
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
    if not found:
        return Listing()
    midnight = datetime.combine(at.astimezone(BRAND_ZONE).date(), time(), BRAND_ZONE)
    standings = {each.code: each for each in await standings_for(_codes(found), app_id, openid, midnight)}
    left = [each for each in found if (standing := standings.get(each.offer.code)) and standing.has_left]
    to_take = tuple(each for each in left if not _has_had(each.offer.terms, standings[each.offer.code]))
    return Listing(to_take, len(left) - len(to_take))


def _codes(found: Sequence[OfferedNear]) -> set[str]:
    return {each.offer.code for each in found}


def _has_had(terms: Terms, standing: OfferStanding) -> bool:
    return standing.ever >= terms.per_person or bool(terms.per_day and standing.since >= terms.per_day)
