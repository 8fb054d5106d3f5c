"""What a command prints: lines for people, and with ``--json`` one object as the last line."""

from __future__ import annotations

import json
import sys
from enum import IntEnum
from typing import Any

from core.errors import Invalid


class Exit(IntEnum):
    DONE = 0
    COULD_NOT = 1
    PARTLY = 2
    USAGE = 64


class Output:
    """Collects the JSON object while printing for people; with ``--json`` people's lines go to stderr."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self.result: dict[str, Any] = {}
        self._errors: list[dict[str, str]] = []

    def line(self, text: str = "") -> None:
        print(text, file=sys.stderr if self._as_json else sys.stdout, flush=True)

    def put(self, **values: Any) -> None:
        """Add to the JSON object."""
        self.result.update(values)

    def fault(self, fault: Invalid) -> None:
        self._errors.append({"field": fault.field, "detail": fault.detail, "remedy": fault.remedy})
        print(f"✗ {fault}", file=sys.stderr, flush=True)

    def problem(self, text: str) -> None:
        self._errors.append({"detail": text})
        print(f"✗ {text}", file=sys.stderr, flush=True)

    def close(self, code: int) -> None:
        """Print the JSON object, where asked for."""
        if self._as_json:
            if self._errors:
                self.result["errors"] = self._errors
            print(json.dumps({"ok": code == 0, **self.result}, ensure_ascii=False, default=str), flush=True)


def table(rows: list[list[str]], header: list[str]) -> str:
    """Rows as aligned columns; Chinese characters count two cells."""
    widths = [max(_cells(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [
        "  ".join(cell + " " * (widths[i] - _cells(cell)) for i, cell in enumerate(row)) for row in [header, *rows]
    ]
    return "\n".join(line.rstrip() for line in lines)


def _cells(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
