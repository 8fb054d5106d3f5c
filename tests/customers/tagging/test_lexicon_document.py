"""The document: what is written reads back the same, in the order staff wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from customers.tagging.lexicon import LexiconInvalid
from customers.tagging.lexicon_document import MOST_WORDS, document_of, is_same, read_document, write_toml
from customers.tagging.lexicon_files import load_lexicon, read_toml
from customers.tagging.match import Tagger
from tests.customers.tagging.lexica import colours

FULL: dict[str, Any] = {
    "vocabulary": ["某某牌"],
    **colours(
        personal=True,
        half_life_days=2.5,
        label='颜 "色"\\ \x7f\n',
        single=["黑"],
        blocked=["黑的士"],
        weights={"白色": 2.5},
        tags={"白色": ["白色"], "黑色": ["黑色", "黑"], "X.Y": ["纯x"]},
        patterns={"黑色": ["(纯|亮)黑(色|的)", "黑的(款|)"]},
    ),
}


def test_what_is_written_reads_back_the_same() -> None:
    lexicon = read_document(FULL)
    again = read_document(read_toml(write_toml(lexicon), "x"))
    assert again == lexicon
    assert document_of(again) == document_of(lexicon)
    assert document_of(again) == FULL
    assert list(again.groups["colour"].tags) == list(lexicon.groups["colour"].tags)


def test_the_starter_reads_back_the_same() -> None:
    starter = load_lexicon()
    assert read_document(read_toml(write_toml(starter), "x")) == starter


def test_the_words_of_a_pattern_are_found_like_any_other() -> None:
    tagger = Tagger(read_document(colours(patterns={"黑色": ["(纯|亮)黑(色|的)"]})))
    assert [(hit.tag, hit.word) for hit in tagger.find("要亮黑的，白色也行")] == [("黑色", "亮黑的"), ("白色", "白色")]


def test_order_makes_no_difference_and_writing_does() -> None:
    one = read_document(colours())
    assert is_same(one, read_document(colours(tags={"白色": ["白色"], "黑色": ["黑的", "黑色"]})))
    assert is_same(one, read_document(colours(personal=False, blocked=[])))
    assert not is_same(one, read_document(colours(label="色")))
    by_hand = read_document(colours(tags={"黑色": ["黑色", "黑的", "纯黑", "亮黑"], "白色": ["白色"]}))
    assert not is_same(by_hand, read_document(colours(patterns={"黑色": ["(纯|亮)黑"]})))


def test_a_tag_may_live_of_patterns_alone() -> None:
    lexicon = read_document(colours(tags={"黑色": []}, patterns={"黑色": ["(纯|亮)黑"]}))
    assert [word.text for word in lexicon.groups["colour"].tags[0].words] == ["纯黑", "亮黑"]


def test_a_lexicon_has_a_largest_size() -> None:
    pattern = [f"第{{{number * 500}-{number * 500 + 499}}}号" for number in range(101)]
    assert MOST_WORDS == 50_000
    with pytest.raises(LexiconInvalid, match="with its words the lexicon has more than 50,000"):
        read_document(colours(tags={"号": []}, patterns={"号": pattern}))
    largest = read_document(colours(tags={"号": []}, patterns={"号": pattern[:100]}))
    assert len(largest.groups["colour"].tags[0].words) == MOST_WORDS
