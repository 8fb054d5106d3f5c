"""Opening hours: OpenStreetMap's notation read once, told to customers in Chinese, in the brand's zone.

``PH`` is the library's calendar of China: the first day of 元旦, 春节, 劳动节, 端午, 中秋 and 国庆. It knows neither
清明 nor the other days the State Council gives off, nor make-up working days: write those as dates
(``2026 Oct 02-07 off``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]

from core.clock import BRAND_ZONE
from core.errors import Invalid

EXAMPLE = "Mo-Fr 10:00-22:00; Sa,Su 09:00-23:00; PH off"
_DAY = timedelta(days=1)
_HORIZON = timedelta(days=400)
_SUN = ("sunrise", "sunset", "dawn", "dusk")
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Hours:
    """A shop's doors at one moment. ``is_open`` is None where the hours are not known.

    ``until`` is when that changes, in the brand's zone, None where it never does. ``today`` lists the hours of the
    calendar day, ``words`` says it to a customer; both Chinese, ``today`` empty where unknown.
    """

    is_open: bool | None
    until: datetime | None
    today: str
    words: str


UNKNOWN = Hours(None, None, "", "营业时间请致电门店确认")


def check_hours(text: str) -> None:
    """Raises ``Invalid`` that names the offending text and where it stands, unless ``text`` can be read."""
    if sun := [word for word in _SUN if word in text.lower()]:
        raise Invalid("opening_hours", f"{text!r} depends on the sun ({sun[0]})", f"write clock times: {EXAMPLE}")
    try:
        _parse(text)
    except ParserError as error:
        column = _column(str(error))
        raise Invalid(
            "opening_hours", f"{text!r} cannot be read from {text[column:]!r} on", f"write it like: {EXAMPLE}"
        ) from None


def hours_at(text: str, moment: datetime) -> Hours:
    """The doors of a shop with these (checked) hours at an aware ``moment``."""
    if not text:
        return UNKNOWN
    hours, moment = _parse(text), moment.astimezone(BRAND_ZONE)
    state, _ = hours.state(moment)
    if state is State.UNKNOWN:
        return UNKNOWN
    until = _next_change(hours, moment)
    is_open = state is State.OPEN
    return Hours(is_open, until, _today(hours, moment), _words(is_open, until, moment))


def _next_change(hours: OpeningHours, moment: datetime) -> datetime | None:
    """When the state changes, looked for over a year and a bit: the library's own search goes on for centuries."""
    limit = moment + _HORIZON
    _, until, _, _ = next(iter(hours.intervals(moment, limit)))
    return until if until is not None and until < limit else None


@lru_cache(maxsize=4096)
def _parse(text: str) -> OpeningHours:
    return OpeningHours(text, timezone=BRAND_ZONE, country="CN", auto_country=False, auto_timezone=False)


def _column(report: str) -> int:
    """The library draws its finding: ``--> 1:7`` is line and column, counted from 1."""
    _, _, rest = report.partition("--> 1:")
    digits = rest.partition("\n")[0].strip()
    return int(digits) - 1 if digits.isdigit() else 0


def _words(is_open: bool, until: datetime | None, moment: datetime) -> str:
    if until is None:
        return "24小时营业" if is_open else "暂停营业"
    return f"营业中，{_clock(until, moment)}打烊" if is_open else f"休息中，{_clock(until, moment)}开门"


def _clock(until: datetime, moment: datetime) -> str:
    days = (until.date() - moment.date()).days
    time = until.strftime("%H:%M")
    if days == 0:
        return time
    if days == 1:
        return "今晚24:00" if time == "00:00" else f"明天{time}"
    if days < 7:
        return f"{until.month}月{until.day}日（周{_WEEKDAYS[until.weekday()]}）{time}"
    return f"{until.year}年{until.month}月{until.day}日{time}"


def _today(hours: OpeningHours, moment: datetime) -> str:
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    spans = list(_open_spans(hours, start))
    begun = [f"{a:%H:%M}-{_end(b, start)}" for a, b in spans if start <= a]
    if begun:
        return "、".join(begun)
    if spans:  # only what began yesterday: the small hours, or the whole day round
        end = spans[0][1]
        return "24小时营业" if end >= start + _DAY else f"00:00-{end:%H:%M}"
    return "今日休息"


def _open_spans(hours: OpeningHours, start: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Stretches of open doors that touch the day of ``start``, whole where they reach into its neighbours."""
    for begin, end, state, _ in hours.intervals(start - _DAY, start + 2 * _DAY):
        if state is State.OPEN and end is not None and end > start and begin < start + _DAY:
            yield begin, end


def _end(end: datetime, start: datetime) -> str:
    if end <= start + _DAY:
        return "24:00" if end == start + _DAY else f"{end:%H:%M}"
    return f"次日{end:%H:%M}"
