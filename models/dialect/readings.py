"""What messages say beside tags — measures, intents and moods — many in a statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from models.dialect.bulk import insert_rows
from models.dialect.replacing import replace_rows


class StatedRow(NamedTuple):
    """A measure as stored; ``start`` and ``end`` count characters of the message."""

    identity_id: int
    interaction_id: int
    at: datetime
    start: int
    end: int
    name: str
    value: str
    low: float | None
    high: float | None
    unit: str
    subject: str


class ReadingRow(NamedTuple):
    """What one message wants and its mood; ``intents`` and ``evidence`` are JSON texts."""

    identity_id: int
    interaction_id: int
    at: datetime
    intents: str
    mood: str
    evidence: str


_STATED = {
    "identity_id": "bigint",
    "interaction_id": "bigint",
    "at": "timestamptz",
    "start": "int",
    "end": "int",
    "name": "text",
    "value": "text",
    "low": "float8",
    "high": "float8",
    "unit": "text",
    "subject": "text",
}
_READING = {
    "identity_id": "bigint",
    "interaction_id": "bigint",
    "at": "timestamptz",
    "intents": "jsonb",
    "mood": "text",
    "evidence": "jsonb",
}


async def add_stated(rows: Sequence[StatedRow]) -> None:
    """Stores measures; one that is there already stays as it is."""
    await insert_rows("stated_attribute", _STATED, rows, "ON CONFLICT (interaction_id, name, start) DO NOTHING")


async def add_readings(rows: Sequence[ReadingRow]) -> None:
    """Stores readings; one that is there already stays as it is."""
    await insert_rows("message_reading", _READING, rows, "ON CONFLICT (interaction_id) DO NOTHING")


async def replace_stated(rows: Sequence[StatedRow], identity_ids: Collection[int]) -> None:
    """Stores these measures as all that these people stated."""
    await replace_rows("stated_attribute", _STATED, rows, identity_ids)


async def replace_readings(rows: Sequence[ReadingRow], identity_ids: Collection[int]) -> None:
    """Stores these readings as all there are of these people."""
    await replace_rows("message_reading", _READING, rows, identity_ids)
