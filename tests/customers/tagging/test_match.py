"""Finding words: longest first, whole, and at their place in the customer's own text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.fold import fold
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Hit, Tagger

TAGGER = Tagger(load_lexicon())


def tags(text: str) -> list[str]:
    return [hit.tag for hit in TAGGER.find(text)]


def test_a_hit_says_where_and_what() -> None:
    assert TAGGER.find("想要黑色的连衣裙") == [
        Hit(group="colour", tag="黑色", start=2, end=4, word="黑色", negated=False, weight=1.0),
        Hit(group="category", tag="连衣裙", start=5, end=8, word="连衣裙", negated=False, weight=1.0),
    ]


@pytest.mark.parametrize(
    ("text", "said", "word"),
    [
        ("😂😂要黑色😂", "黑色", "黑色"),
        ("👨‍👩‍👧要黑色", "黑色", "黑色"),
        ("要ＸＸＬ码的", "ＸＸＬ码", "XXL码"),
        ("要xxl码的", "xxl码", "XXL码"),
        ("　　Ｔ恤有嗎", "Ｔ恤", "T恤"),
        ("想要連衣裙", "連衣裙", "连衣裙"),
        ("有沒有藍色嘅", "藍色", "蓝色"),
        ("羽絨服幾時發貨", "羽絨服", "羽绒服"),
        ("\ud83d半个表情黑色", "黑色", "黑色"),
        ("𠮷黑色", "黑色", "黑色"),
    ],
)
def test_places_point_into_the_customers_own_text(text: str, said: str, word: str) -> None:
    hit = TAGGER.find(text)[0]
    assert text[hit.start : hit.end] == said
    assert hit.word == word


def test_negation_is_read_in_traditional_characters_too() -> None:
    assert [(hit.tag, hit.negated) for hit in TAGGER.find("別給我推薦裙子")] == [("求推荐", True), ("裙子", True)]


def test_the_longest_word_wins() -> None:
    assert tags("酒红色") == ["酒红色"]
    assert tags("牛仔裤") == ["牛仔裤"]
    assert tags("保暖内衣") == ["内衣"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("手机号换了", "手机"),
        ("我的微信钱包", "钱包"),
        ("鞋盒呢", "鞋"),
        ("明白的", "白的"),
        ("申请退订", "申请退"),
        ("青春款待", "春款"),
        ("下单时间", "下单"),
        ("买拉拉裤", "裤"),
    ],
)
def test_a_blocked_longer_word_hides_ours(text: str, word: str) -> None:
    assert word in [hit.word for hit in TAGGER.find(word)]
    assert word in text
    assert TAGGER.find(text) == []


def test_latin_words_match_whole_only() -> None:
    assert tags("xlr接口") == []
    assert tags("cpu多少") == []
    assert tags("138码") == []
    assert tags("38码的xl") == ["38", "XL"]


def test_what_a_mention_is_worth_comes_from_the_lexicon() -> None:
    assert [(hit.tag, hit.weight) for hit in TAGGER.find("我要投诉，衣服起球")] == [
        ("要投诉", 3.0),
        ("衣服", 1.0),
        ("起球", 1.5),
    ]


def test_nothing_said_is_nothing_found() -> None:
    assert TAGGER.find("") == []
    assert TAGGER.find("你好，在吗？") == []


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("不要没有黑色裙子的吗？，。别喜欢XＸ紅退货了 除了")),
        max_size=80,
    )
)
def test_any_text_is_taken_and_every_place_reads_as_its_word(text: str) -> None:
    end = 0
    for hit in TAGGER.find(text):
        assert hit.start >= end
        assert fold(text[hit.start : hit.end]) == fold(hit.word)
        end = hit.end


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    "unit", ["不要黑色", "黑色不要", "没有异味吗", "不", "黑色、", "除了黑色", "有起球没有", "不 黑色 "]
)
def test_a_hostile_message_costs_no_more_than_its_length(unit: str) -> None:
    text = unit * (21_000 // len(unit))
    started = time.process_time()
    TAGGER.find(text)
    assert time.process_time() - started < 1.0
