"""The answer base in memory: what a customer's words are answered with, and what comes near."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from campaigns.answers.index import Index, Like
from campaigns.answers.likeness import NEAR, THRESHOLD
from campaigns.answers.reading import Reader
from campaigns.answers.rephrase import Rephraser
from campaigns.answers.rows import Answer
from campaigns.answers.storing import REVISION, list_answers
from campaigns.answers.vocabulary import vocabulary
from core.clock import BRAND_ZONE
from customers.tagging.brand_words import list_brand_words
from customers.tagging.lexicon import Kind, Lexicon
from customers.tagging.live import REVISION as LEXICON_REVISION
from customers.tagging.live import live_lexicon
from customers.tagging.segment import Segmenter
from models.revisions import number

MOST_SUGGESTED = 3
_LOOKED_AT = 16


class Found(NamedTuple):
    """An answer for a customer's words: by which of its questions, how surely, and what both say."""

    answer: Answer
    question: str
    like: Like

    @property
    def is_sure(self) -> bool:
        return self.like.score >= THRESHOLD

    @property
    def is_near(self) -> bool:
        return self.like.score >= NEAR


@dataclass(frozen=True, slots=True)
class _Built:
    """One state of the base; ``places`` has the answer and the question of each place of the index."""

    reader: Reader | None
    index: Index
    places: Sequence[tuple[Answer, str]]
    size: int


_EMPTY = _Built(None, Index((), ()), (), 0)


class _Looked(NamedTuple):
    """What was found for a text on a day."""

    text: str
    day: date
    built: _Built
    is_about_something: bool
    found: tuple[Found, ...]


class AnswerBase:
    """Answers by likeness. ``rephraser``, where there is one, may say a stored answer in other words."""

    def __init__(self, rephraser: Rephraser | None = None) -> None:
        self.rephraser = rephraser
        self._revision: tuple[int, int] | None = None
        self._built = _EMPTY
        self._last = _Looked("", date.min, _EMPTY, False, ())

    def __len__(self) -> int:
        """How many answers there are."""
        return self._built.size

    async def refresh(self) -> None:
        """Reload if answers or lexicon changed; run it about once a second. Indexing does not hold up the loop."""
        # First: what is committed after it makes the next look reload once more.
        revision = (await number(REVISION), await number(LEXICON_REVISION) if self._built.size else 0)
        if revision == self._revision:
            return
        answers = await list_answers()
        if answers:
            revision = (revision[0], await number(LEXICON_REVISION))
            lexicon = await live_lexicon()
            self._built = await asyncio.to_thread(_build, answers, lexicon, await list_brand_words(lexicon))
        else:
            self._built = _EMPTY
        self._revision = revision

    def is_question(self, text: str) -> bool:
        """True for words that are about something; courtesy alone ("好的，谢谢") is not."""
        last = self._last
        if last.text == text and last.built is self._built:
            return last.is_about_something
        reader = self._built.reader
        return reader is not None and reader.read(text).is_about_something

    def find(self, text: str, at: datetime, store_code: str | None = None) -> tuple[Found, ...]:
        """The answers that hold at that moment, each once, the likeliest first; of equals a store's own before all's.

        ``store_code`` leaves only those good for it (empty: for every store); None: for whichever.
        """
        if not self._built.size:
            return ()
        found = self._find(text, at.astimezone(BRAND_ZONE).date())
        if store_code is None:
            return found
        return tuple(each for each in found if each.answer.is_for(store_code))

    def _find(self, text: str, day: date) -> tuple[Found, ...]:
        """Several routes ask about one message: the last is remembered."""
        built, last = self._built, self._last
        if built.reader is None or not text:
            return ()
        if last.text == text and last.day == day and last.built is built:
            return last.found
        question = built.reader.read(text)
        found: dict[str, Found] = {}
        for like in built.index.search(question, _LOOKED_AT):
            answer, words = built.places[like.place]
            if answer.holds_on(day):
                found.setdefault(answer.code, Found(answer, words, like))
        ordered = tuple(sorted(found.values(), key=lambda each: (-round(each.like.score, 3), not each.answer.stores)))
        self._last = _Looked(text, day, built, question.is_about_something, ordered)
        return ordered


def suggested(found: Sequence[Found]) -> list[str]:
    """Up to three questions that come near, likeliest first."""
    return list(dict.fromkeys(each.question for each in found if each.is_near))[:MOST_SUGGESTED]


def read_by(lexicon: Lexicon, names: Sequence[str] = ()) -> Reader:
    """A reader of questions by our vocabulary and a lexicon; ``names`` are kept whole. Takes a fifth of a second."""
    tag_words = [(word.folded, f"{rule.group}.{rule.name}") for rule in lexicon.rules() for word in rule.words]
    contrasting = [group.key for group in lexicon.groups.values() if group.kind is Kind.THING or group.exclusive]
    return Reader(vocabulary(), _segmenter(tuple(names)), tag_words, contrasting)


@lru_cache(maxsize=1)
def _segmenter(names: tuple[str, ...]) -> Segmenter:
    return Segmenter(names)


def _build(answers: Sequence[Answer], lexicon: Lexicon, names: Sequence[str]) -> _Built:
    reader = read_by(lexicon, names)
    placed = [(group, answer, question) for group, answer in enumerate(answers) for question in answer.questions]
    index = Index([reader.read(question) for _, _, question in placed], [group for group, _, _ in placed])
    return _Built(reader, index, [(answer, question) for _, answer, question in placed], len(answers))
