"""Opening hours: read, refused with the offending text, told in Chinese."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from core.clock import BRAND_ZONE
from core.errors import Invalid
from guides.hours import UNKNOWN, check_hours, hours_at

OPENS_2027 = "休息中，2027年3月1日10:00开门"
WEEK = "Mo-Fr 10:00-22:00; Sa,Su 09:00-23:00; PH off"


def moment(text: str) -> datetime:
    """In Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=BRAND_ZONE)


@pytest.mark.parametrize(
    ("hours", "when", "is_open", "until", "today", "words"),
    [
        (WEEK, "2026-11-20T10:00", True, "2026-11-20T22:00", "10:00-22:00", "营业中，22:00打烊"),
        (WEEK, "2026-11-20T09:59", False, "2026-11-20T10:00", "10:00-22:00", "休息中，10:00开门"),
        (WEEK, "2026-11-20T22:00", False, "2026-11-21T09:00", "10:00-22:00", "休息中，明天09:00开门"),
        (WEEK, "2026-11-22T12:00", True, "2026-11-22T23:00", "09:00-23:00", "营业中，23:00打烊"),
        ("Mo-Fr", "2026-11-21T12:00", False, "2026-11-23T00:00", "今日休息", "休息中，11月23日（周一）00:00开门"),
        ("10:00-26:00", "2026-11-20T23:00", True, "2026-11-21T02:00", "10:00-次日02:00", "营业中，明天02:00打烊"),
        ("10:00-26:00", "2026-11-21T01:00", True, "2026-11-21T02:00", "10:00-次日02:00", "营业中，02:00打烊"),
        ("Mo-Sa 20:00-26:00", "2026-11-22T01:00", True, "2026-11-22T02:00", "00:00-02:00", "营业中，02:00打烊"),
        ("10:00-24:00", "2026-11-20T12:00", True, "2026-11-21T00:00", "10:00-24:00", "营业中，今晚24:00打烊"),
        (
            "10:00-12:00,13:30-18:00",
            "2026-11-20T12:30",
            False,
            "2026-11-20T13:30",
            "10:00-12:00、13:30-18:00",
            "休息中，13:30开门",
        ),
        ("24/7", "2026-11-20T12:00", True, None, "24小时营业", "24小时营业"),
        ("off", "2026-11-20T12:00", False, None, "今日休息", "暂停营业"),
        ("2027 Mar 10:00-12:00", "2026-11-20T12:00", False, "2027-03-01T10:00", "今日休息", OPENS_2027),
    ],
)
def test_the_doors_at_a_moment(hours: str, when: str, is_open: bool, until: str | None, today: str, words: str) -> None:
    found = hours_at(hours, moment(when))
    assert (found.is_open, found.until) == (is_open, moment(until) if until else None)
    assert (found.today, found.words) == (today, words)


def test_the_zone_of_the_asker_does_not_matter() -> None:
    here = moment("2026-11-20T21:59")
    for zone in (UTC, ZoneInfo("America/New_York")):
        assert hours_at(WEEK, here.astimezone(zone)) == hours_at(WEEK, here)


@pytest.mark.parametrize("hours", ["", "unknown", "10:00-20:00 unknown"])
def test_unknown_hours_are_said_to_be_unknown(hours: str) -> None:
    assert hours_at(hours, moment("2026-11-20T12:00")) == UNKNOWN


@pytest.mark.parametrize("day", ["2026-01-01", "2026-02-17", "2026-05-01", "2026-06-19", "2026-09-25", "2026-10-01"])
def test_ph_is_the_first_day_of_six_festivals(day: str) -> None:
    assert hours_at(WEEK, moment(f"{day}T12:00")).is_open is False


@pytest.mark.parametrize("day", ["2026-10-02", "2026-02-18", "2026-04-05"])
def test_the_other_days_of_a_holiday_and_qingming_must_be_written_as_dates(day: str) -> None:
    assert hours_at(WEEK, moment(f"{day}T12:00")).is_open is True
    assert hours_at("Mo-Su 10:00-22:00; 2026 Oct 02-07 off", moment("2026-10-02T12:00")).is_open is False


@pytest.mark.parametrize(
    ("hours", "detail"),
    [
        ("Mo-Fr 10-22", "'Mo-Fr 10-22' cannot be read from '10-22' on"),
        ("早十点到晚十点", "'早十点到晚十点' cannot be read from '早十点到晚十点' on"),
        ("10:00~22:00", "'10:00~22:00' cannot be read from '~22:00' on"),
        ("Mo-Su 10：00-22：00", "'Mo-Su 10：00-22：00' cannot be read from '10：00-22：00' on"),
        ("sunrise-sunset", "'sunrise-sunset' depends on the sun (sunrise)"),
    ],
)
def test_what_cannot_be_read_is_named(hours: str, detail: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_hours(hours)
    assert (refusal.value.field, refusal.value.detail) == ("opening_hours", detail)
    assert "Mo-Fr 10:00-22:00" in refusal.value.remedy


@pytest.mark.parametrize("hours", [WEEK, "24/7", "off", "10:00-26:00", "Mo-Fr 9:00-18:00"])
def test_what_the_notation_allows_passes(hours: str) -> None:
    check_hours(hours)


@pytest.mark.parametrize("text", ["Mo-Su 00:00-24:00", "Mo-Su 10:00-22:00 off", "2020 Mo-Su 10:00-22:00"])
def test_hours_that_never_change_end_the_search(text: str) -> None:
    assert hours_at(text, datetime(2026, 11, 22, 6, tzinfo=UTC)).until is None


NATIONAL = f"{WEEK}; 2026 Oct 02-07 off; 2026 Oct 10 09:00-18:00; 2026 Dec 31 10:00-26:00"


@pytest.mark.parametrize(
    ("when", "is_open", "today", "words"),
    [
        ("2026-10-01T12:00", False, "今日休息", "休息中，2026年10月8日10:00开门"),
        ("2026-10-04T12:00", False, "今日休息", "休息中，10月8日（周四）10:00开门"),
        ("2026-10-08T12:00", True, "10:00-22:00", "营业中，22:00打烊"),
        ("2026-10-10T18:30", False, "09:00-18:00", "休息中，明天09:00开门"),
        ("2027-10-04T12:00", True, "10:00-22:00", "营业中，22:00打烊"),
        ("2026-12-31T23:30", True, "10:00-次日02:00", "营业中，明天02:00打烊"),
    ],
)
def test_dated_exceptions_go_before_the_week(when: str, is_open: bool, today: str, words: str) -> None:
    check_hours(NATIONAL)
    found = hours_at(NATIONAL, moment(when))
    assert (found.is_open, found.today, found.words) == (is_open, today, words)
