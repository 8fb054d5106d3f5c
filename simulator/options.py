"""The knobs of a shop day: who comes, how fast, and how badly the network treats them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.push import Patience

CLOCKS = ("now", "day")


@dataclass(frozen=True, slots=True)
class DayOptions:
    """``rate``: actions a second, 0 for as fast as ``concurrency`` allows.

    ``clock``: CreateTime is "now", or spread over a "day" that ends now. Shares, 0–1: ``duplicates`` are pushed again,
    ``reorder`` are overtaken by the next message, ``same_second`` share CreateTime with the one before.
    ``linger_s``: how long messages sent through the API are still waited for after the last action.
    """

    people: int = 60
    seed: int = 1
    rate: float = 0.0
    concurrency: int = 32
    duplicates: float = 0.05
    reorder: float = 0.02
    same_second: float = 0.05
    clock: str = "now"
    timeout_s: float = 5.0
    retries: int = 3
    pause_s: float = 1.0
    linger_s: float = 1.0

    def __post_init__(self) -> None:
        if self.clock not in CLOCKS:
            raise ValueError(f"clock is one of {', '.join(CLOCKS)}, not {self.clock!r}")
        for name in ("duplicates", "reorder", "same_second"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is a share between 0 and 1, not {getattr(self, name)!r}")
        for name in ("people", "concurrency", "timeout_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be greater than 0, not {getattr(self, name)!r}")
        for name in ("rate", "retries", "pause_s", "linger_s"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)!r}")

    @property
    def patience(self) -> Patience:
        return Patience(self.timeout_s, self.retries, self.pause_s)


def make_options(*layers: Mapping[str, Any]) -> DayOptions:
    """Later layers win; None counts as not said. Raises ValueError for a name or value that does not fit."""
    said = {name: value for layer in layers for name, value in layer.items() if value is not None}
    known = {each.name for each in dataclasses.fields(DayOptions)}
    if unknown := sorted(set(said) - known):
        raise ValueError(f"no knob of the day is called {unknown[0]!r}; there are {', '.join(sorted(known))}")
    return DayOptions(**said)
