"""Likeness: the right question first, what must not be confused kept apart, the same result whatever is skipped."""

from __future__ import annotations

import random

import pytest

from campaigns.answers.base import read_by
from campaigns.answers.index import Index, Like
from campaigns.answers.likeness import NEAR, THRESHOLD
from campaigns.answers.reading import Reader
from customers.tagging.live import starter_lexicon

STORED = [
    "羽绒服可以机洗吗", "怎么退货", "怎么换货", "退款多久到账", "满300包邮吗", "发什么快递",
    "优惠券怎么领", "会员生日有礼物吗", "门店有停车场吗", "可以开发票吗",
]  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Reader:
    return read_by(starter_lexicon())


def search(reader: Reader, text: str, stored: list[str] = STORED, groups: list[int] | None = None) -> list[Like]:
    questions = [reader.read(question) for question in stored]
    return Index(questions, groups or list(range(len(stored)))).search(reader.read(text), 3)


@pytest.mark.parametrize("place", range(len(STORED)))
def test_a_stored_question_finds_itself_for_sure(reader: Reader, place: int) -> None:
    best = search(reader, f"{STORED[place]}？")[0]
    assert (best.place, best.score) == (place, 1.0)


@pytest.mark.parametrize(
    ("text", "place"),
    [("请问这件羽绒服能机洗么", 0), ("咋退货呀", 1), ("换货怎么弄", 2), ("退款几天能到账", 3), ("能开票吗", 9)],
)
def test_other_words_for_a_question_are_answered(reader: Reader, text: str, place: int) -> None:
    best = search(reader, text)[0]
    assert best.place == place and best.score >= THRESHOLD


@pytest.mark.parametrize(
    ("stored", "text", "clash"),
    [
        ("羽绒服可以机洗吗", "鞋子可以机洗吗", "goods"),
        ("羽绒服可以机洗吗", "羽绒服可以干洗吗", "washing"),
        ("围巾有现货吗", "帽子有现货吗", "category"),
        ("满300包邮吗", "满500包邮吗", "numbers"),
        ("怎么退货", "怎么维修", "service"),
        ("优惠券怎么领", "积分怎么领", "benefit"),
    ],
)
def test_one_word_that_contrasts_is_another_question(reader: Reader, stored: str, text: str, clash: str) -> None:
    best = search(reader, text, [stored])[0]
    assert best.clash == clash and best.score < THRESHOLD


def test_return_and_exchange_are_not_confused(reader: Reader) -> None:
    assert search(reader, "怎么退货", ["怎么换货"])[0].score < THRESHOLD
    assert search(reader, "能退货吗", ["怎么换货", "怎么退货"])[0].place == 1


@pytest.mark.parametrize("text", ["今天天气怎么样", "帮我推荐一部电影", "你们老板多大了", "😊", ""])
def test_what_is_not_stored_is_not_answered(reader: Reader, text: str) -> None:
    assert all(like.score < THRESHOLD for like in search(reader, text))


def test_what_both_say_is_told_as_it_was_said(reader: Reader) -> None:
    best = search(reader, "机洗羽绒服能行吗")[0]
    assert [term for term in best.terms if term[0] != "#"] == ["机洗", "羽绒服", "?能否"]


def test_a_rival_answer_takes_sureness_but_a_twin_does_not(reader: Reader) -> None:
    stored = ["会员有什么权益", "会员有什么福利"]
    one_answer = search(reader, "会员有啥好处", stored, [0, 0])[0].score
    assert search(reader, "会员有啥好处", stored, [0, 1])[0].score <= one_answer
    twins = search(reader, "有停车的地方吗", ["有停车场吗", "有停车场吗"], [0, 1])
    alone = search(reader, "有停车的地方吗", ["有停车场吗", "有停车场吗"], [0, 0])
    assert [like.score for like in twins] == [like.score for like in alone]


def test_among_thousands_each_is_still_found_though_common_terms_are_skipped(reader: Reader) -> None:
    dice = random.Random(3)
    goods = ["羽绒服", "毛衣", "鞋", "包", "裙子", "大衣", "手机", "裤子"]
    acts = ["可以机洗吗", "怎么退货", "什么时候发货", "有现货吗", "会掉色吗", "多少钱"]
    stored = [f"{dice.choice(goods)}{dice.choice(acts)}{number}号" for number in range(3000)]
    whole = Index([reader.read(question) for question in stored], range(len(stored)))
    for place in dice.sample(range(len(stored)), 50):
        assert whole.search(reader.read(f"请问{stored[place]}呢"), 1)[0].place == place


def test_an_empty_index_finds_nothing(reader: Reader) -> None:
    assert Index((), ()).search(reader.read("羽绒服"), 3) == []


def test_near_is_below_sure() -> None:
    assert 0 < NEAR < THRESHOLD < 1
