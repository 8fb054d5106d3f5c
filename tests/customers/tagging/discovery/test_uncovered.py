"""Striking out what the lexicon has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from customers.tagging.discovery.uncovered import Uncovered
from customers.tagging.lexicon import Lexicon


@pytest.mark.parametrize(
    ("folded", "left"),
    [
        ("多巴胺色阔腿裤显瘦", "多巴胺色|||||"),
        ("阔腿裤", "|||"),
        ("要云感绒的", "要|||的"),
        ("xlr接头", "xlr接头"),  # "xl" is a size, and no part of this
        ("我是xl", "我是||"),
        ("没什么", "没什么"),
        ("", ""),
    ],
)
def test_words_of_tags_and_the_vocabulary_become_ends_of_lines(lexicon: Lexicon, folded: str, left: str) -> None:
    struck = Uncovered(replace(lexicon, vocabulary=("云感绒",))).strike(folded)
    assert struck.replace("\n", "|") == left
    assert len(struck) == len(folded)
