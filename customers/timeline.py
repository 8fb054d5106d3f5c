"""Timeline: what a person did and what we answered or sent, in order of time, in words a colleague reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.messages import reply_from_json, reply_summary
from core.ports import InteractionState
from customers.timeline_words import describe
from models import Delivery, Interaction

SUMMARY_LENGTH = 200
_AT_ONCE = timedelta(seconds=5)
_REPLY_KINDS = frozenset({"text", "image", "news", "transfer"})


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. ``direction`` is ``in`` or ``out``; ``kind`` the push's kind, ``reply``, or
    ``delivery.<state>``."""

    at: datetime
    direction: str
    kind: str
    summary: str


def list_moments(interactions: list[Interaction], deliveries: list[Delivery]) -> list[Moment]:
    """Everything of a person, newest last. A reply that went out as a delivery is told as that delivery."""
    delivered = {row.interaction_id for row in deliveries}
    placed: list[tuple[datetime, int, int, Moment]] = []
    for row in interactions:
        told = Moment(row.occurred_at, "in", row.kind, _clip(describe(row.kind, row.fields_)))
        placed.append((row.occurred_at, row.id, 0, told))
        if row.reply and row.state is InteractionState.ANSWERED and row.id not in delivered:
            at = _answered_at(row)
            placed.append((at, row.id, 1, Moment(at, "out", "reply", _clip(_reply_words(row.reply)))))
    for delivery in deliveries:
        at = delivery.closed_at or delivery.created_at
        told = Moment(at, "out", f"delivery.{delivery.state.value}", _clip(_delivery_words(delivery)))
        placed.append((at, delivery.interaction_id or 0, 2, told))
    return [moment for *_, moment in sorted(placed, key=lambda each: each[:3])]


def _answered_at(row: Interaction) -> datetime:
    """A push answered at once is told at its own moment (whole seconds), so that question and answer stay together."""
    at_once = abs(row.received_at - row.occurred_at) < _AT_ONCE
    return row.occurred_at if at_once else max(row.occurred_at, row.received_at)


def _delivery_words(delivery: Delivery) -> str:
    words = _reply_words(_payload(delivery)) or f"[{delivery.channel}]"
    return f"{words}（{delivery.reason}）" if delivery.reason else words


def _payload(delivery: Delivery) -> Mapping[str, Any]:
    """What it says on the channel it goes by."""
    for option in delivery.options:
        if option["channel"] == delivery.channel:
            return dict(option["payload"])
    return {}


def _reply_words(stored: Mapping[str, Any]) -> str:
    return reply_summary(reply_from_json(stored)) if stored.get("kind") in _REPLY_KINDS else ""


def _clip(words: str) -> str:
    return words if len(words) <= SUMMARY_LENGTH else words[: SUMMARY_LENGTH - 1] + "…"
