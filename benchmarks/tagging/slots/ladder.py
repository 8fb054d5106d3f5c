"""The taggers of shopping queries, from a dictionary upward: each rung adds one thing to the one before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.tagging.peers.jieba_words import CutAndLookUp
from benchmarks.tagging.peers.substring import Substring
from benchmarks.tagging.slots.dictionary import Dictionary, usual_types
from benchmarks.tagging.slots.features import Features, Names, characters, shape
from benchmarks.tagging.slots.learn import AS_IS, KNOWN_WORDS, NEW_WORDS, Practice, SlotModel
from benchmarks.tagging.slots.queries import Query, Tag

Learn = Callable[[Sequence[Query]], Tag]
"""Learns from queries and returns a tagger."""

DICTIONARY, SUBSTRING = "dictionary", "substring"
BRIEF = ("+ thesaurus", "1 model, known words")
"""Models for a split where most words are known, so that there is little to tell their steps apart by."""


def words() -> dict[str, Learn]:
    """Taggers that know the training queries' words and nothing else; ``dictionary`` is the product's own Tagger."""
    return {
        DICTIONARY: lambda queries: Dictionary(usual_types(queries)).tag,
        SUBSTRING: lambda queries: Substring(usual_types(queries)).tag,
        "jieba and dictionary": lambda queries: CutAndLookUp(usual_types(queries)).tag,
    }


def steps() -> dict[str, Learn]:
    """Sequence models that know the training queries and nothing else, each a step more than the one before."""
    own = [shape, characters]
    return {
        "shape": partial(_learn, [shape], False, AS_IS),
        "+ characters": partial(_learn, own, False, AS_IS),
        "+ context": partial(_learn, own, True, AS_IS),
        "+ words swapped": partial(_learn, own, True, NEW_WORDS),
    }


def models(thesaurus: Names | None) -> dict[str, Learn]:
    """Sequence models that know more than the training queries: for new words, and for known ones as well."""
    known = [shape, characters, *([thesaurus] if thesaurus else [])]
    return {BRIEF[0]: partial(_learn, known, True, NEW_WORDS), BRIEF[1]: partial(_learn, known, True, KNOWN_WORDS)}


def _learn(names: Sequence[Names], has_context: bool, practice: Practice, queries: Sequence[Query]) -> Tag:
    return SlotModel(Features(names, has_context), practice).learn(queries).tag
