"""Some days, or hours, after the last visit to a store, or after somebody wrote for the first time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.care.kind import DAY, Claim, Due, Kind, Occasion, Rule, day_span, local_day
from campaigns.care.people import among, due_of
from campaigns.care.settings_form import SettingsForm
from core.errors import Invalid
from customers.behaviour import KIND_PREFIX
from customers.profile import MESSAGE_KINDS
from models.dialect.audiences import Member, first_did, last_did, newest_of

STORE_VISIT, FIRST_CHAT = "store_visit", "first_chat"
_VISIT_KIND = f"{KIND_PREFIX}{STORE_VISIT}"
_MOST_DAYS, _MOST_HOURS = 3650, 72
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Settings:
    """``of`` is what it counts from; either ``days`` or ``hours`` after, the other is 0."""

    of: str
    days: int
    hours: int


class AfterVisit(Kind[Settings]):
    title = "到店或首次咨询后"

    def read(self, given: Mapping[str, object]) -> Settings:
        form = SettingsForm(given, "of", "days", "hours")
        of = form.one_of("of", (STORE_VISIT, FIRST_CHAT))
        if form.has("days") and form.has("hours"):
            raise Invalid("settings.hours", "stands beside days", "keep one of the two")
        if form.has("hours"):
            return Settings(of, 0, form.whole("hours", 1, _MOST_HOURS))
        return Settings(of, form.whole("days", 1, _MOST_DAYS), 0)

    def has_clock(self, settings: Settings) -> bool:
        return not settings.hours

    def variables(self, settings: Settings) -> frozenset[str]:
        return frozenset({"hours"} if settings.hours else {"days"})

    def catch_up(self, settings: Settings, at: datetime) -> timedelta:
        return 6 * _HOUR if settings.hours else DAY

    def expires_at(self, settings: Settings, at: datetime) -> datetime:
        """Long enough to wait for the morning."""
        return at + (DAY if settings.hours else 2 * DAY)

    async def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        settings = self.read(occasion.rule.settings)
        start, stop = _span(settings, occasion)
        values = {"hours": str(settings.hours)} if settings.hours else {"days": str(settings.days)}
        people = among(occasion, after_id)
        if settings.of == FIRST_CHAT:
            found = first_did(people, tuple(MESSAGE_KINDS), start, stop)
        else:
            found = last_did(people, _VISIT_KIND, start, stop)
        async for members in found:
            yield [due_of(each, _what(settings, each), values) for each in members]

    async def find_untrue(self, rule: Rule, claims: Mapping[int, Claim], at: datetime) -> set[int]:
        """Who came again on a later day is asked about that visit, in its own time."""
        visits = {key: claim for key, claim in claims.items() if claim.what != FIRST_CHAT}
        if not visits:
            return set()
        newest = await newest_of({claim.customer_id for claim in visits.values()}, _VISIT_KIND)
        days = {customer_id: local_day(visit).isoformat() for customer_id, visit in newest.items()}
        return {key for key, claim in visits.items() if days.get(claim.customer_id) != claim.what}


def _span(settings: Settings, occasion: Occasion) -> tuple[datetime, datetime]:
    """When it must have happened: on one day, or within one hour."""
    if settings.hours:
        stop = occasion.at - settings.hours * _HOUR
        return stop - _HOUR, stop
    return day_span(occasion.on - settings.days * DAY)


def _what(settings: Settings, member: Member) -> str:
    """A first chat is there once; of a day's visits one is answered."""
    return FIRST_CHAT if settings.of == FIRST_CHAT or member.at is None else local_day(member.at).isoformat()


KIND = AfterVisit()
