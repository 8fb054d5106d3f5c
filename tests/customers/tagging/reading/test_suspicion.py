"""The cheap look before a full reading never overlooks what the reading would find."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.reading.signs import read_lists
from customers.tagging.reading.suspicion import Suspicion
from customers.tagging.understand import Understanding

LEXICON = load_lexicon()
UNDERSTANDING, SUSPICION = Understanding(LEXICON), Suspicion(LEXICON)
LISTS = read_lists()
PIECES = [*LISTS.intents, *LISTS.moods, *LISTS.pictures, "不", "没有", "但是", "吗", "！！", "，", "的", "我"]


@pytest.mark.parametrize("text", ["你好", "怎么退货", "有黑色的吗", "165 110斤穿什么码", "好的谢谢", ""])
def test_most_messages_are_not_suspicious(text: str) -> None:
    assert not SUSPICION.is_in(text)


@pytest.mark.parametrize("text", ["垃圾", "氣死我了", "假的吧", "不满意", "破了", "😡"])
def test_what_may_be_a_complaint_is(text: str) -> None:
    assert SUSPICION.is_in(text)


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_no_complaint_escapes(text: str) -> None:
    assert UNDERSTANDING.is_complaint(text) == UNDERSTANDING.read(text).is_complaint
