"""Imported: what an import of a file did, as people and as programs read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from commands.output import Exit, Output
from guides.imports.result import Rejected


class Counts(Protocol):
    """How many of what a file names were made, changed, or there already."""

    @property
    def created(self) -> int: ...
    @property
    def updated(self) -> int: ...
    @property
    def unchanged(self) -> int: ...


def tell_import(file: Path, done: Counts, rejected: Sequence[Rejected], out: Output) -> Exit:
    """Says the counts and every row that was rejected, with its remedy; PARTLY where there is one."""
    out.line(
        f"{file}: {done.created} created, {done.updated} updated, {done.unchanged} unchanged, {len(rejected)} rejected"
    )
    for each in rejected:
        out.line(f"  row {each.row}, {each.field}: {each.problem} — {each.remedy}")
    out.put(
        created=done.created, updated=done.updated, unchanged=done.unchanged,
        rejected=[{"row": r.row, "field": r.field, "problem": r.problem, "remedy": r.remedy} for r in rejected],
    )  # fmt: skip
    return Exit.PARTLY if rejected else Exit.DONE
