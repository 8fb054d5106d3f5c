"""Some days before coupons of somebody run out: one message a person and day, whichever end on that day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from campaigns.care.kind import DAY, Claim, Due, Kind, Occasion, Rule, day_span, end_of_day
from campaigns.care.people import among, due_of
from campaigns.care.settings_form import SettingsForm
from campaigns.coupons.redemption.till import OPEN
from core.clock import BRAND_ZONE
from models import Coupon, CouponEntry
from models.dialect.audiences import Member, coupons_end

_MOST_DAYS = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """``days``: how many lie between the day of the message and the last day of the coupons."""

    days: int


class CouponExpiring(Kind[Settings]):
    title = "优惠券快到期"

    def read(self, given: Mapping[str, object]) -> Settings:
        return Settings(SettingsForm(given, "days").whole("days", 1, _MOST_DAYS))

    def variables(self, settings: Settings) -> frozenset[str]:
        return frozenset({"coupon", "ends", "count"})

    def catch_up(self, settings: Settings, at: datetime) -> timedelta:
        """A day late it still helps: the coupons hold for ``days`` more."""
        return DAY

    def expires_at(self, settings: Settings, at: datetime) -> datetime:
        """With the coupons."""
        return end_of_day(at + settings.days * DAY)

    async def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        last_day = occasion.on + self.read(occasion.rule.settings).days * DAY
        async for members in coupons_end(among(occasion, after_id), *day_span(last_day)):
            yield [due_of(each, last_day.isoformat(), _values(each, last_day)) for each in members]

    async def find_untrue(self, rule: Rule, claims: Mapping[int, Claim], at: datetime) -> set[int]:
        """It speaks of all coupons that end on a day: one that was used, taken back or ended since makes it untrue."""
        days = self.read(rule.settings).days
        by_day: dict[str, dict[int, int]] = {}
        for key, claim in claims.items():
            by_day.setdefault(claim.what, {})[key] = claim.customer_id
        untrue: set[int] = set()
        for what, asked in by_day.items():
            last_day = date.fromisoformat(what)
            fired_at = datetime.combine(last_day - days * DAY, rule.at or time(), BRAND_ZONE).astimezone(UTC)
            whole = await _still_whole(set(asked.values()), last_day, fired_at, at)
            untrue |= {key for key, customer_id in asked.items() if customer_id not in whole}
        return untrue


async def _still_whole(customer_ids: set[int], last_day: date, since: datetime, at: datetime) -> set[int]:
    """Those who have open coupons of this last day, and none that stopped being open since then."""
    after, until = day_span(last_day)
    copies = await Coupon.filter(
        customer_id__in=customer_ids, valid_until__gt=after, valid_until__lte=until
    ).values_list("id", "customer_id", "state", "valid_until")
    owners = {coupon_id: customer_id for coupon_id, customer_id, state, ends in copies if state in OPEN and ends > at}
    closed = {coupon_id: customer_id for coupon_id, customer_id, _, _ in copies if coupon_id not in owners}
    since_then = await CouponEntry.filter(coupon_id__in=list(closed), at__gte=since).values_list("coupon_id", flat=True)
    return set(owners.values()) - {closed[int(str(coupon_id))] for coupon_id in since_then}


def _values(member: Member, last_day: date) -> dict[str, str]:
    return {
        "coupon": " ".join(member.mark.split()),
        "ends": f"{last_day.month}月{last_day.day}日",
        "count": str(member.copies),
    }


KIND = CouponExpiring()
