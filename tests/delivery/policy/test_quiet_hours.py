"""When quiet hours end: across midnight, in every zone, on the days the clocks change."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from delivery.policy.quiet_hours import after_quiet, find_end

SHANGHAI, PARIS, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
NIGHT = (time(21), time(9))


def end(words: str, zone: ZoneInfo = SHANGHAI, hours: tuple[time, time] = NIGHT, fold: int = 0) -> str | None:
    """When the quiet hours of a local moment end, on the customer's clock with its distance from UTC."""
    found = find_end(datetime.fromisoformat(words).replace(tzinfo=zone, fold=fold), *hours)
    return found.astimezone(zone).isoformat(timespec="minutes") if found else None


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-11-22 20:59:59", None),
        ("2026-11-22 21:00", "2026-11-23T09:00+08:00"),
        ("2026-11-22 23:59:59", "2026-11-23T09:00+08:00"),
        ("2026-11-23 00:00", "2026-11-23T09:00+08:00"),
        ("2026-11-23 08:59:59", "2026-11-23T09:00+08:00"),
        ("2026-11-23 09:00", None),
        ("2026-12-31 22:00", "2027-01-01T09:00+08:00"),
        ("2028-02-28 22:00", "2028-02-29T09:00+08:00"),
    ],
)
def test_hours_across_midnight(moment: str, ends: str | None) -> None:
    assert end(moment) == ends


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-11-22 11:59", None),
        ("2026-11-22 12:00", "2026-11-22T14:30+08:00"),
        ("2026-11-22 14:30", None),
        ("2026-11-22 23:00", None),
    ],
)
def test_hours_within_a_day(moment: str, ends: str | None) -> None:
    assert end(moment, hours=(time(12), time(14, 30))) == ends


@pytest.mark.parametrize("both", [time(0), time(9), time(23, 59)])
def test_equal_ends_are_no_quiet_hours(both: time) -> None:
    assert [end(f"2026-11-22 {hour:02}:00", hours=(both, both)) for hour in range(24)] == [None] * 24


def test_until_midnight_and_from_midnight() -> None:
    assert end("2026-11-22 22:00", hours=(time(21), time(0))) == "2026-11-23T00:00+08:00"
    assert end("2026-11-23 00:00", hours=(time(21), time(0))) is None
    assert end("2026-11-23 00:00", hours=(time(0), time(8))) == "2026-11-23T08:00+08:00"


def test_night_in_which_summer_time_begins_is_an_hour_shorter() -> None:
    assert end("2027-03-27 22:00", PARIS) == "2027-03-28T09:00+02:00"


def test_end_that_the_clock_skips_comes_as_much_later() -> None:
    assert end("2027-03-28 01:30", PARIS, (time(21), time(2, 30))) == "2027-03-28T03:30+02:00"


def test_end_that_comes_twice_is_the_next_of_the_two() -> None:
    hours = (time(21), time(2, 30))
    assert end("2026-10-25 02:10", PARIS, hours) == "2026-10-25T02:30+02:00"
    assert end("2026-10-25 02:10", PARIS, hours, fold=1) == "2026-10-25T02:30+01:00"


@pytest.mark.parametrize(
    "zone", ["Asia/Shanghai", "Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]
)
def test_end_is_ahead_within_a_day_and_is_not_quiet_itself(zone: str) -> None:
    numbers = random.Random(20261122)
    here = ZoneInfo(zone)
    for _ in range(3_000):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=numbers.randrange(2 * 365 * 24 * 60))
        found = find_end(moment.astimezone(here), *NIGHT)
        clock = moment.astimezone(here).time()
        assert (found is None) is (time(9) <= clock < time(21))
        if found is not None:
            assert moment < found <= moment + timedelta(hours=13)
            assert found.astimezone(here).time() == time(9)
            assert find_end(found.astimezone(here), *NIGHT) is None


def test_moment_by_day_stays_and_one_by_night_moves() -> None:
    noon, night = datetime(2026, 11, 22, 4, tzinfo=UTC), datetime(2026, 11, 22, 14, tzinfo=UTC)
    assert after_quiet(noon, SHANGHAI, *NIGHT) == noon
    assert after_quiet(night, SHANGHAI, *NIGHT) == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert after_quiet(night, NEW_YORK, *NIGHT) == night
