"""Suspicion: a look at a message, cheap enough for every reply, whether it may hold a complaint or a bad mood."""

from __future__ import annotations

from collections.abc import Iterator

from ahocorasick_rs import AhoCorasick, Implementation

from customers.tagging.fold import fold
from customers.tagging.lexicon import Lexicon
from customers.tagging.normal import normalise
from customers.tagging.reading.intent import Intent
from customers.tagging.reading.signs import Sign, read_lists, signs_of_tags


class Suspicion:
    """Knows every word that may make a reading a complaint; without one of them no message is read as one."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._words = AhoCorasick(sorted(set(_words(lexicon))), implementation=Implementation.ContiguousNFA)
        self._pictures = frozenset(picture for picture, worth in read_lists().pictures.items() if worth < 0)

    def is_in(self, text: str) -> bool:
        """False where a full reading cannot be a complaint or upset."""
        normal = normalise(text)
        if self._words.find_matches_as_indexes(normal.folded):
            return True
        return normal.places is not None and any(picture in text for picture in self._pictures)


def _words(lexicon: Lexicon) -> Iterator[str]:
    lists, of_tags = read_lists(), signs_of_tags(lexicon)
    yield from (fold(word) for signs in (lists.intents, lists.moods) for word, sign in signs.items() if _tells(sign))
    for rule in lexicon.rules():
        if _tells(of_tags.get((rule.group, rule.name), Sign())):
            yield from (word.folded for word in rule.words)


def _tells(sign: Sign) -> bool:
    """A satisfied word too: negated it is a bad mood."""
    return sign.mood != 0 or Intent.COMPLAINT in sign.intents
