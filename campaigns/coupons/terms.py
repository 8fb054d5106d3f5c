"""Terms: what an offer gives, to whom, when and where. Money in fen, days and hours of the brand's zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from core.clock import BRAND_ZONE

_WEEKDAYS = "一二三四五六日"


class Kind(StrEnum):
    """What a copy is worth at the till."""

    CASH = "cash"  # so many fen less
    PERCENT = "percent"  # so many percent less, up to a cap
    GIFT = "gift"  # something on top
    EXCHANGE = "exchange"  # something for the copy itself
    SHIPPING = "shipping"  # the freight, up to a cap


class Stacking(StrEnum):
    """With which other coupons one basket may use it."""

    ALONE = "alone"
    OTHER_KINDS = "other_kinds"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules of an offer. Zero and empty mean "no such rule"; ``weekdays`` count from Monday 1.

    ``amount_fen`` is what cash takes off, ``cap_fen`` the most percent and shipping do, ``worth_fen`` what a gift or an
    exchange costs the brand. Valid from ``valid_from`` to the end of ``valid_until``; with ``valid_days`` each copy
    begins ``starts_after_days`` after it was taken and lasts that many days, never past ``valid_until``.
    """

    title: str
    kind: Kind
    amount_fen: int = 0
    percent: int = 0
    cap_fen: int = 0
    gift: str = ""
    worth_fen: int = 0
    threshold_fen: int = 0
    per_person: int = 1
    per_day: int = 0
    valid_from: date | None = None
    valid_until: date | None = None
    valid_days: int = 0
    starts_after_days: int = 0
    weekdays: tuple[int, ...] = ()
    opens_at: time | None = None
    closes_at: time | None = None
    stores: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    radius_m: int = 0
    levels: tuple[str, ...] = ()
    stacking: Stacking = Stacking.ALONE
    on_follow: bool = False
    words: str = ""
    picture_url: str = ""

    @property
    def most_fen(self) -> int:
        """The most one copy can cost the brand."""
        match self.kind:
            case Kind.CASH:
                return self.amount_fen
            case Kind.PERCENT | Kind.SHIPPING:
                return self.cap_fen
            case Kind.GIFT | Kind.EXCHANGE:
                return self.worth_fen

    def span(self, at: datetime) -> tuple[datetime, datetime]:
        """From when to when a copy taken at ``at`` holds; the end is exclusive. May be empty, where all is over."""
        day = at.astimezone(BRAND_ZONE).date()
        first = day + timedelta(days=self.starts_after_days) if self.valid_days else self.valid_from or day
        begins = at if first == day else _midnight(first)
        ends = [_midnight(first + timedelta(days=self.valid_days))] if self.valid_days else []
        if self.valid_until is not None:
            ends.append(_midnight(self.valid_until + timedelta(days=1)))
        return begins, min(ends)

    def is_of_now(self, at: datetime) -> bool:
        """True on a day of the week and at an hour on which it may be used."""
        here = at.astimezone(BRAND_ZONE)
        if self.weekdays and here.isoweekday() not in self.weekdays:
            return False
        if self.opens_at is None or self.closes_at is None:
            return True
        clock = here.time()
        if self.opens_at <= self.closes_at:
            return self.opens_at <= clock < self.closes_at
        return clock >= self.opens_at or clock < self.closes_at

    def discount_fen(self, basket_fen: int, freight_fen: int = 0) -> int:
        """What it takes off such a basket; a gift or an exchange takes nothing off."""
        match self.kind:
            case Kind.CASH:
                return min(self.amount_fen, basket_fen)
            case Kind.PERCENT:
                off = basket_fen * self.percent // 100
                return min(off, self.cap_fen) if self.cap_fen else off
            case Kind.SHIPPING:
                return min(freight_fen, self.cap_fen) if self.cap_fen else freight_fen
            case Kind.GIFT | Kind.EXCHANGE:
                return 0

    def times_in_words(self) -> str:
        """``周六、周日 10:00-14:00``; empty where any time will do."""
        days = "、".join(f"周{_WEEKDAYS[day - 1]}" for day in self.weekdays)
        hours = f"{self.opens_at:%H:%M}-{self.closes_at:%H:%M}" if self.opens_at and self.closes_at else ""
        return " ".join(filter(None, [days, hours]))


def to_json(terms: Terms) -> dict[str, Any]:
    """As stored: only what differs from "no such rule"."""
    kept = {name: value for name, value in asdict(terms).items() if value not in (None, 0, "", (), False)}
    return {name: list(value) if isinstance(value, tuple) else _plain(value) for name, value in kept.items()}


def from_json(stored: Mapping[str, Any]) -> Terms:
    """What ``to_json`` wrote."""
    given = dict(stored)
    for name in ("valid_from", "valid_until"):
        if name in given:
            given[name] = date.fromisoformat(given[name])
    for name in ("opens_at", "closes_at"):
        if name in given:
            given[name] = time.fromisoformat(given[name])
    for name in ("weekdays", "stores", "regions", "levels"):
        given[name] = tuple(given.get(name, ()))
    given["kind"] = Kind(given["kind"])
    given["stacking"] = Stacking(given.get("stacking", Stacking.ALONE))
    return Terms(**given)


def _plain(value: object) -> object:
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BRAND_ZONE)
