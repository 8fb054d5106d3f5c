"""What a turn is: one rule that turns what the mentions around its words say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from customers.tagging.lexicon import Kind
from customers.tagging.scope.saying import WANTED, Saying, Verdict


class Mark(NamedTuple):
    """A word of a turn at its place in the folded message."""

    start: int
    end: int


class Effect(NamedTuple):
    """What a turn does to one mention. ``because`` is one of the turn's reasons.

    ``factor`` is what it makes of the mention's weight: below 1 weakens, above 1 strengthens, a multiple of a half.
    ``verdict`` replaces what negation made of it; ``subject`` is the person the mention is said of.
    """

    mention: int
    because: str
    factor: float = 1.0
    verdict: Verdict | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """One rule, named after its file. It is asked only about messages that hold one of its words and a mention of one
    of the ``kinds`` it turns; of other kinds it must leave the mentions alone.

    ``reasons`` are what it gives as ``because``, each with what a card says of it to staff. ``words`` and
    ``lookalikes`` are folded; the longest wins, and a lookalike hides the word in it. ``act`` gets the places of the
    words in order, and says of each mention at most once what becomes of it.
    """

    reasons: Mapping[str, str]
    words: Sequence[str]
    act: Callable[[Saying, Sequence[Mark]], Iterable[Effect]]
    lookalikes: Sequence[str] = ()
    kinds: frozenset[Kind] = WANTED
