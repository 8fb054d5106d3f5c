"""Suggestions are written so that a number chooses one, and only a number does."""

from __future__ import annotations

import pytest

from campaigns.answers.suggestions import chosen_question, find_choice, written

QUESTIONS = ["怎么退货", "1. 怎么换货？", "退款多久到账"]


def test_what_is_written_is_chosen_again() -> None:
    reply = written(QUESTIONS)
    assert reply == (
        "您是不是想问：\n1. 怎么退货\n2. 1. 怎么换货？\n3. 退款多久到账\n回复数字即可；都不是请回复“人工”。"
    )
    assert [chosen_question(reply, number) for number in (1, 2, 3, 4)] == [*QUESTIONS, None]


def test_other_replies_offer_no_choice() -> None:
    assert chosen_question("营业时间：\n1. 周一", 1) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("２", 2), (" 3。", 3), ("②", 2), ("2️⃣", 2), ("第二个", 2), ("选1", 1), ("第3个问题", 3), ("三", 3),
        ("9", 9), ("0", None), ("12", None), ("1件", None), ("170", None), ("第一次买", None), ("", None),
        ("1" * 9, None),
    ],
)  # fmt: skip
def test_a_number_is_a_choice(text: str, number: int | None) -> None:
    assert find_choice(text) == number
