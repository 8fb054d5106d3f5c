"""What the words of questions are worth: phrases of one meaning, what is asked for, fillers, and what contrasts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_name("words.toml")


class Sense(StrEnum):
    """same: a word many say otherwise · asks: what sort of answer is wanted · filler: nothing."""

    SAME = "same"
    ASKS = "asks"
    FILLER = "filler"


class Meaning(NamedTuple):
    """What a phrase stands for: its sense, and the word all its kin share."""

    sense: Sense
    word: str


class Piece(NamedTuple):
    """A stretch of a text: a known phrase with its meaning, or what stands between two of them (None)."""

    text: str
    meaning: Meaning | None


class Vocabulary:
    """Phrases of two characters or more are met anywhere, the longest first; single characters only as a whole word."""

    def __init__(self, phrases: Mapping[str, Meaning], contrasts: Mapping[str, frozenset[str]]) -> None:
        self.single = {phrase: meaning for phrase, meaning in phrases.items() if len(phrase) == 1}
        self._contrasts = contrasts
        self._topics = frozenset(meaning.word for meaning in phrases.values() if meaning.sense is Sense.SAME)
        self._by_start: dict[str, list[tuple[str, Meaning]]] = {}
        for phrase, meaning in sorted(phrases.items(), key=lambda item: -len(item[0])):
            if len(phrase) > 1:
                self._by_start.setdefault(phrase[:2], []).append((phrase, meaning))

    def pieces(self, plain: str) -> Iterator[Piece]:
        """A plain text cut at its phrases."""
        at = begun = 0
        while at < len(plain):
            for phrase, meaning in self._by_start.get(plain[at : at + 2], ()):
                if plain.startswith(phrase, at):
                    if begun < at:
                        yield Piece(plain[begun:at], None)
                    yield Piece(phrase, meaning)
                    at = begun = at + len(phrase)
                    break
            else:
                at += 1
        if begun < at:
            yield Piece(plain[begun:], None)

    def is_topic(self, word: str) -> bool:
        """True for a word of ours that others are said for: what it names is what a question is about."""
        return word in self._topics

    def contrasts_of(self, word: str) -> frozenset[str]:
        """The contrasts a word takes part in."""
        return self._contrasts.get(word, frozenset())


@cache
def vocabulary() -> Vocabulary:
    """Ours, read once."""
    return read_vocabulary(_FILE.read_text(encoding="utf-8"))


def read_vocabulary(document: str) -> Vocabulary:
    """The vocabulary a TOML document describes; what a phrase is in ``same`` counts before ``asks`` and ``filler``."""
    raw = tomllib.loads(document)
    phrases = {phrase: Meaning(Sense.FILLER, phrase) for group in raw["filler"].values() for phrase in group}
    for sense in (Sense.ASKS, Sense.SAME):
        phrases |= {phrase: Meaning(sense, word) for word, group in raw[sense].items() for phrase in group}
    contrasts: dict[str, set[str]] = {}
    for name, words in raw["contrasts"].items():
        for word in words:
            contrasts.setdefault(word, set()).add(name)
    return Vocabulary(phrases, {word: frozenset(names) for word, names in contrasts.items()})
