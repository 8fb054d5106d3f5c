"""Finding words: longest first, whole, and at their place in the customer's own text."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.fold import fold
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Hit, Tagger
from customers.tagging.normal import normalise

LEXICON = load_lexicon()
TAGGER, OTHER = Tagger(LEXICON), Tagger(LEXICON)


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


PIECES = """
黑色 白色 裙子 大衣 羊毛 起球 过敏 有货 妈妈 退货 不 没 没有 不要 不喜欢 别 除了 都 非 不可 吗 有没有 ？ ， 。 的 了
比 不如 还是 哪个 吧 特别 喜欢 想要 就要 还行 随便看看 送 给我 老公 穿 我自己 我要 对 太 艳 显老 哪里 谁说 客服 说
不要太 好看 如果 但是 😂 XL ＸＬ 紅色
""".split()


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.characters().map(str)), max_size=40).map("".join))
def test_any_text_is_taken_and_every_place_reads_as_its_word(text: str) -> None:
    end = 0
    for hit in TAGGER.find(text):
        assert end <= hit.start < hit.end <= len(text)
        assert normalise(text[hit.start : hit.end]).folded == fold(hit.word)
        assert hit.weight * 8 == int(hit.weight * 8) > 0
        assert list(hit.because) == sorted(set(hit.because))
        end = hit.end


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_a_text_says_the_same_whenever_it_is_read(text: str) -> None:
    assert OTHER.find(text) == TAGGER.find_in(normalise(text))


@given(st.text())
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def count_steps(text: str) -> int:
    """Calls made while a normalised text is read: of Python functions and of built-in ones alike."""
    normal = normalise(text)
    steps = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        TAGGER.find_in(normal)
    finally:
        sys.setprofile(None)
    return steps


@pytest.mark.parametrize(
    "unit",
    [
        *("不要黑色", "黑色不要", "没有异味吗", "不", "黑色、", "除了黑色", "有起球没有", "不 黑色 "),
        *("黑色比白色", "黑色还是白色", "哪个", "特别喜欢黑色", "黑色也行", "黑色吗", "有吗?黑色", "送妈妈黑色我自己"),
        *(
            "非黑色不可",
            "不要太好看",
            "哪里显瘦了",
            "客服说起球",
            "对羊毛过敏",
            "红色太艳",
            "黑 哪个 ",
            "比起黑色",
            "???",
        ),
    ],
)
def test_a_hostile_message_takes_steps_by_its_length_and_no_faster(unit: str) -> None:
    short, long = unit * (2_500 // len(unit)), unit * (5_000 // len(unit))
    count_steps(unit)  # what is built once
    assert count_steps(long) < 2.1 * count_steps(short) + 200
    assert count_steps(long) < 300 * len(long)


def test_a_message_without_a_word_of_the_lexicon_costs_the_search_alone() -> None:
    assert count_steps("你好，在吗？不是吧，有没有人，谁说的呀，比这个还好") == count_steps("嗯")
