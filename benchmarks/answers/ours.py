"""Ours as the product searches: the shipped vocabulary and lexicon, no store's or product's name known."""

from __future__ import annotations

from collections.abc import Sequence

from campaigns.answers.base import read_by
from campaigns.answers.index import Index, Like
from campaigns.answers.likeness import THRESHOLD
from customers.tagging.brand_words import name_words
from customers.tagging.live import starter_lexicon


class Ours:
    """``find`` gives the groups most likely meant, each once, with how surely."""

    name = "ours"
    threshold: float | None = THRESHOLD

    def __init__(self, stored: Sequence[tuple[str, int]]) -> None:
        lexicon = starter_lexicon()
        self._reader = read_by(lexicon, name_words(lexicon))
        self._groups = [group for _, group in stored]
        self._index = Index([self._reader.read(question) for question, _ in stored], self._groups)

    def find(self, words: str) -> list[tuple[int, float]]:
        found: dict[int, float] = {}
        for like in self.likes(words):
            found.setdefault(self._groups[like.place], like.score)
        return list(found.items())[:3]

    def likes(self, words: str) -> list[Like]:
        return self._index.search(self._reader.read(words), 8)

    def group_of(self, like: Like) -> int:
        return self._groups[like.place]
