"""Routing: which handler answers a push; handlers are found by folder, one part a file."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import ModuleType

from bot.spoken import spoken, wish_of
from core.errors import Invalid
from core.messages import Inbound, Reply
from core.ports import Subject

Matches = Callable[[Inbound], bool]
Answers = Callable[[Inbound], Reply | None] | Callable[[Inbound], Awaitable[Reply | None]]
Changes = Callable[[Inbound, Subject], Awaitable[Reply | None]]


class Rank(IntEnum):
    """Which route is asked first: a fixed intent, then configured words, then whatever fits the kind, then the rest."""

    INTENT = 10
    CONFIGURED = 20
    KIND = 30
    FALLBACK = 40


@dataclass(frozen=True, slots=True)
class Route:
    """One handler and what it is for.

    A plain ``def`` answers at once from memory; an ``async def`` may read; ``changes`` marks one that takes the
    ``Subject`` too and runs in the transaction that stores the push. ``kinds`` empty means every kind.
    """

    name: str
    rank: Rank
    kinds: frozenset[str]
    matches: Matches
    handle: Answers | Changes
    changes: bool
    is_instant: bool


def _always(_: Inbound) -> bool:
    return True


def answers(
    handle: Answers, *kinds: str, when: Matches = _always, rank: Rank = Rank.KIND, name: str | None = None
) -> Route:
    """A route that only answers: computed first, then stored with its push."""
    is_instant = not inspect.iscoroutinefunction(handle)
    return Route(name or _name(handle), rank, frozenset(kinds), when, handle, changes=False, is_instant=is_instant)


def changes(
    handle: Changes, *kinds: str, when: Matches = _always, rank: Rank = Rank.KIND, name: str | None = None
) -> Route:
    """A route that changes something: it runs inside the transaction that stores the push."""
    return Route(name or _name(handle), rank, frozenset(kinds), when, handle, changes=True, is_instant=False)


class Said:
    """Matches a customer who says one of these words and nothing else, or taps a menu button whose key is one.

    Blanks, punctuation, courtesy, traditional characters and letters' case and width make no difference.
    """

    __slots__ = ("words",)

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(map(spoken, words))
        if "" in self.words:
            raise Invalid("said", f"{sorted(words)} holds a word that is long or nothing but courtesy", "shorten it")

    def __call__(self, message: Inbound) -> bool:
        return wish_of(message) in self.words


def said(*words: str) -> Said:
    """Matches a customer who says exactly one of these words; kinds: ``text``, ``voice`` and ``event.click``."""
    return Said(words)


def about_person(message: Inbound) -> bool:
    """Matches where a push concerns a person whom WeChat names."""
    return bool(message.openid)


def _name(handle: Callable[..., object]) -> str:
    return handle.__module__.rpartition(".")[2]


class Router:
    """Picks the first route that matches, by rank, then by name.

    Words of fixed intents (``said``) are looked up at once, however many there are; no two may claim one word.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes: Sequence[Route] = sorted(routes, key=lambda route: (route.rank, route.name))
        if not self.routes or self.routes[-1].rank != Rank.FALLBACK:
            raise Invalid("handlers", "no fallback", "one handler must take what no other does")
        self._by_words = _by_words(self.routes)
        self._by_kind: dict[str, tuple[Route, ...]] = {}

    def route(self, inbound: Inbound) -> Route:
        """The route for a push; there always is one."""
        words = self._by_words.get(inbound.kind)
        if words is not None and (found := words.get(wish_of(inbound))) is not None:
            return found
        routes = self._by_kind.get(inbound.kind)
        if routes is None:
            routes = tuple(r for r in self.routes if _takes(r, inbound.kind) and not _is_looked_up(r))
            if len(self._by_kind) < 1000:
                self._by_kind[inbound.kind] = routes
        for route in routes:
            if route.matches(inbound):
                return route
        return self.routes[-1]


def _takes(route: Route, kind: str) -> bool:
    return not route.kinds or kind in route.kinds


def _is_looked_up(route: Route) -> bool:
    return route.rank == Rank.INTENT and bool(route.kinds) and isinstance(route.matches, Said)


def _by_words(routes: Iterable[Route]) -> dict[str, dict[str, Route]]:
    """Fixed intents by kind and word; raises ``Invalid`` where two claim the same."""
    found: dict[str, dict[str, Route]] = {}
    for route in filter(_is_looked_up, routes):
        for kind in route.kinds:
            claimed = found.setdefault(kind, {})
            for word in route.matches.words:  # type: ignore[attr-defined]
                if (other := claimed.setdefault(word, route)) is not route:
                    claims = f"{word!r} is claimed by {other.name} and {route.name}"
                    raise Invalid("handlers", claims, "leave it to one")
    return found


def discover(package: ModuleType, rooms: object) -> list[Route]:
    """Every route of every file in a folder: each file has ``routes(rooms)``; a wrong file stops the start, named."""
    found: list[Route] = []
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        build = getattr(module, "routes", None)
        if build is None:
            raise Invalid(module.__name__, "has no routes(rooms)", "define it, or begin the file's name with _")
        found.extend(build(rooms))
    return found
