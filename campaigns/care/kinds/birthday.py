"""Birthdays, Gregorian and lunar: on the day, or some days before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from campaigns.care import lunar
from campaigns.care.kind import Claim, Due, Kind, Occasion, Rule, local_day
from campaigns.care.people import among, due_of
from campaigns.care.settings_form import SettingsForm
from models import Customer
from models.dialect.audiences import born_on

_MOST_DAYS_BEFORE = 60
_ENDING = 6
"""Characters of a stored birthday that tell the day: ``-05-12``, and ``:08-15`` of ``lunar:08-15``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``days_before``: 0 for the day itself."""

    days_before: int


class Birthday(Kind[Settings]):
    title = "生日"

    def read(self, given: Mapping[str, object]) -> Settings:
        form = SettingsForm(given, "days_before")
        return Settings(form.whole("days_before", 0, _MOST_DAYS_BEFORE, default=0))

    def variables(self, settings: Settings) -> frozenset[str]:
        return frozenset({"date"})

    async def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        years = self._years(occasion.rule, occasion.at)
        async for members in born_on(among(occasion, after_id), list(years)):
            yield [due_of(each, str(years[each.mark[-_ENDING:]]), {"date": _say(each.mark)}) for each in members]

    async def find_untrue(self, rule: Rule, claims: Mapping[int, Claim], at: datetime) -> set[int]:
        """A birthday that was corrected or removed is no longer theirs today."""
        years = self._years(rule, at)
        found = Customer.filter(id__in={claim.customer_id for claim in claims.values()})
        birthdays = dict(await found.values_list("id", "birthday"))
        return {
            key
            for key, claim in claims.items()
            if claim.what != str(years.get(birthdays.get(claim.customer_id, "")[-_ENDING:]))
        }

    def _years(self, rule: Rule, at: datetime) -> dict[str, int]:
        """What the birthdays end with that this fire is for, and the year each is of."""
        return endings_on(local_day(at) + timedelta(days=self.read(rule.settings).days_before))


def endings_on(on: date) -> dict[str, int]:
    """How stored birthdays of this date end, each with the year (Gregorian or lunar) the birthday is counted in.

    29 February is the 28th in common years; for the lunar rules see ``lunar.birthdays_on``.
    """
    endings = {f"-{on:%m-%d}": on.year}
    if (on.month, on.day) == (2, 28) and (on + timedelta(days=1)).month == 3:
        endings["-02-29"] = on.year
    endings |= {f":{month:02}-{day:02}": year for (month, day), year in lunar.birthdays_on(on).items()}
    return endings


def _say(birthday: str) -> str:
    """``5月12日`` or ``八月十五``."""
    month, day = int(birthday[-5:-3]), int(birthday[-2:])
    return lunar.say(month, day) if birthday[-_ENDING] == ":" else f"{month}月{day}日"


KIND = Birthday()
