"""Profile: how often and when a person wrote or did something, counted from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Profile
from models.dialect.projection import ProfileSum, Projected, add_to_profiles

MESSAGE_KINDS = frozenset({"text", "image", "voice", "video", "shortvideo", "location", "link", "miniprogrampage"})
"""What a customer sends; every other kind is an event."""


@dataclass(frozen=True, slots=True)
class Counters:
    """A person's counters over all their identities; times are None where nothing happened yet."""

    messages: int = 0
    events: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


async def count(rows: Sequence[Projected]) -> None:
    """Adds journal rows to the counters of their identities."""
    await add_to_profiles([_sum(identity_id, mine) for identity_id, mine in _by_identity(rows).items()])


async def read_counters(customer_id: int) -> Counters:
    """What is counted for a person so far."""
    rows = await Profile.filter(identity__customer_id=customer_id)
    if not rows:
        return Counters()
    return Counters(
        sum(row.messages for row in rows),
        sum(row.events for row in rows),
        min(row.first_at for row in rows),
        max(row.last_at for row in rows),
    )


def _by_identity(rows: Iterable[Projected]) -> dict[int, list[Projected]]:
    grouped: dict[int, list[Projected]] = {}
    for row in rows:
        grouped.setdefault(row.identity_id, []).append(row)
    return grouped


def _sum(identity_id: int, rows: Sequence[Projected]) -> ProfileSum:
    message_times = [row.at for row in rows if row.kind in MESSAGE_KINDS]
    times = [row.at for row in rows]
    return ProfileSum(
        identity_id,
        len(message_times),
        len(rows) - len(message_times),
        min(times),
        max(times),
        max(message_times, default=None),
    )
