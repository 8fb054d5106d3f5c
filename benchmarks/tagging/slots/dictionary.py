"""A lexicon built only from training queries, in the product's own Tagger: longest word first, its usual type."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.tagging.slots.queries import Query, Span
from customers.tagging.lexicon import Group, Kind, Lexicon, TagRule, Word, as_matched, version_of
from customers.tagging.match import Tagger


def usual_types(queries: Iterable[Query]) -> dict[str, str]:
    """Every mention of the queries and the type it has most often."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for query in queries:
        for mention, slot in query.pairs():
            counts[mention][slot] += 1
    return {mention: min(types, key=lambda slot: (-types[slot], slot)) for mention, types in counts.items()}


def lexicon_of(types: Mapping[str, str]) -> Lexicon:
    """The product's lexicon with a group and a tag for each slot type."""
    words: dict[str, list[Word]] = defaultdict(list)
    for mention, slot in types.items():
        if folded := as_matched(mention).strip():
            words[slot].append(Word(mention, folded))
    groups = {
        slot: Group(slot, slot, Kind.THING, 90.0, False, (TagRule(slot, slot, tuple(listed), 1.0),), ())
        for slot, listed in words.items()
    }
    return Lexicon(groups, version_of(groups.values()))


class Dictionary:
    """The product's Tagger with the training queries' own words."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._tagger = Tagger(lexicon_of(types))

    def tag(self, texts: Sequence[str]) -> list[list[Span]]:
        """The hits of each text as spans."""
        return [[Span(hit.start, hit.end, hit.tag) for hit in self._tagger.find(text)] for text in texts]
