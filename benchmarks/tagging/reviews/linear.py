"""The optional model, characters and words under three linear SVMs that are weighed, and its peer, words alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import StackingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from benchmarks.tagging.data import Review

_PLAIN_C, _RATIO_C, _JUDGE_C, _SMOOTH = 0.4, 0.1, 0.3, 0.1
_TOL, _PARTS = 1e-3, 3
Words = Callable[[str], Iterable[str]]


def words_only(cut: Words) -> Pipeline:
    """The peer: TF-IDF of words and a linear SVM as they come."""
    return make_pipeline(TfidfVectorizer(tokenizer=cut, token_pattern=None, lowercase=False), LinearSVC())


def ours(cut: Words) -> Pipeline:
    """Words and pairs of them, and runs of one to three characters; how often counts by its logarithm. Three SVMs, and
    a logistic regression that learns from their margins in parts they had not seen how far to trust each: all linear.
    """
    by_words = TfidfVectorizer(
        tokenizer=cut, token_pattern=None, lowercase=False, sublinear_tf=True, ngram_range=(1, 2), min_df=2
    )
    by_characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=3)
    voices = [("plain", LinearSVC(C=_PLAIN_C, tol=_TOL)), ("ratio", RatioSVM()), ("small", RatioSVM(raised=0.5))]
    judge = make_pipeline(StandardScaler(), LogisticRegression(C=_JUDGE_C, max_iter=200))
    parts = StratifiedKFold(_PARTS, shuffle=True, random_state=0)
    stacked = StackingClassifier(voices, judge, cv=parts, stack_method="decision_function")
    return make_pipeline(FeatureUnion([("words", by_words), ("characters", by_characters)]), stacked)


class RatioSVM(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A linear SVM a category, on each feature times how much oftener it stands in that category than in the others
    (NB-SVM: Wang and Manning 2012). A text of the category counts as ``(others / its texts) ** raised`` others."""

    def __init__(self, raised: float = 0.0) -> None:
        self.raised = raised

    def fit(self, features: csr_matrix, categories: Sequence[str]) -> RatioSVM:
        """Learns from a row of features a text."""
        gold = np.asarray(categories)
        self.classes_ = np.unique(gold)
        self.by_category_ = []
        for category in self.classes_:
            is_in = gold == category
            worth, weight = _log_ratio(features, is_in), ((~is_in).sum() / is_in.sum()) ** self.raised
            svm = LinearSVC(C=_RATIO_C, tol=_TOL, class_weight={True: weight, False: 1.0})
            self.by_category_.append((worth, svm.fit(features.multiply(worth).tocsr(), is_in)))
        return self

    def decision_function(self, features: csr_matrix) -> NDArray[np.float64]:
        """A margin a text and category."""
        margins = [svm.decision_function(features.multiply(worth).tocsr()) for worth, svm in self.by_category_]
        return np.column_stack(margins)

    def predict(self, features: csr_matrix) -> NDArray[np.generic]:
        """The category whose margin is widest."""
        return np.asarray(self.classes_[self.decision_function(features).argmax(axis=1)])


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
