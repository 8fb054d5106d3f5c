"""The day somebody followed, one, two, three … years later."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from campaigns.care.followings import find_ended
from campaigns.care.kind import Claim, Due, Kind, Occasion, Rule, anniversary, day_span, local_day
from campaigns.care.people import among, due_of
from campaigns.care.settings_form import SettingsForm
from customers.follower_import import SOURCE as IMPORTED
from models.dialect.audiences import following_since

_FIRST_YEAR = 2012
"""WeChat's official accounts began in August 2012."""

_LEAP_DAY = date(2012, 2, 29)


@dataclass(frozen=True, slots=True)
class Settings:
    """None."""


class Anniversary(Kind[Settings]):
    title = "关注周年"
    needs_followers = True

    def read(self, given: Mapping[str, object]) -> Settings:
        SettingsForm(given)
        return Settings()

    def variables(self, settings: Settings) -> frozenset[str]:
        return frozenset({"years", "days"})

    async def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        spans = [day_span(day) for day in days_of(occasion.on)]
        async for members in following_since(among(occasion, after_id), spans, IMPORTED):
            dues = []
            for each in members:
                if each.at is not None:
                    since = local_day(each.at)
                    years = occasion.on.year - since.year
                    values = {"years": str(years), "days": str((occasion.on - since).days)}
                    dues.append(due_of(each, f"{each.row_id}.{years}", values))
            yield dues

    async def find_untrue(self, rule: Rule, claims: Mapping[int, Claim], at: datetime) -> set[int]:
        """Who has left since follows no more, even if they came back."""
        return await find_ended({key: claim.what.partition(".")[0] for key, claim in claims.items()})


def days_of(on: date) -> list[date]:
    """The days of earlier years whose anniversary this is; that of 29 February is the 28th in common years."""
    years = range(_FIRST_YEAR, on.year)
    days = [day for year in years if (day := anniversary(on, year)).day == on.day]
    if on.day < _LEAP_DAY.day and anniversary(_LEAP_DAY, on.year) == on:
        days += [day for year in years if (day := anniversary(_LEAP_DAY, year)).day == _LEAP_DAY.day]
    return days


KIND = Anniversary()
