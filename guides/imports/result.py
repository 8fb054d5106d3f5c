"""What an import did, for whoever started it: counts, and every refused cell with the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What one accepted row did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Rejected:
    """One refused row. ``row`` is its number as a spreadsheet shows it (the header is 1); ``field`` names the cell."""

    row: int
    field: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Rows by what came of them. ``ignored_columns``: headers nothing was read from, perhaps a ``--map`` is missing."""

    created: int
    updated: int
    unchanged: int
    rejected: list[Rejected]
    ignored_columns: tuple[str, ...] = ()

    @property
    def has_changed(self) -> bool:
        return self.created + self.updated > 0
