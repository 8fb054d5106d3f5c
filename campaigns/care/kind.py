"""What a kind of care rule is: its settings, when it fires, whom it is for, and whether that still holds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from core.channels import ContactClass
from core.clock import BRAND_ZONE

DAY = timedelta(days=1)

Settings = TypeVar("Settings")
"""A kind's own settings as a frozen dataclass whose fields are named as in the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A sound care rule. ``at`` is the time of day in the brand's zone, None where the kind fires every hour.

    ``options`` are ``{"channel", "payload"}`` with templates for words, most wanted first. ``on_since`` is when it was
    switched on, None while it is off.
    """

    name: str
    kind: str
    account: str
    contact_class: ContactClass
    at: time | None
    options: Sequence[Mapping[str, Any]]
    settings: Mapping[str, object]
    on_since: datetime | None = None

    @property
    def schedule(self) -> str:
        """What its occurrences are called."""
        return f"{SCHEDULE_PREFIX}{self.name}"


SCHEDULE_PREFIX = "care:"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One fire of a rule; ``app_id`` is that of the rule's account."""

    rule: Rule
    app_id: str
    at: datetime

    @property
    def on(self) -> date:
        """The day in the brand's zone."""
        return local_day(self.at)


class Due(NamedTuple):
    """A person an occasion is for. ``what`` tells this reason from the person's others of the same rule.

    ``name``, ``guide`` and ``store`` are empty where unknown; ``values`` are the kind's own variables.
    """

    customer_id: int
    identity_id: int
    what: str
    name: str
    guide: str
    store: str
    values: Mapping[str, str]


class Claim(NamedTuple):
    """What a planned message says it is for."""

    what: str
    customer_id: int


class Kind(ABC, Generic[Settings]):
    """One kind of rule. Made once for each file of ``kinds/``, whose name it bears."""

    title: ClassVar[str]
    """In Chinese, for staff."""

    needs_followers: ClassVar[bool] = False
    """True for kinds that only make sense on an official account."""

    @property
    def name(self) -> str:
        return type(self).__module__.rpartition(".")[2]

    @abstractmethod
    def read(self, given: Mapping[str, object]) -> Settings:
        """The settings, checked. Raises ``Invalid`` that names ``settings.<field>``."""

    def has_clock(self, settings: Settings) -> bool:
        """Whether a rule fires at its own time of day; else every hour."""
        return True

    def variables(self, settings: Settings) -> frozenset[str]:
        """The variables its words may use beside customer, guide, store and brand."""
        return frozenset()

    def is_on(self, settings: Settings, on: date) -> bool:
        """Whether the rule can concern anybody on this day at all."""
        return True

    def catch_up(self, settings: Settings, at: datetime) -> timedelta:
        """How long after the moment a missed fire is still made up: the same day only, unless a kind says more."""
        return end_of_day(at) - at

    def expires_at(self, settings: Settings, at: datetime) -> datetime:
        """Until when its messages make sense: the same day only, unless a kind says more."""
        return end_of_day(at)

    @abstractmethod
    def due_customers(self, occasion: Occasion, after_id: int) -> AsyncIterator[list[Due]]:
        """Whom it is for, in batches of at most 1,000 ordered by customer id, those after ``after_id``; each once."""

    async def find_untrue(self, rule: Rule, claims: Mapping[int, Claim], at: datetime) -> set[int]:
        """The keys of planned messages whose reason no longer holds."""
        return set()


def fires_between(kind: Kind[Any], rule: Rule, after: datetime, until: datetime) -> Iterator[datetime]:
    """The moments after ``after``, up to and including ``until``, at which a rule falls due, in order. Pure."""
    settings = kind.read(rule.settings)
    day = local_day(after)
    while day <= local_day(until):
        if kind.is_on(settings, day):
            clocks = [rule.at] if rule.at is not None else [time(hour) for hour in range(24)]
            for clock in clocks:
                moment = datetime.combine(day, clock, BRAND_ZONE).astimezone(UTC)
                if after < moment <= until:
                    yield moment
        day += DAY


def day_span(on: date) -> tuple[datetime, datetime]:
    """A day in the brand's zone: its first moment, and the first after it."""
    return _midnight(on), _midnight(on + DAY)


def end_of_day(at: datetime) -> datetime:
    """The first moment of the next day in the brand's zone."""
    return _midnight(local_day(at) + DAY)


def local_day(at: datetime) -> date:
    """The day in the brand's zone."""
    return at.astimezone(BRAND_ZONE).date()


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), BRAND_ZONE).astimezone(UTC)


def anniversary(of: date, year: int) -> date:
    """The same day of another year; 29 February is the 28th in common years."""
    try:
        return of.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
