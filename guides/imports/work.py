"""One import's transaction: alone of its kind, all or nothing, and traced only where something changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from core.errors import Busy
from guides.imports.csv_file import Row, Table
from guides.imports.result import Effect, ImportResult, Rejected
from models import Audit, Revision


@asynccontextmanager
async def importing(matter: str) -> AsyncIterator[None]:
    """A transaction in which no other import of ``matter`` runs; raises ``Busy`` if live traffic crossed it."""
    try:
        async with in_transaction():
            await Revision.bulk_create([Revision(name=matter)], ignore_conflicts=True)
            await Revision.filter(name=matter).select_for_update().get()
            yield
    except IntegrityError as error:
        words = "somebody wrote the same rows meanwhile: nothing was imported, run it again"
        raise Busy(words) from error


async def leave_trace(matter: str, result: ImportResult, path: Path, actor: str, at: datetime) -> None:
    """Move the revision and write one audit line, if anything changed."""
    if not result.has_changed:
        return
    await Revision.filter(name=matter).update(number=F("number") + 1)
    await Audit.create(
        at=at,
        actor=actor,
        action=f"import.{matter}",
        subject=f"revision:{matter}",
        detail={
            "file": path.name,
            "created": result.created,
            "updated": result.updated,
            "unchanged": result.unchanged,
            "rejected": len(result.rejected),
        },
    )


def summed(effects: Iterable[Effect], rejected: list[Rejected], table: Table) -> ImportResult:
    """The result, refusals in the order of the file."""
    count = Counter(effects)
    refused = sorted([*table.rejected, *rejected], key=lambda one: one.row)
    return ImportResult(
        count[Effect.CREATED], count[Effect.UPDATED], count[Effect.UNCHANGED], refused, table.ignored_columns
    )


def find_twin(seen: dict[str, int], row: Row, field: str, value: str) -> Rejected | None:
    """A refusal if an earlier row of this file has the same value; otherwise the value is this row's from now on."""
    first = seen.setdefault(value, row.number)
    if first == row.number:
        return None
    return row.reject(field, f"{value!r} stands in row {first} already", "keep one of the two rows")
