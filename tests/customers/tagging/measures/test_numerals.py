"""Numbers as customers write them."""

from __future__ import annotations

import pytest

from customers.tagging.measures.numerals import read_number, spell


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("165", 165), ("1.65", 1.65), ("1k", 1000), ("1.5k", 1500), ("2w", 20_000), ("2千5", 2500), ("1万2", 12_000),
        ("十", 10), ("十二", 12), ("二十", 20), ("二十五", 25), ("一百", 100), ("一百二", 120), ("一百二十", 120),
        ("一百零二", 102), ("三百五", 350), ("三百五十", 350), ("一千五", 1500), ("一千零五", 1005), ("两千", 2000),
        ("一万二", 12_000), ("一万二千五", 12_500), ("一六五", 165), ("两", 2), ("〇五", 5),
    ],
)  # fmt: skip
def test_a_number_is_read(words: str, number: float) -> None:
    assert read_number(words) == number


@pytest.mark.parametrize("words", ["", "三五百", "几百", "x", "1.234.5", "百x"])
def test_what_is_no_number_is_none(words: str) -> None:
    assert read_number(words) is None


@pytest.mark.parametrize(("number", "spelt"), [(165.0, "165"), (57.5, "57.5"), (66.67, "66.7")])
def test_a_card_shows_no_idle_zero(number: float, spelt: str) -> None:
    assert spell(number) == spelt
