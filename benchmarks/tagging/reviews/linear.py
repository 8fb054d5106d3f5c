"""The optional model, TF-IDF of characters and words under two linear SVMs, and its published peer, words alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from benchmarks.tagging.data import Review

_PLAIN_C, _RATIO_C, _SMOOTH = 0.4, 0.1, 0.1
Words = Callable[[str], Iterable[str]]


def words_only(cut: Words) -> Pipeline:
    """The peer: TF-IDF of words and a linear SVM as they come."""
    return make_pipeline(TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=False), LinearSVC())


def ours(cut: Words) -> Pipeline:
    """Words and pairs of them, and runs of one to three characters; how often counts by its logarithm. Two SVMs add up
    their margins, which is linear as well."""
    by_words = TfidfVectorizer(
        tokenizer=cut, token_pattern=None, lowercase=False, sublinear_tf=True, ngram_range=(1, 2), min_df=2
    )
    by_characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=3)
    return make_pipeline(FeatureUnion([("words", by_words), ("characters", by_characters)]), TwoMargins())


class TwoMargins(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A linear SVM on the features as they are, and one a category on each feature times how much oftener it stands in
    that category than in the others (NB-SVM: Wang and Manning 2012). The categories' margins are summed."""

    def fit(self, features: csr_matrix, categories: Sequence[str]) -> TwoMargins:
        """Learns from a row of features a text."""
        gold = np.asarray(categories)
        self.plain_ = LinearSVC(C=_PLAIN_C).fit(features, gold)
        self.by_category_ = []
        for category in self.plain_.classes_:
            worth = _log_ratio(features, gold == category)
            svm = LinearSVC(C=_RATIO_C).fit(features.multiply(worth).tocsr(), gold == category)
            self.by_category_.append((worth, svm))
        return self

    def predict(self, features: csr_matrix) -> NDArray[np.str_]:
        """The category whose margins are widest together."""
        ratios = [svm.decision_function(features.multiply(worth).tocsr()) for worth, svm in self.by_category_]
        margins = self.plain_.decision_function(features) + np.column_stack(ratios)
        return np.asarray(self.plain_.classes_[margins.argmax(axis=1)])


def _log_ratio(features: csr_matrix, is_in: NDArray[np.bool_]) -> NDArray[np.float64]:
    """By feature, how far apart its shares inside and outside a category are, as the logarithm of their ratio."""
    inside, outside = (np.asarray(features[rows].sum(axis=0)).ravel() + _SMOOTH for rows in (is_in, ~is_in))
    ratio = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    return np.asarray(np.abs(ratio), np.float64).reshape(1, -1)


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
