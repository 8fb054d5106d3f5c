"""Discovery: words customers have begun to use that no tag covers, with examples and where each would belong."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from typing import NamedTuple

from customers.tagging.brand_words import list_brand_words, name_words
from customers.tagging.discovery.bounded import Bounded
from customers.tagging.discovery.closer import Closer, Example, Finder
from customers.tagging.discovery.cohesion import Strings
from customers.tagging.discovery.nearest import Nearest, Suggestion
from customers.tagging.discovery.uncovered import Uncovered
from customers.tagging.lexicon import Lexicon, as_matched
from customers.tagging.normal import normalise
from customers.tagging.segment import Segmenter, read_stop_words
from customers.tagging.store import WORD_KINDS, words_of
from models.dialect.words import list_spoken

_LEAST_MENTIONS, _LEAST_CUSTOMERS = 3, 3
_LEAST_SCORE = 10.83  # by chance once in a thousand (chi-squared with one degree of freedom)
_MOST_STRINGS, _MOST_SHOWN = 5_000, 50
_EXPLAINED = 0.8  # of its mentions within a longer word, and the longer word says it all
_BATCH = 2_000


class Said(NamedTuple):
    """One message of a customer."""

    customer_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Rising:
    """A word said more often than before. ``recent`` and ``background`` count messages that have it; ``times`` is how
    many times as often that is, ``score`` how surely no chance (log-likelihood ratio; 10.83 is once in a thousand).

    ``is_new`` where no dictionary has the word. ``customers`` are those who said it of late, counted up to 1,000.
    """

    word: str
    is_new: bool
    recent: int
    background: int
    customers: int
    times: float
    score: float
    examples: tuple[Example, ...]
    suggestion: Suggestion | None


def discover(
    recent: Collection[Said], background: Iterable[Said], lexicon: Lexicon, known: Iterable[str] = ()
) -> list[Rising]:
    """Words rising from ``background`` to ``recent`` (which is read twice) that the lexicon lacks, the surest first, at
    most fifty; ``known`` are left out. A word counts when three customers said it; one customer counts three times at
    most. Without a background nothing rises."""
    search = Discovery(lexicon, Segmenter(name_words(lexicon)), known)
    for said in recent:
        search.hear_recent(said)
    search.gather()
    for said in background:
        search.hear_background(said)
    search.choose()
    for said in recent:
        search.look_closer(said)
    return search.rising()


async def discover_in_journal(
    days: int, background_days: int, lexicon: Lexicon, at: datetime, known: Iterable[str] = ()
) -> list[Rising]:
    """``discover`` in what customers wrote and said: the last ``days`` before ``at`` against ``background_days`` before
    those. Memory stays bounded however much that is."""
    since = at - timedelta(days=days)
    search = Discovery(lexicon, Segmenter(await list_brand_words(lexicon)), known)
    async for said in _in_journal(since, at):
        search.hear_recent(said)
    search.gather()
    async for said in _in_journal(since - timedelta(days=background_days), since):
        search.hear_background(said)
    search.choose()
    async for said in _in_journal(since, at):
        search.look_closer(said)
    return search.rising()


async def _in_journal(since: datetime, until: datetime) -> AsyncIterator[Said]:
    last = 0
    while rows := await list_spoken(WORD_KINDS, since, until, last, _BATCH):
        last = rows[-1].id
        for row in rows:
            if text := words_of(row.kind, row.fields):
                yield Said(row.customer_id, text)


class Discovery:
    """The search in steps, each message given once a step: hear the recent ones, gather; hear those of the background,
    choose; look closer at the recent ones; then ask what is rising."""

    def __init__(self, lexicon: Lexicon, segmenter: Segmenter, known: Iterable[str] = ()) -> None:
        self._nearest, self._uncovered, self._segmenter = Nearest(lexicon), Uncovered(lexicon), segmenter
        self._stop_words, self._known = read_stop_words(), frozenset(map(as_matched, known))
        self._recent = self._background = 0
        self._words, self._strings = Bounded(), Strings()
        self._word_counts: dict[str, int] = {}
        self._string_counts: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def hear_recent(self, said: Said) -> None:
        struck = self._uncovered.strike(normalise(said.text).folded)
        self._recent += 1
        self._words.add(self._list_words(struck))
        self._strings.add(struck)

    def gather(self) -> None:
        """Settle what the background is asked for."""
        self._word_counts = {word: count for word, count in self._words.items() if count >= _LEAST_MENTIONS}
        strings = [found for found in self._strings.cohesive(_LEAST_MENTIONS) if self._is_unknown(found[0])]
        strings.sort(key=lambda found: found[1], reverse=True)
        self._string_counts = dict(strings[:_MOST_STRINGS])
        self._before = dict.fromkeys((*self._word_counts, *self._string_counts), 0)
        self._words, self._strings = Bounded(), Strings()
        self._finder = Finder(self._string_counts)

    def hear_background(self, said: Said) -> None:
        struck = self._uncovered.strike(normalise(said.text).folded)
        self._background += 1
        found = {word for word in self._list_words(struck) if word in self._word_counts}
        for word in found | {string for string, _, _ in self._finder.places(struck)}:
            self._before[word] += 1

    def choose(self) -> None:
        """Settle which words are worth a closer look."""
        words = [word for word, count in self._word_counts.items() if self._score(word, count) >= _LEAST_SCORE]
        strings = [word for word, count in self._string_counts.items() if self._score(word, count) >= _LEAST_SCORE]
        self._closer = Closer(words, strings, self._segmenter)

    def look_closer(self, said: Said) -> None:
        normal = normalise(said.text)
        self._closer.look(said.customer_id, said.text, normal, self._uncovered.strike(normal.folded))

    def rising(self) -> list[Rising]:
        """What was found, the surest first."""
        found = [self._tell(word) for word in self._closer.seen if self._holds(word)]
        whole = [each for each in found if not any(_explains(other, each) for other in found)]
        unknown = [each for each in whole if each.word not in self._known]
        return sorted(unknown, key=lambda each: each.score, reverse=True)[:_MOST_SHOWN]

    def _list_words(self, struck: str) -> set[str]:
        return {word for word in self._segmenter.cut(struck) if self._is_word(word)}

    def _is_word(self, word: str) -> bool:
        says = len(word) > 1 and word.isalpha() and word not in self._stop_words
        return says and (word.isascii() or self._knows(word))

    def _knows(self, word: str) -> bool:
        return self._segmenter.knows(word)

    def _is_unknown(self, string: str) -> bool:
        """Neither a word of the dictionary nor whole words of it in a row."""
        if string in self._stop_words or self._knows(string):
            return False
        return not all(len(part) > 1 and self._knows(part) for part in self._segmenter.cut(string))

    def _score(self, word: str, mentions: int) -> float:
        return _likelihood_ratio(mentions, self._recent, self._before[word], self._background)

    def _holds(self, word: str) -> bool:
        seen = self._closer.seen[word]
        is_said = len(seen.customers) >= _LEAST_CUSTOMERS and self._score(word, seen.mentions) >= _LEAST_SCORE
        return is_said and (word not in self._string_counts or seen.is_word_like())

    def _tell(self, word: str) -> Rising:
        seen, before = self._closer.seen[word], self._before[word]
        times = (seen.messages + 0.5) / (self._recent + 1) * (self._background + 1) / (before + 0.5)
        return Rising(
            word,
            word in self._string_counts or not self._knows(word),
            seen.messages,
            before,
            len(seen.customers),
            times,
            self._score(word, seen.mentions),
            tuple(seen.examples),
            self._nearest.find(word),
        )


def _explains(longer: Rising, shorter: Rising) -> bool:
    is_within = longer.word != shorter.word and shorter.word in longer.word
    return is_within and longer.recent >= _EXPLAINED * shorter.recent


def _likelihood_ratio(mentions: int, messages: int, mentions_before: int, messages_before: int) -> float:
    """Dunning's log-likelihood ratio (1993) that both periods say it alike; 0 where it is not said more often now."""
    if not messages or not messages_before or mentions * messages_before <= mentions_before * messages:
        return 0.0
    alike = (mentions + mentions_before) / (messages + messages_before)
    pairs = (
        (mentions, messages * alike),
        (messages - mentions, messages * (1 - alike)),
        (mentions_before, messages_before * alike),
        (messages_before - mentions_before, messages_before * (1 - alike)),
    )
    return 2 * sum(seen * log(seen / expected) for seen, expected in pairs if seen > 0 and expected > 0)
