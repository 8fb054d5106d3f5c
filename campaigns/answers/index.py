"""The index: which stored questions are like a customer's words, how surely, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from heapq import nlargest
from typing import NamedTuple

from campaigns.answers.likeness import Signs, Weighed, clash, probability, signs_of, weighed
from campaigns.answers.reading import Question

_K1, _B = 1.2, 0.75
"""BM25's usual saturation and length normalisation."""

_EASED = 50
"""Questions without any of the terms that are counted along, so that the first ten of a base are not taken for all."""

_MOST_POSTINGS = 1200
"""Entries read for one message, rarest terms first: common terms alone name no candidate."""

_MOST_CANDIDATES = 30

_CLASHED = 0.6
"""What is left of the likeness, for the order, where the two clash."""

_MOST_CLASHING = 0.6
"""How sure two that clash can be at most: suggested, never answered."""


class Like(NamedTuple):
    """A stored question by its place, how surely it is the one that was asked (0 to 1), the terms both have (but
    characters) as they were said, what they clash in, and all that was weighed."""

    place: int
    score: float
    terms: tuple[str, ...]
    clash: str
    signs: Signs


class Index:
    """Immutable: a changed base gets a new one. ``groups`` are the answers the questions lead to, place by place."""

    def __init__(self, questions: Sequence[Question], groups: Sequence[int]) -> None:
        self._questions = questions
        self._groups = groups
        postings: dict[str, list[int]] = {}
        for place, question in enumerate(questions):
            for term in question.terms:
                postings.setdefault(term, []).append(place)
        self._postings = postings
        self._rarities = {term: self._rarity_of(len(places)) for term, places in postings.items()}
        self._unseen = self._rarity_of(0)
        self._worths = [self._worth(question) for question in questions]
        self._parts = [weighed(question, self.rarity).worth for question in questions]
        average = sum(self._worths) / len(questions) if questions else 1.0
        self._norms = [(_K1 + 1) / (1 + _K1 * (1 - _B + _B * worth / average)) for worth in self._worths]

    def __len__(self) -> int:
        return len(self._questions)

    def rarity(self, term: str) -> float:
        """What a term tells: BM25's inverse document frequency."""
        return self._rarities.get(term, self._unseen)

    def search(self, question: Question, limit: int) -> list[Like]:
        """The stored questions most alike, best first."""
        own = self._worth(question)
        ranked = nlargest(
            _MOST_CANDIDATES,
            ((self._alike(question, own, place, shared), -place) for place, shared in self._candidates(question)),
        )
        asked = weighed(question, self.rarity)
        return [self._told(asked, -place, alike, ranked) for alike, place in ranked[:limit]]

    def _candidates(self, question: Question) -> list[tuple[int, float]]:
        """The best by BM25 of those that share one of the rarer terms, with the worth of all that is shared."""
        known = sorted((len(self._postings[term]), term) for term in question.terms if term in self._postings)
        sums: dict[int, float] = {}
        read = rarer = 0
        for count, term in known:
            if rarer and read + count > _MOST_POSTINGS:
                break
            read, rarer = read + count, rarer + 1
            worth = question.terms[term] * self._rarities[term]
            for place in self._postings[term]:
                sums[place] = sums.get(place, 0.0) + worth
        rest = [(term, question.terms[term] * self._rarities[term]) for _, term in known[rarer:]]
        norms, questions = self._norms, self._questions
        best = nlargest(_MOST_CANDIDATES, [(total * norms[place], place) for place, total in sums.items()])
        return [
            (place, sums[place] + sum(worth for term, worth in rest if term in questions[place].terms))
            for _, place in best
        ]

    def _alike(self, question: Question, own: float, place: int, shared: float) -> float:
        """What both say as a share of what each says: the geometric mean of the two."""
        alike = shared / math.sqrt(own * self._worths[place])
        return alike * _CLASHED if clash(question, self._questions[place]) else alike

    def _told(self, asked: Weighed, place: int, alike: float, ranked: Sequence[tuple[float, int]]) -> Like:
        question, stored = asked.question, self._questions[place]
        rival = next((other for other, at in ranked if self._is_rival(place, -at)), 0.0)
        signs = signs_of(asked, stored, self._parts[place], max(0.0, alike - rival))
        terms = tuple(term for term in question.terms if term[0] != "~" and term in stored.terms)
        clashing = clash(question, stored)
        score = 1.0 if question.terms == stored.terms else probability(signs)
        return Like(place, min(score, _MOST_CLASHING) if clashing else score, terms, clashing, signs)

    def _is_rival(self, place: int, other: int) -> bool:
        """Of another answer, and not the same words: what stores answer differently is no doubt about the question."""
        return (
            self._groups[other] != self._groups[place] and self._questions[other].terms != self._questions[place].terms
        )

    def _worth(self, question: Question) -> float:
        return sum(worth * self.rarity(term) for term, worth in question.terms.items()) or 1.0

    def _rarity_of(self, count: int) -> float:
        return math.log(1 + (len(self._questions) + _EASED - count + 0.5) / (count + 0.5))
