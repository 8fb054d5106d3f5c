"""Festivals: the official ones, those of the lunar calendar, and a brand's own day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.care import lunar
from campaigns.care.festivals import FESTIVALS, OFFICIAL, DatesOf, first_day_off
from campaigns.care.kind import Due, Kind, Occasion, anniversary
from campaigns.care.people import among, due_of
from campaigns.care.settings_form import SettingsForm
from core.errors import Invalid
from guides.imports.birthdays import read_birthday
from models.dialect.audiences import everybody

FESTIVAL_DAY, FIRST_DAY_OFF = "festival", "first_day_off"
_MOST_DAYS_BEFORE = 30
_LONGEST_NAME = 16
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Settings:
    """``date`` is empty for a known festival, else ``--09-18`` or ``lunar:03-03``.

    The rule fires ``days_before`` the festival, or the first of its days off, whichever ``on`` names.
    """

    festival: str
    date: str
    on: str
    days_before: int


class Festival(Kind[Settings]):
    title = "节日"

    def read(self, given: Mapping[str, object]) -> Settings:
        form = SettingsForm(given, "festival", "date", "on", "days_before")
        own_day = form.text("date", longest=_LONGEST_NAME)
        festival = form.text("festival", _LONGEST_NAME) if own_day else form.one_of("festival", FESTIVALS)
        if not festival:
            raise Invalid("settings.festival", "is missing", "say what the day is called, such as 店庆")
        on = form.one_of("on", (FESTIVAL_DAY, FIRST_DAY_OFF), default=FESTIVAL_DAY)
        if on == FIRST_DAY_OFF and (own_day or festival not in OFFICIAL):
            problem = f"{festival} has no days off of its own"
            raise Invalid("settings.on", problem, f"write {FESTIVAL_DAY}; days off have {', '.join(OFFICIAL)}")
        days_before = form.whole("days_before", 0, _MOST_DAYS_BEFORE, default=0)
        return Settings(festival, _read_day(own_day) if own_day else "", on, days_before)

    def variables(self, settings: Settings) -> frozenset[str]:
        return frozenset({"festival"})

    def is_on(self, settings: Settings, on: date) -> bool:
        return any(True for _ in _festivals_of(settings, on))

    async def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        settings = self.read(occasion.rule.settings)
        festival_on = next(_festivals_of(settings, occasion.on), None)
        if festival_on is None:
            return
        async for members in everybody(among(occasion, after_id)):
            yield [due_of(each, festival_on.isoformat(), {"festival": settings.festival}) for each in members]


def _festivals_of(settings: Settings, on: date) -> Iterator[date]:
    """The days of the festival that the rule fires for on this day; one at most, but around its change of rules."""
    find = _own(settings.date) if settings.date else FESTIVALS[settings.festival]
    for year in (on.year - 1, on.year, on.year + 1):
        festival_on = find(year)
        marked = first_day_off(festival_on) if settings.on == FIRST_DAY_OFF else festival_on
        if marked - timedelta(days=settings.days_before) == on:
            yield festival_on


def _own(day: str) -> DatesOf:
    """A brand's own day, stored as birthdays are, with their rules for 29 February and lunar months."""
    month, number = int(day[-5:-3]), int(day[-2:])
    if day.startswith("lunar:"):
        return lambda year: lunar.date_of(year, month, number)
    return lambda year: anniversary(date(_LEAP_YEAR, month, number), year)


def _read_day(text: str) -> str:
    try:
        day = read_birthday(text, date.max)
    except Invalid as fault:
        raise Invalid("settings.date", fault.detail.replace("birthday", "day"), "write 09-18 or 农历三月初三") from None
    if day[0].isdigit():
        raise Invalid("settings.date", f"{text!r} has a year", "write month and day only: it comes every year")
    return day


KIND = Festival()
