"""Signs: the words and tags that speak for an intent or a mood, read from ``intents.toml`` and ``mood.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from customers.tagging.lexicon import Kind, Lexicon
from customers.tagging.reading.intent import POLITE, Intent
from customers.tagging.scope.turns.own_doing import OWN_DOINGS

_HALF = 0.5
_SIDES = (("upset", -1.0), ("satisfied", 1.0))


class Sign(NamedTuple):
    """What one word or tag says. ``mood`` above 0 is satisfied, below upset. ``kind`` decides what a negation does to
    it; None where none does. ``is_weak``: its intents count only where no other is found."""

    intents: tuple[Intent, ...] = ()
    mood: float = 0.0
    kind: Kind | None = None
    is_weak: bool = False


class Lists(NamedTuple):
    """The word lists as read: signs by word of either file, intents and moods by tag, intents by measure."""

    intents: Mapping[str, Sign]
    moods: Mapping[str, Sign]
    intent_of_tag: Mapping[str, Intent | None]
    mood_of_tag: Mapping[str, float]
    intent_of_measure: Mapping[str, Intent]
    turns: tuple[str, ...]
    pictures: Mapping[str, float]


NOTHING = Sign()
"""Of a word that only looks like a sign."""


@lru_cache(maxsize=1)
def read_lists() -> Lists:
    """The lists of the house; an unknown intent, a doubled tag or a word of two moods is an error of ours."""
    wants, moods = _read("intents.toml"), _read("mood.toml")
    of_nothing = wants.pop("plain")
    plain = dict.fromkeys((*of_nothing["words"].split(), *OWN_DOINGS), NOTHING)
    signs: dict[str, Sign] = {}
    for name, section in wants.items():
        for word, sign in _signs_of(Intent(name), section):
            before = signs.get(word)
            signs[word] = sign if before is None else before._replace(intents=(*before.intents, *sign.intents))
    by_tag: list[tuple[str, Intent | None]] = [
        (tag, Intent(name)) for name, section in wants.items() for tag in section.get("tags", ())
    ]
    by_tag.extend((tag, None) for tag in of_nothing["tags"])
    if len(by_tag) != len(dict(by_tag)):
        raise ValueError("intents.toml: a tag stands in two sections")
    return Lists(
        intents=signs | plain,
        moods=plain | dict.fromkeys(moods["plain"]["words"].split(), NOTHING) | dict(_moods(moods)),
        intent_of_tag=dict(by_tag),
        mood_of_tag=moods["tags"],
        intent_of_measure={
            each: Intent(name) for name, section in wants.items() for each in section.get("measures", ())
        },
        turns=tuple(moods["turns"]["words"].split()),
        pictures={each: worth for side, worth in _SIDES for each in moods["pictures"][side].split()},
    )


def signs_of_tags(lexicon: Lexicon) -> dict[tuple[str, str], Sign]:
    """What each tag of a lexicon says; tags that say nothing are left out."""
    lists = read_lists()
    found = {}
    for rule in lexicon.rules():
        names = f"{rule.group}/{rule.name}", f"{rule.group}/*"
        intent = next((lists.intent_of_tag[name] for name in names if name in lists.intent_of_tag), None)
        mood = lists.mood_of_tag.get(names[0], 0.0)
        if intent or mood:
            found[rule.group, rule.name] = Sign((intent,) if intent else (), float(mood))
    return found


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _signs_of(intent: Intent, section: Mapping[str, Any]) -> Iterator[tuple[str, Sign]]:
    kind = None if intent in POLITE else Kind.REQUEST
    for word in section.get("words", "").split():
        yield word, Sign((intent,), kind=kind)
    for word in section.get("facts", "").split():
        yield word, Sign((intent,), kind=Kind.FACT)
    for word in section.get("weak", "").split():
        yield word, Sign((intent,), is_weak=True)


def _moods(raw: Mapping[str, Any]) -> Iterator[tuple[str, Sign]]:
    """Formed words first: a listed one goes before them."""
    formed = raw["formed"]
    for side, factor in _SIDES:
        for adverb in formed["adverbs"].split():
            yield from ((adverb + word, Sign(mood=factor, kind=Kind.FACT)) for word in formed[side].split())
    for denial in formed["denials"].split():
        yield from ((denial + word, Sign(mood=-1.0, kind=Kind.FACT)) for word in formed["satisfied"].split())
    listed: dict[str, float] = {}
    for side, factor in _SIDES:
        for weight, words in _weights(raw[side]):
            for word in words.split():
                if word in listed:
                    raise ValueError(f"mood.toml: {word!r} stands in two lists")
                listed[word] = weight * factor
    yield from ((word, Sign(mood=mood, kind=Kind.FACT)) for word, mood in listed.items())


def _weights(section: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """TOML reads the key ``0.5`` as ``5`` inside ``0``."""
    for key, words in section.items():
        if isinstance(words, dict):
            yield _HALF, words["5"]
        else:
            yield float(key), words
