"""How far cuts agree with jieba's own, on real messages kept beside the checkout and never in it."""

from __future__ import annotations

import csv
import gzip
import logging
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import jieba
import jieba.analyse
import pytest

from customers.tagging.brand_words import name_words
from customers.tagging.keywords import Keywords
from customers.tagging.live import starter_lexicon
from customers.tagging.normal import normalise
from customers.tagging.segment import Segmenter, read_stop_words
from tests.customers.tagging.test_real_messages import CHATS, DATA, QUERIES, needs, read_queries

REVIEWS = DATA / "reviews_by_category.csv.gz"
LEAST = 0.995


def read_turns() -> list[str]:
    """What customers and agents say."""
    with gzip.open(CHATS, "rt", encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t")[-1] for line in lines]


def read_reviews() -> list[str]:
    with gzip.open(REVIEWS, "rt", encoding="utf-8", newline="") as lines:
        return [row["review"] for row in csv.DictReader(lines)][::10]


@pytest.fixture(scope="module")
def words() -> list[str]:
    return name_words(starter_lexicon())


@pytest.fixture(scope="module")
def segmenter(words: list[str]) -> Segmenter:
    return Segmenter(words)


@pytest.fixture(scope="module")
def oracle(words: list[str]) -> Any:
    """jieba with the same words, by its own way of adding them."""
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    for word in sorted({normalise(each).folded for each in words}):
        if not word.isascii() and not (word[0].isascii() or word[-1].isascii()):
            tokenizer.add_word(word)
    tokenizer.add_word("t恤")
    return tokenizer


def edges(words: list[str]) -> set[int]:
    return set(accumulate(map(len, words)))


def kind_of(text: str, at: int) -> str:
    around = text[at - 1 : at + 1]
    return "Latin or digits" if around.isascii() else "Chinese"


@pytest.mark.slow
@pytest.mark.parametrize(
    "read",
    [
        pytest.param(read_turns, marks=needs(CHATS)),
        pytest.param(lambda: list(read_queries()), marks=needs(QUERIES), id="queries"),
        pytest.param(read_reviews, marks=needs(REVIEWS)),
    ],
)
def test_cuts_agree_with_jieba(read: Callable[[], list[str]], segmenter: Segmenter, oracle: Any) -> None:
    places = 0
    differences: Counter[tuple[str, str, str]] = Counter()
    for folded in (normalise(text).folded for text in read()):
        theirs, ours = edges(oracle.lcut(folded)), edges(segmenter.cut(folded))
        places += len(theirs | ours)
        for at in theirs ^ ours:
            differences[kind_of(folded, at), "theirs" if at in theirs else "ours", folded[max(at - 2, 0) : at + 2]] += 1
    agreement = 1 - differences.total() / places
    kinds = Counter(kind for kind, *_ in differences.elements())
    print(f"\n{agreement:.4%} of {places} cuts; differing: {dict(kinds)}; most: {differences.most_common(5)}")
    assert agreement >= LEAST
    assert kinds["Latin or digits"] <= places / 10_000


@pytest.mark.slow
@needs(CHATS)
def test_keywords_are_those_jieba_finds(segmenter: Segmenter, oracle: Any) -> None:
    keywords, theirs = Keywords(segmenter), jieba.analyse.TFIDF()
    theirs.tokenizer, theirs.stop_words = oracle, set(read_stop_words())
    same = both = 0
    for text in read_turns()[::5]:
        ours = {word for word, _ in keywords.extract(text, 5)}
        others = set(theirs.extract_tags(normalise(text).folded, 5))
        same, both = same + len(ours & others), both + max(len(ours), len(others))
    assert same / both >= 0.99
