"""What a report of behaviour must look like; a fault names its event and field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import Invalid
from customers.behaviour import Behaviour

NAMES = ("page_view", "product_view", "cart", "share", "store_visit", "form", "custom")
MOST_EVENTS = 100
OLDEST = timedelta(days=7)
CLOCK_DRIFT = timedelta(minutes=2)
"""How far ahead of ours a phone's clock may be."""

_MOST_PROPERTIES_BYTES = 4096
_LONGEST_KEY = 64
_FIELDS = frozenset({"name", "at", "properties", "idempotency_key"})


def read_events(body: Mapping[str, Any], now: datetime) -> list[Behaviour]:
    """The events of a request; raises ``Invalid`` with a field such as ``events[3].at``."""
    events = body.get("events")
    if not isinstance(events, list) or not events:
        raise Invalid("events", "is no list of events", "send at least one")
    if len(events) > MOST_EVENTS:
        raise Invalid("events", f"holds {len(events)} events", f"send at most {MOST_EVENTS} at once")
    return [_event(f"events[{number}]", event, now) for number, event in enumerate(events)]


def _event(where: str, event: Any, now: datetime) -> Behaviour:
    if not isinstance(event, dict):
        raise Invalid(where, "is no object", "send name, at, properties, idempotency_key")
    if unknown := sorted(event.keys() - _FIELDS):
        raise Invalid(f"{where}.{unknown[0][:64]}", "is no field of an event", "put it into properties")
    name = event.get("name")
    if name not in NAMES:
        raise Invalid(f"{where}.name", "is no event we know", f"use one of: {', '.join(NAMES)}")
    return Behaviour(_key(where, event), name, _at(where, event, now), _properties(where, event))


def _key(where: str, event: Mapping[str, Any]) -> str:
    key = event.get("idempotency_key")
    if not isinstance(key, str) or not 0 < len(key) <= _LONGEST_KEY:
        problem = f"is no text of 1 to {_LONGEST_KEY} characters"
        raise Invalid(f"{where}.idempotency_key", problem, "make one per event and send it again with a repeat")
    return key


def _at(where: str, event: Mapping[str, Any], now: datetime) -> datetime:
    field, remedy = f"{where}.at", "write ISO-8601 with a zone: 2026-11-22T19:30:00+08:00"
    text = event.get("at")
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        moment = at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise Invalid(field, "is no time with a zone", remedy)
    if moment > now + CLOCK_DRIFT:
        raise Invalid(field, "lies in the future", "send when it happened")
    if moment < now - OLDEST:
        raise Invalid(field, f"is older than {OLDEST.days} days", "leave it out")
    return moment


def _properties(where: str, event: Mapping[str, Any]) -> dict[str, Any]:
    properties = event.get("properties", {})
    if not isinstance(properties, dict):
        raise Invalid(f"{where}.properties", "is no object", "send an object")
    size = len(json.dumps(properties, ensure_ascii=False, separators=(",", ":")).encode())
    if size > _MOST_PROPERTIES_BYTES:
        raise Invalid(f"{where}.properties", f"has {size} bytes", f"send at most {_MOST_PROPERTIES_BYTES}")
    return properties
