"""Somebody who did something once and has done nothing for some days, anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.care.kind import DAY, Claim, Due, Kind, Occasion, Rule, day_span, local_day
from campaigns.care.people import NOT_ACTS, among, due_of
from campaigns.care.settings_form import SettingsForm
from models.dialect.audiences import fell_silent, newest_acts

_FEWEST_DAYS, _MOST_DAYS = 7, 3650


@dataclass(frozen=True, slots=True)
class Settings:
    """``days`` of silence; it is broken once for each silence, not every day of it."""

    days: int


class Dormant(Kind[Settings]):
    title = "沉睡"

    def read(self, given: Mapping[str, object]) -> Settings:
        return Settings(SettingsForm(given, "days").whole("days", _FEWEST_DAYS, _MOST_DAYS))

    def variables(self, settings: Settings) -> frozenset[str]:
        return frozenset({"days"})

    def catch_up(self, settings: Settings, at: datetime) -> timedelta:
        return 3 * DAY

    def expires_at(self, settings: Settings, at: datetime) -> datetime:
        return at + 5 * DAY

    async def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        days = self.read(occasion.rule.settings).days
        start, stop = day_span(occasion.on - days * DAY)
        async for members in fell_silent(among(occasion, after_id), start, stop, NOT_ACTS):
            yield [
                due_of(each, local_day(each.at).isoformat(), {"days": str(days)})
                for each in members
                if each.at is not None
            ]

    async def find_untrue(self, rule: Rule, claims: Mapping[int, Claim], at: datetime) -> set[int]:
        """Who did something since is silent no more."""
        newest = await newest_acts({claim.customer_id for claim in claims.values()}, NOT_ACTS)
        days = {customer_id: local_day(act).isoformat() for customer_id, act in newest.items()}
        return {key for key, claim in claims.items() if days.get(claim.customer_id, claim.what) != claim.what}


KIND = Dormant()
