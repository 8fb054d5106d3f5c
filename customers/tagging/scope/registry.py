"""Finds the turns by folder, and those that a message wakes; a wrong file stops the start, named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType, ModuleType

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from core.errors import Invalid
from customers.tagging import folder
from customers.tagging.fold import fold
from customers.tagging.lexicon import Kind
from customers.tagging.scope import turns
from customers.tagging.scope.negation import REASONS
from customers.tagging.scope.turn import Mark, Turn


class Waking:
    """Tells which turns a message wakes, in one pass over it however many turns there are."""

    def __init__(self, found: Mapping[str, Turn]) -> None:
        self._turns = [(turn, _automaton(turn), len(turn.words)) for turn in found.values()]
        owners = [(word, index) for index, turn in enumerate(found.values()) for word in turn.words]
        self._owners = [index for _, index in owners]
        self._words = AhoCorasick([word for word, _ in owners], implementation=Implementation.ContiguousNFA)

    def find(self, folded: str) -> Iterator[tuple[Turn, list[Mark]]]:
        """Each turn whose words the folded text holds, with their places in order."""
        matches = self._words.find_matches_as_indexes(folded, overlapping=True)
        if not matches:
            return
        for owner in sorted({self._owners[index] for index, _, _ in matches}):
            turn, automaton, words = self._turns[owner]
            places = automaton.find_matches_as_indexes(folded)
            marks = [Mark(start, end) for index, start, end in places if index < words]
            if marks:
                yield turn, marks


def discover(package: ModuleType) -> dict[str, Turn]:
    """Every turn of a folder by its file's name; files that begin with ``_`` are none."""
    return folder.discover(package, "TURN", Turn, _check)


@lru_cache(maxsize=1)
def all_turns() -> MappingProxyType[str, Turn]:
    """The turns there are, by name."""
    return MappingProxyType(discover(turns))


@cache
def waking(kinds: frozenset[Kind]) -> Waking:
    """What a message is put to whose mentions are of these kinds."""
    return Waking({name: turn for name, turn in all_turns().items() if turn.kinds & kinds})


@lru_cache(maxsize=1)
def all_reasons() -> MappingProxyType[str, str]:
    """Everything a hit's ``because`` may hold, with what a card says of it."""
    return MappingProxyType(
        {**REASONS, **{key: said for turn in all_turns().values() for key, said in turn.reasons.items()}}
    )


def _check(name: str, turn: Turn) -> None:
    if not turn.reasons:
        raise Invalid(name, "its TURN gives no reasons", "name each with what a card says of it")
    if not turn.words:
        raise Invalid(name, "its TURN has no words", "name the words of which a message must hold one")
    seen: set[str] = set()
    for word in (*turn.words, *turn.lookalikes):
        if not word or word != fold(word):
            raise Invalid(name, f"{word!r} is not as it is matched", f"write {fold(word)!r}")
        if word in seen:
            raise Invalid(name, f"{word!r} stands there twice", "leave one")
        seen.add(word)


@cache
def _automaton(turn: Turn) -> AhoCorasick:
    return AhoCorasick(
        (*turn.words, *turn.lookalikes),
        matchkind=MatchKind.LeftmostLongest,
        implementation=Implementation.ContiguousNFA,
    )
