"""The optional model, TF-IDF of characters and words under a linear SVM, and its published peer, words alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from benchmarks.tagging.data import Review

Words = Callable[[str], Iterable[str]]


def words_only(cut: Words) -> Pipeline:
    """The peer: TF-IDF of words and a linear SVM as they come."""
    return make_pipeline(TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=False), LinearSVC())


def ours(cut: Words) -> Pipeline:
    """Words and pairs of them, and runs of one to three characters; how often counts by its logarithm."""
    by_words = TfidfVectorizer(
        tokenizer=cut, token_pattern=None, lowercase=False, sublinear_tf=True, ngram_range=(1, 2), min_df=2
    )
    by_characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=3)
    return make_pipeline(FeatureUnion([("words", by_words), ("characters", by_characters)]), LinearSVC(C=0.4))


def from_keywords(keywords: Words) -> Pipeline:
    """Naive Bayes that sees nothing but the keywords of a text."""
    return make_pipeline(
        TfidfVectorizer(tokenizer=keywords, token_pattern=None, lowercase=False, use_idf=False, norm=None, binary=True),
        MultinomialNB(),
    )


def categories(model: Pipeline, training: Sequence[Review], texts: Sequence[str]) -> list[str]:
    """Learns from the training reviews and names the category of each text."""
    model.fit([review.text for review in training], [review.category for review in training])
    return [str(category) for category in model.predict(list(texts))]
