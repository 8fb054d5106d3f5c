"""Strings that hold together like a word."""

from __future__ import annotations

from collections import Counter

import pytest

from customers.tagging.discovery.cohesion import Strings, is_free

OTHERS = ["今天天气好热", "明天去商场看看", "昨天下雨路滑", "后天约人吃饭", "周末爬山去", "晚上加班累", "早上跑步去"]


def test_a_string_holds_together_when_its_parts_meet_far_more_often_than_by_chance() -> None:
    strings = Strings()
    for text in [*OTHERS * 20, "玉髓好看", "喜欢玉髓", "玉髓多少钱"]:
        strings.add(text)
    found = dict(strings.cohesive(least=3))
    assert found["玉髓"] == 3
    assert "天天" not in found  # "天" stands everywhere


def test_a_string_met_seldom_is_left_out() -> None:
    strings = Strings()
    for text in [*OTHERS, "玉髓好看"]:
        strings.add(text)
    assert "玉髓" not in dict(strings.cohesive(least=2))


@pytest.mark.parametrize("text", ["玉的髓", "玉 髓", "玉,髓", "玉\n髓", "玉1髓", "玉x髓"])
def test_no_string_goes_over_a_word_that_stands_between_a_sign_or_latin(text: str) -> None:
    strings = Strings()
    for _ in range(5):
        strings.add(text)
    assert dict(strings.cohesive(least=1)) == {}


@pytest.mark.parametrize(
    ("neighbours", "free"),
    [
        ({"多": 9}, False),
        ({"多": 9, "少": 1}, False),
        ({"多": 3, "红": 3, "看": 3}, True),
        ({"": 9}, True),  # begins messages
        ({"\n": 5, "，": 4}, True),
        ({"多": 8, "": 1}, False),
        ({}, False),
    ],
)
def test_a_word_has_many_neighbours(neighbours: dict[str, int], free: bool) -> None:
    assert is_free(Counter(neighbours)) is free
