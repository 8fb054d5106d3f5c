"""Cutting texts into words: the dictionary, the brand's words, what search keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.brand_words import name_words
from customers.tagging.lexicon import Lexicon
from customers.tagging.segment import Segmenter, read_stop_words

PLAIN = Segmenter()
BRAND = Segmenter(["云感羽绒服", "多巴胺色", "轻氧 Pro跑鞋", "南京西路旗舰店", "繁花絲巾"])


@pytest.mark.parametrize(
    ("folded", "words"),
    [
        ("这件羽绒服可以机洗吗", "这件|羽绒服|可以|机洗|吗"),
        ("适合30-40岁的t恤", "适合|30|-|40|岁|的|t恤"),
        ("打8.5折,满200减50%", "打|8.5|折|,|满|200|减|50%"),
        ("tp-link路由器", "tp|-|link|路由器"),
        ("c++书", "c++|书"),
        ("", ""),
    ],
)
def test_texts_are_cut_as_jieba_cuts_them(folded: str, words: str) -> None:
    assert "|".join(PLAIN.cut(folded)) == words


@pytest.mark.parametrize(
    ("folded", "words"),
    [
        ("云感羽绒服多少钱", "云感羽绒服|多少|钱"),
        ("想要多巴胺色的", "想要|多巴胺色|的"),
        ("繁花丝巾还有吗", "繁花丝巾|还有|吗"),
        ("南京西路旗舰店几点关门", "南京西路旗舰店|几点|关门"),
    ],
)
def test_the_brands_words_stay_whole(folded: str, words: str) -> None:
    assert "|".join(BRAND.cut(folded)) == words
    assert "|".join(PLAIN.cut(folded)) != words


def test_a_word_that_begins_or_ends_with_a_digit_or_latin_letter_cuts_nothing_longer() -> None:
    segmenter = Segmenter(["38码", "XL"])
    assert segmenter.cut("138码xlr") == PLAIN.cut("138码xlr")


def test_what_is_known_is_the_dictionary_and_the_words_added() -> None:
    assert (PLAIN.knows("羽绒服"), PLAIN.knows("多巴胺色"), BRAND.knows("多巴胺色")) == (True, False, True)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("請問這件羽絨服，可以機洗嗎？😊", ["这件", "羽绒服", "机洗"]),
        ("怎么退货啊！！！", ["怎么", "退货"]),
        ("不能退吗", ["不能", "退"]),
        ("Ｔ恤 １７０／９２Ａ", ["t恤", "170", "92a"]),
        ("满200减50%，8.5折", ["满", "200", "减", "50%", "8.5", "折"]),
        ("……？？ -- ❤", []),
    ],
)
def test_search_sees_normalised_words_that_say_something(text: str, tokens: list[str]) -> None:
    assert PLAIN.tokens(text) == tokens


def test_stop_words_keep_what_turns_or_tells_a_question() -> None:
    stop_words = read_stop_words()
    assert {"的", "请问", "你好", "我们"} <= stop_words
    assert stop_words.isdisjoint({"不", "没", "没有", "别", "怎么", "什么时候", "多少", "几", "哪里", "退"})


@given(st.text(st.sampled_from([*"我要买羽绒服-._+%# \n好看30xl", "👍"]), max_size=40))
def test_nothing_is_left_out_of_a_cut(text: str) -> None:
    assert "".join(BRAND.cut(text)) == text


def test_threads_share_one() -> None:
    texts = [f"想要{number}件多巴胺色的云感羽绒服" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(BRAND.cut, texts)) == [BRAND.cut(text) for text in texts]


def test_names_are_taken_from_the_lexicon_and_turns_of_speech_are_not(lexicon: Lexicon) -> None:
    names = set(name_words(lexicon))
    assert {"阔腿裤", "车厘子色", "小香风"} <= names
    assert names.isdisjoint({"棉的", "别太贵", "可以便宜", "退货", "老公"})
