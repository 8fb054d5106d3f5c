"""When festivals fall, and their first day off, against the official announcements of every year there is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from campaigns.care.festivals import FESTIVALS, OFFICIAL, first_day_off

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("ZHIJI_DATA") or ROOT.parent / "shared" / "data") / "holidays_china"
needs_announcements = pytest.mark.skipif(
    not DATA.exists(), reason=f"official holidays absent: {DATA} (set ZHIJI_DATA): NOT TESTED against them"
)
_DAYS_OFF_SINCE = {"清明节": 2008, "端午节": 2008, "中秋节": 2008}
_OTHERWISE = {"“五一”": "劳动节", "“五一”国际劳动节": "劳动节", "“十一”": "国庆节"}


def announced() -> Iterator[tuple[date, str, bool]]:
    """Every day the State Council named: the day, its festivals, whether it is off."""
    for path in sorted(DATA.glob("20*.json")):
        for day in json.loads(path.read_text(encoding="utf-8"))["days"]:
            yield date.fromisoformat(day["date"]), day["name"], day["isOffDay"]


@needs_announcements
def test_each_official_festival_is_a_day_off_under_its_own_name_in_every_year() -> None:
    off: dict[str, set[date]] = {}
    for day, names, is_off in announced():
        for name in names.split("、"):
            if is_off:
                off.setdefault(_OTHERWISE.get(name, name), set()).add(day)
    checked = 0
    for name, find in OFFICIAL.items():
        for year in range(_DAYS_OFF_SINCE.get(name, 2007), 2027):
            assert find(year) in off[name], (name, year)
            checked += 1
    assert checked == 137


@needs_announcements
def test_the_calendar_in_use_agrees_with_every_announced_day() -> None:
    days = list(announced())
    assert len(days) >= 678
    assert [(day, name) for day, name, is_off in days if chinese_calendar.is_holiday(day) != is_off] == []


@needs_announcements
def test_the_first_day_off_is_off_and_the_day_before_is_not() -> None:
    for name, find in OFFICIAL.items():
        for year in range(2008, 2027):
            first = first_day_off(find(year))
            assert first <= find(year) < first + timedelta(days=9), (name, year)
            assert chinese_calendar.is_holiday(first)
            assert not chinese_calendar.is_holiday(first - timedelta(days=1))


@pytest.mark.parametrize(
    ("name", "year", "day", "first_off"),
    [
        ("元旦", 2024, date(2024, 1, 1), date(2023, 12, 30)),
        ("春节", 2026, date(2026, 2, 17), date(2026, 2, 15)),
        ("清明节", 2026, date(2026, 4, 5), date(2026, 4, 4)),
        ("劳动节", 2026, date(2026, 5, 1), date(2026, 5, 1)),
        ("端午节", 2026, date(2026, 6, 19), date(2026, 6, 19)),
        ("中秋节", 2025, date(2025, 10, 6), date(2025, 10, 1)),
        ("国庆节", 2025, date(2025, 10, 1), date(2025, 10, 1)),
    ],
)
def test_official_festivals(name: str, year: int, day: date, first_off: date) -> None:
    assert (OFFICIAL[name](year), first_day_off(day)) == (day, first_off)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("除夕", date(2026, 2, 16)),
        ("除夕", date(2025, 1, 28)),
        ("元宵节", date(2026, 3, 3)),
        ("龙抬头", date(2026, 3, 20)),
        ("七夕", date(2026, 8, 19)),
        ("重阳节", date(2026, 10, 18)),
        ("母亲节", date(2026, 5, 10)),
        ("父亲节", date(2026, 6, 21)),
        ("情人节", date(2026, 2, 14)),
    ],
)
def test_other_festivals(name: str, day: date) -> None:
    assert FESTIVALS[name](day.year) == day


def test_festivals_at_the_end_of_a_lunar_year_fall_in_the_next_gregorian_one() -> None:
    days = [FESTIVALS[name](2025) for name in ("腊八节", "北方小年", "南方小年")]
    assert days == [date(2026, 1, 26), date(2026, 2, 10), date(2026, 2, 11)]


def test_a_year_not_announced_yet_has_the_festival_itself_for_its_first_day_off() -> None:
    day = OFFICIAL["春节"](2099)
    assert first_day_off(day) == day
