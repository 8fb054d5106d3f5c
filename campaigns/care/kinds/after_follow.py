"""Some days after somebody followed, while they still do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.care.followings import find_ended
from campaigns.care.kind import DAY, Claim, Due, Kind, Occasion, Rule, day_span
from campaigns.care.people import among, due_of
from campaigns.care.settings_form import SettingsForm
from customers.follower_import import SOURCE as IMPORTED
from models.dialect.audiences import following_since

_MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Settings:
    """``days``: how many after the day they followed."""

    days: int


class AfterFollow(Kind[Settings]):
    title = "关注后"
    needs_followers = True

    def read(self, given: Mapping[str, object]) -> Settings:
        return Settings(SettingsForm(given, "days").whole("days", 1, _MOST_DAYS))

    def variables(self, settings: Settings) -> frozenset[str]:
        return frozenset({"days"})

    def catch_up(self, settings: Settings, at: datetime) -> timedelta:
        return 2 * DAY

    def expires_at(self, settings: Settings, at: datetime) -> datetime:
        return at + 3 * DAY

    async def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        days = self.read(occasion.rule.settings).days
        spans = [day_span(occasion.on - timedelta(days=days))]
        async for members in following_since(among(occasion, after_id), spans, IMPORTED):
            yield [due_of(each, str(each.row_id), {"days": str(days)}) for each in members]

    async def find_untrue(self, rule: Rule, claims: Mapping[int, Claim], at: datetime) -> set[int]:
        """Who has left since follows no more, even if they came back: that is another following."""
        return await find_ended({key: claim.what for key, claim in claims.items()})


KIND = AfterFollow()
