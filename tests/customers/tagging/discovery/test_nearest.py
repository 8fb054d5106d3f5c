"""Where a word that no tag has would belong."""

from __future__ import annotations

import pytest

from customers.tagging.discovery.nearest import Nearest
from customers.tagging.lexicon import Lexicon


@pytest.mark.parametrize(
    ("word", "group", "label", "because"),
    [
        ("多巴胺色", "colour", "颜色", "…色"),
        ("老爹风", "style", "风格", "…风"),
        ("飞盘裤", "category", "品类", "…裤"),
    ],
)
def test_a_word_belongs_where_words_end_alike(
    lexicon: Lexicon, word: str, group: str, label: str, because: str
) -> None:
    found = Nearest(lexicon).find(word)
    assert found is not None
    assert (found.group, found.label, found.because) == (group, label, because)


def test_the_tag_is_told_where_it_is_clear_too(lexicon: Lexicon) -> None:
    found = Nearest(lexicon).find("多巴胺绿")
    assert found is not None
    assert (found.group, found.tag) == ("colour", "绿色")


@pytest.mark.parametrize("word", ["citywalk", "露营", "山", "永恒", "labubu", "昨天下午"])
def test_a_word_whose_ending_says_nothing_has_no_suggestion(lexicon: Lexicon, word: str) -> None:
    assert Nearest(lexicon).find(word) is None
