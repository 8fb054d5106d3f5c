"""What a scenario is, how large it is played, and what it writes down: figures, and promises kept or broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field

from tests.faults.grounds import Grounds


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything; the full size also lets leases end by themselves instead of putting them forward."""

    name: str
    kills: int
    killed_pushes: int
    pushes: int
    hostile: int
    is_full: bool


SMALL = Size("small", kills=3, killed_pushes=800, pushes=300, hostile=8_000, is_full=False)
FULL = Size("full", kills=10, killed_pushes=5_000, pushes=1_200, hostile=100_000, is_full=True)


@dataclass(slots=True)
class Run:
    """One scenario under way. A broken promise is noted and the rest still checked."""

    size: Size
    seed: int
    figures: dict[str, object] = field(default_factory=dict)
    promises: int = 0
    broken: list[str] = field(default_factory=list)

    def count(self, **figures: object) -> None:
        self.figures.update(figures)

    def promise(self, words: str, is_kept: bool, detail: object = "") -> None:
        self.promises += 1
        if not is_kept:
            self.broken.append(f"{words}: {detail}" if str(detail) else words)

    def promise_none(self, words: str, offenders: Collection[object]) -> None:
        """A promise that nothing offends; names how many do, and the first three."""
        shown = "; ".join(map(str, list(offenders)[:3]))
        self.promise(words, not offenders, f"{len(offenders)} offend, e.g. {shown}" if offenders else "")


class Skipped(Exception):
    """The scenario cannot run here; ``is_service``: for want of a service that scripts/services would start."""

    def __init__(self, why: str, is_service: bool = False) -> None:
        super().__init__(why)
        self.is_service = is_service


@dataclass(frozen=True, slots=True)
class Scenario:
    """``needs``: services by their name in ``tests.services``, without which it is skipped."""

    name: str
    play: Callable[[Run, Grounds], Awaitable[None]]
    needs: tuple[str, ...] = ()
