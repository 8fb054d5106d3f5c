"""Measures what tags, a linear model and keywords say of a review's category."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

from benchmarks.tagging.clock import measure as clock
from benchmarks.tagging.data import CHATS, Folders, read_turns
from benchmarks.tagging.peers import jieba_words
from benchmarks.tagging.report import Row, Say, tell
from benchmarks.tagging.reviews import lexicons, linear
from benchmarks.tagging.reviews.splits import SEED, Reviews, cut, judge
from customers.tagging.keywords import Keywords
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.segment import Segmenter

_TOP = 10


def measure(folders: Folders, full: bool, say: Say) -> tuple[list[Row], dict[str, float]]:
    """Rows, and our CPU for keywords over jieba's."""
    reviews = cut(folders, full)
    if reviews is None or not reviews.scored:
        return [], {}
    segmenter = Segmenter()
    rows = tell(say, "reviews by category", _categories(reviews, segmenter))
    keywords = Keywords(segmenter)
    rows += tell(say, f"keywords: {_TOP} a review, and nothing else", _keywords(reviews, keywords, full))
    spent, ratio = _times(folders, reviews, keywords, full)
    return rows + tell(say, "keywords: CPU", spent), {"ours_vs_jieba_tfidf_cpu": ratio}


def _categories(reviews: Reviews, segmenter: Segmenter) -> list[Row]:
    texts = [review.text for review in reviews.scored]
    usual = Counter(review.category for review in reviews.training).most_common(1)[0][0]
    learnt = lexicons.ByLexicon(lexicons.learn(reviews.training, segmenter.tokens), usual, lexicons.learnt_category)
    starter = lexicons.ByLexicon(load_lexicon(), usual, lexicons.starter_category)
    said = {
        "tags of a lexicon learnt from the training": learnt.categories(texts),
        "tags of the starter lexicon as it is": starter.categories(texts),
        "TF-IDF of jieba's words, linear SVM": linear.categories(
            linear.words_only(jieba_words.cut), reviews.training, texts
        ),
        "TF-IDF of words and characters, linear SVM": linear.categories(
            linear.ours(segmenter.cut), reviews.training, texts
        ),
    }
    rows = []
    for name, categories in said.items():
        judged = judge([review.category for review in reviews.scored], categories)
        rows.append(Row("reviews", f"category: {name}", judged.macro_f1, "macro-F1", len(texts)))
        rows.append(Row("reviews", f"category: {name}: accuracy", judged.accuracy, "share", len(texts)))
    return rows


def _keywords(reviews: Reviews, keywords: Keywords, full: bool) -> list[Row]:
    chance = random.Random(SEED)
    training = chance.sample(reviews.training, min(len(reviews.training), 8_000 if full else 1_000))
    scored = chance.sample(reviews.scored, min(len(reviews.scored), 4_000 if full else 500))
    ways: dict[str, Callable[[str], list[str]]] = {
        "ours": lambda text: [word for word, _weight in keywords.extract(text, _TOP)],
        "jieba TF-IDF": lambda text: jieba_words.tf_idf(text, _TOP),
        "jieba TextRank": lambda text: jieba_words.text_rank(text, _TOP),
    }
    rows = []
    for name, way in ways.items():
        said = linear.categories(linear.from_keywords(way), training, [review.text for review in scored])
        macro_f1 = judge([review.category for review in scored], said).macro_f1
        rows.append(Row("keywords", f"category by keywords: {name}", macro_f1, "macro-F1", len(scored)))
    return rows


def _times(folders: Folders, reviews: Reviews, keywords: Keywords, full: bool) -> tuple[list[Row], float]:
    jieba_words.start()
    texts = _sample([review.text for review in reviews.scored], full)
    if path := folders.find(CHATS):
        texts += _sample(read_turns(path), full)
    costs = clock(
        {
            "ours": lambda text: keywords.extract(text, _TOP),
            "jieba TF-IDF": lambda text: jieba_words.tf_idf(text, _TOP),
            "jieba TextRank": lambda text: jieba_words.text_rank(text, _TOP),
        },
        texts,
    )
    rows = [Row("keywords", f"CPU a text: {name}", cost.cpu_us, "µs", len(texts)) for name, cost in costs.items()]
    return rows, costs["ours"].cpu_us / costs["jieba TF-IDF"].cpu_us


def _sample(texts: Sequence[str], full: bool) -> list[str]:
    return random.Random(SEED).sample(texts, min(len(texts), 1_500 if full else 200))
