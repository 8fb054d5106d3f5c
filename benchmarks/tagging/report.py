"""What the benchmark hands back: rows of one figure each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: which part of the benchmark, what of whom on which rows, and its unit."""

    part: str
    name: str
    value: float
    unit: str
    rows: int

    def as_json(self) -> dict[str, Any]:
        """The row with its value rounded to what it can be trusted for."""
        return {**asdict(self), "value": float(f"{self.value:.4g}")}


def tell(say: Say, part: str, rows: Iterable[Row]) -> list[Row]:
    """Prints the rows of a part under its name, and returns them."""
    listed = list(rows)
    say(f"\n{part}")
    for row in listed:
        say(f"  {row.name:64} {row.value:12.4g} {row.unit:12} of {row.rows:,}")
    return listed
