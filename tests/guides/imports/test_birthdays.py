"""Birthdays in files."""

from __future__ import annotations

from datetime import date

import pytest

from core.errors import Invalid
from guides.imports.birthdays import read_birthday

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1990-05-12", "1990-05-12"),
        ("1990/5/12", "1990-05-12"),
        ("1990.5.12", "1990-05-12"),
        ("1990年5月12日", "1990-05-12"),
        ("1990-05-12 00:00:00", "1990-05-12"),
        ("2000-02-29", "2000-02-29"),
        ("19900512", "1990-05-12"),
        ("05-12", "--05-12"),
        ("5/12", "--05-12"),
        ("5月12日", "--05-12"),
        ("--05-12", "--05-12"),
        ("02-29", "--02-29"),
        ("农历八月十五", "lunar:08-15"),
        ("农历 8月15日", "lunar:08-15"),
        ("lunar:08-15", "lunar:08-15"),
        ("LUNAR:8-15", "lunar:08-15"),
        ("阴历正月初一", "lunar:01-01"),
        ("农历冬月初十", "lunar:11-10"),
        ("农历十一月二十", "lunar:11-20"),
        ("农历腊月廿三", "lunar:12-23"),
        ("农历十二月三十", "lunar:12-30"),
        ("旧历二月二", "lunar:02-02"),
        ("農曆八月十五", "lunar:08-15"),
        ("陰曆臘月廿三", "lunar:12-23"),
        ("舊曆 8月15號", "lunar:08-15"),
        ("农历1990年八月十五", "lunar:08-15"),
        ("农历1990-08-15", "lunar:08-15"),
        ("農曆一九九〇年正月初一", "lunar:01-01"),
        ("1990年农历八月十五", "lunar:08-15"),
        ("lunar:1990-08-15", "lunar:08-15"),
    ],
)
def test_each_usual_spelling_is_stored_one_way(text: str, stored: str) -> None:
    assert read_birthday(text, TODAY) == stored
    assert read_birthday(stored, TODAY) == stored


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1990-02-29", "is no day of the calendar"),
        ("1990-13-01", "is no day of the calendar"),
        ("02-30", "is no day of the calendar"),
        ("2026-11-23", "is not the birthday of anybody living"),
        ("1890-01-01", "is not the birthday of anybody living"),
        ("19901332", "is no day of the calendar"),
        ("20261123", "is not the birthday of anybody living"),
        ("农历2027年八月十五", "is not the birthday of anybody living"),
        ("农历1990年十三月初一", "is no day of the lunar calendar"),
        ("農曆閏六月初一", "is in a leap month"),
        ("33005", "is a spreadsheet's day number"),
        ("May 12", "is no birthday"),
        ("90-05-12", "is no birthday"),
        ("农历十三月初一", "is no day of the lunar calendar"),
        ("农历八月卅一", "is no day of the lunar calendar"),
        ("lunar:08-31", "is no day of the lunar calendar"),
        ("农历闰六月初一", "is in a leap month"),
        ("八月十五", "is no birthday"),
    ],
)
def test_what_is_no_birthday_is_refused_not_guessed(text: str, problem: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_birthday(text, TODAY)
    assert refusal.value.field == "birthday"
    assert refusal.value.detail.startswith(f"{text!r} {problem}")
