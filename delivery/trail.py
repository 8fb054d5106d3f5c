"""The trail of a delivery: every check with its figures and every attempt, so that it can say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

Entries = list[dict[str, Any]]


class Trail:
    """Grows while a process works on a row, and is stored whole with each change of it."""

    def __init__(self, entries: Iterable[Mapping[str, Any]] = ()) -> None:
        self.entries: Entries = [dict(entry) for entry in entries]

    def note(self, at: datetime, event: str, **figures: Any) -> Trail:
        """Adds a line; one that says the same as the last is not repeated."""
        said = {"event": event, **self.figures(figures)}
        last = {name: value for name, value in self.entries[-1].items() if name != "at"} if self.entries else {}
        if said != last:
            self.entries.append({"at": at.isoformat(timespec="milliseconds"), **said})
        return self

    @staticmethod
    def figures(figures: Mapping[str, Any]) -> dict[str, Any]:
        """Figures as they are stored: times as words."""
        return {name: _plain(value) for name, value in figures.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, str):  # words of others may hold what no database keeps
        return value.encode(errors="replace").decode().replace("\0", "")
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
