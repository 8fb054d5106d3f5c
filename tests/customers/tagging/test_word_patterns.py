"""Patterns are written out into plain words, within bounds."""

from __future__ import annotations

import pytest

from customers.tagging.word_patterns import MOST_WORDS, PatternInvalid, expand


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(纯|亮)黑(色|的)", ["纯黑色", "纯黑的", "亮黑色", "亮黑的"]),
        ("黑(色|)", ["黑色", "黑"]),
        ("(深(灰|蓝)|浅灰)色", ["深灰色", "深蓝色", "浅灰色"]),
        ("{9-11}码", ["9码", "10码", "11码"]),
        ("(女|男)鞋{38-39}", ["女鞋38", "女鞋39", "男鞋38", "男鞋39"]),
        ("（女｜男）鞋", ["女鞋", "男鞋"]),
        ("(黑|黑)色", ["黑色"]),
    ],
)
def test_a_pattern_stands_for_these_words(pattern: str, words: list[str]) -> None:
    assert expand(pattern) == words


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("黑色", "has no ( | ) and no {from-to}"),
        ("(黑|白", "has a ( without its )"),
        ("((黑|白)色", "has a ( without its )"),
        ("黑)色", "has a ) without its ("),
        ("黑|白", "has a | outside ( )"),
        ("{35-}码", "{35-} counts nothing"),
        ("{44-35}码", "{44-35} counts nothing"),
        ("{35-44码", "{ counts nothing"),
        ("35}码", "} counts nothing"),
        (f"{{1-{MOST_WORDS + 1}}}码", "stands for more than 500 words"),
        ("{1-30}(上|中|下)({1-30})", "stands for more than 500 words"),
        (f"({'|'.join(map(str, range(MOST_WORDS + 1)))})", "stands for more than 500 words"),
        ("{1-999999}" * 50, "stands for more than 500 words"),
    ],
)
def test_what_cannot_be_written_out_says_why(pattern: str, problem: str) -> None:
    with pytest.raises(PatternInvalid) as caught:
        expand(pattern)
    assert caught.value.problem == problem
    assert caught.value.remedy


def test_as_many_words_as_are_allowed_are_made() -> None:
    assert len(expand(f"{{1-{MOST_WORDS}}}码")) == MOST_WORDS
