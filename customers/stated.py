"""What a person stated — sizes, budgets, birthdays — and what their messages wanted, each with its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from customers.tagging.store import words_of
from models import Interaction, MessageReading, StatedAttribute

_NEWEST_READINGS = 10


async def list_stated(customer_id: int, interactions: Iterable[Interaction]) -> list[dict[str, Any]]:
    """The newest value of each measure and of whom it was said; ``earlier`` counts those before it."""
    words = _words(interactions)
    rows = StatedAttribute.filter(identity__customer_id=customer_id).order_by("at", "interaction_id", "start")
    newest: dict[tuple[str, str], StatedAttribute] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for row in await rows:
        newest[row.name, row.subject] = row
        counts[row.name, row.subject] += 1
    return [_stated(newest[key], counts[key] - 1, words) for key in sorted(newest)]


async def tell_readings(customer_id: int, interactions: Iterable[Interaction]) -> dict[str, Any]:
    """How often a person was in a mood or wanted something, and the newest such messages with the words that told."""
    words = _words(interactions)
    rows = await MessageReading.filter(identity__customer_id=customer_id).order_by("at", "interaction_id")
    return {
        "moods": dict(sorted(Counter(row.mood for row in rows).items())),
        "intents": dict(sorted(Counter(intent for row in rows for intent in row.intents).items())),
        "newest": [
            {
                "interaction_id": row.interaction_id,
                "at": row.at.isoformat(),
                "text": words.get(row.interaction_id, ""),
                "intents": row.intents,
                "mood": row.mood,
                "evidence": row.evidence,
            }
            for row in rows[-_NEWEST_READINGS:]
        ],
    }


def _words(interactions: Iterable[Interaction]) -> dict[int, str]:
    return {row.id: words_of(row.kind, row.fields_) for row in interactions}


def _stated(row: StatedAttribute, earlier: int, words: dict[int, str]) -> dict[str, Any]:
    return {
        "name": row.name,
        "subject": row.subject,
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "unit": row.unit,
        "interaction_id": row.interaction_id,
        "at": row.at.isoformat(),
        "text": words.get(row.interaction_id, ""),
        "start": row.start,
        "end": row.end,
        "earlier": earlier,
    }
