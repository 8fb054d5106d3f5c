"""How surely a stored question is the one a customer asks: what the two share, seen from both sides, as a probability.

The worths were fitted by logistic regression to the development part of the benchmark (``python -m
benchmarks.answers.fit`` prints them); docs/answers.md says what they reach on the part they were not fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from campaigns.answers.reading import Question

THRESHOLD = 0.85
"""From here on the stored answer is given; below, questions are only suggested."""

NEAR = 0.35
"""From here on a stored question is near enough to be suggested."""

_MOST_STRANGE = 2


class Signs(NamedTuple):
    """What speaks for and against; all from 0 to 1.

    ``words_…`` and ``letters_…``: of the words and characters of what is asked, and of what is stored, the share found
    in the other. ``strange``: topics only the customer speaks of. ``other_kind``: one asks when, the other how.
    ``clash``: a number or one of two contrasting words differs. ``lead``: before the next answer's best question.
    """

    words_asked: float
    words_stored: float
    letters_asked: float
    letters_stored: float
    strange: float
    other_kind: float
    clash: float
    lead: float


WORTHS = Signs(0.73, 1.5, 1.24, 0.98, -0.74, -0.7, -0.89, 3.79)
BASE = -2.14


def probability(signs: Signs) -> float:
    """How likely the stored question is the one that is asked."""
    return 1 / (1 + math.exp(-BASE - sum(sign * worth for sign, worth in zip(signs, WORTHS, strict=True))))


class Weighed(NamedTuple):
    """A question with what each of its words and characters tells."""

    question: Question
    words: Mapping[str, float]
    letters: Mapping[str, float]

    @property
    def worth(self) -> tuple[float, float]:
        """What all words, and all characters, tell."""
        return sum(self.words.values()), sum(self.letters.values())


def weighed(question: Question, rarity: Callable[[str], float]) -> Weighed:
    """``rarity`` is what a term tells."""
    words = {term: worth * rarity(term) for term, worth in question.terms.items() if term[0] not in "?~#"}
    letters = {
        term: worth * rarity(term) for term, worth in question.terms.items() if term[0] == "~" and len(term) == 2
    }
    return Weighed(question, words, letters)


def signs_of(asked: Weighed, stored: Question, stored_worth: tuple[float, float], lead: float) -> Signs:
    """What two questions share; ``stored_worth`` is ``Weighed.worth`` of the stored one."""
    question = asked.question
    words_asked, words_stored = _shares(asked.words, stored, stored_worth[0])
    letters_asked, letters_stored = _shares(asked.letters, stored, stored_worth[1])
    strange = min(_MOST_STRANGE, len(question.topics - stored.topics)) / _MOST_STRANGE
    other_kind = bool(question.kinds and stored.kinds and question.kinds.isdisjoint(stored.kinds))
    is_clash = bool(clash(question, stored))
    return Signs(
        words_asked, words_stored, letters_asked, letters_stored, strange, float(other_kind), float(is_clash), lead
    )


def clash(asked: Question, stored: Question) -> str:
    """What the two may not differ in and do (``numbers`` or a contrast's name); empty where nothing."""
    if asked.numbers and stored.numbers and asked.numbers.isdisjoint(stored.numbers):
        return "numbers"
    for name, words in asked.contrasts.items():
        others = stored.contrasts.get(name)
        if others and words.isdisjoint(others):
            return name
    return ""


def _shares(asked: Mapping[str, float], stored: Question, stored_worth: float) -> tuple[float, float]:
    shared = sum(worth for term, worth in asked.items() if term in stored.terms)
    return (shared / sum(asked.values()) if asked else 1.0, min(1.0, shared / stored_worth) if stored_worth else 1.0)
