"""A closer look: who says a word, where, beside what."""

from __future__ import annotations

from customers.tagging.discovery.closer import Closer, Example, Finder, excerpt
from customers.tagging.normal import normalise
from customers.tagging.segment import Segmenter

SEGMENTER = Segmenter()


def look(closer: Closer, customer_id: int, text: str) -> None:
    normal = normalise(text)
    closer.look(customer_id, text, normal, normal.folded)


def test_a_message_counts_once_and_a_customer_three_times() -> None:
    closer = Closer(["蓝莓"], ["玉髓"], SEGMENTER)
    for _ in range(5):
        look(closer, 1, "玉髓玉髓配蓝莓")
    look(closer, 2, "玉髓呢")
    jade, berry = closer.seen["玉髓"], closer.seen["蓝莓"]
    assert (jade.messages, jade.mentions, jade.customers) == (6, 4, {1: 5, 2: 1})
    assert (berry.messages, berry.mentions, berry.customers) == (5, 3, {1: 5})


def test_a_word_is_met_only_where_the_text_is_cut_so_and_a_string_anywhere() -> None:
    closer = Closer(["上市"], ["上市"[:1] + "市"], SEGMENTER)
    look(closer, 1, "马上市场就关了")
    assert closer.seen["上市"].messages == 1  # by the string
    closer = Closer(["上市"], [], SEGMENTER)
    look(closer, 1, "马上市场就关了")
    assert closer.seen["上市"].messages == 0


def test_examples_are_of_different_customers_in_their_own_words() -> None:
    closer = Closer([], ["玉髓"], SEGMENTER)
    for customer_id, text in enumerate(["😊玉髓！！！", "玉髓", "喜欢玉\u200b髓", "玉髓吗"]):
        look(closer, customer_id, text)
        look(closer, customer_id, text)
    assert closer.seen["玉髓"].examples == [
        Example(0, "😊玉髓！！！"),
        Example(1, "玉髓"),
        Example(2, "喜欢玉\u200b髓"),
    ]


def test_strings_are_found_within_each_other() -> None:
    assert sorted(Finder(["巴胺", "多巴胺", "胺色"]).places("多巴胺色")) == [
        ("多巴胺", 0, 3),
        ("巴胺", 1, 3),
        ("胺色", 2, 4),
    ]
    assert Finder([]).places("多巴胺色") == []


def test_an_excerpt_shows_some_words_around_in_one_line() -> None:
    text = "一二三四五六七八九十一二三四五\n六玉髓七八九十一二三四五六七八九十一二三"
    assert excerpt(text, 17, 19) == "…三四五六七八九十一二三四五 六玉髓七八九十一二三四五六七八九十一…"
    assert excerpt("玉髓", 0, 2) == "玉髓"
