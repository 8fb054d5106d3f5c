"""Reads the journal for the projector and adds up what it projects, a batch in a statement."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from core.accounts import Crs
from core.cells import key_of
from models.dialect.bulk import execute, insert_rows, select


class Projected(NamedTuple):
    """A journal row as projections see it; ``fields`` is empty for kinds nobody reads."""

    id: int
    identity_id: int
    app_id: str
    kind: str
    at: datetime
    fields: Mapping[str, Any]


class ProfileSum(NamedTuple):
    """What a batch adds to one identity's counters."""

    identity_id: int
    messages: int
    events: int
    first_at: datetime
    last_at: datetime
    last_message_at: datetime | None


async def list_waiting(limit: int) -> list[tuple[int, int]]:
    """The oldest journal rows not projected yet, as (id, identity id or 0); nothing is locked."""
    rows = await select(
        "SELECT id, identity_id FROM interaction WHERE NOT is_projected ORDER BY id LIMIT $1",
        "SELECT id, identity_id FROM interaction WHERE is_projected = 0 ORDER BY id LIMIT ?",
        limit,
    )
    return [(row["id"], row["identity_id"] or 0) for row in rows]


async def read_waiting(
    identity_ids: Collection[int], kinds: Collection[str], last_id: int, limit: int
) -> list[Projected]:
    """Rows of these people up to ``last_id`` not projected yet, oldest first; ``kinds`` come with their fields."""
    rows = await select(
        "SELECT id, identity_id, app_id, kind, occurred_at, CASE WHEN kind = ANY($2::text[]) THEN fields END AS fields"
        " FROM interaction WHERE NOT is_projected AND id <= $3 AND identity_id = ANY($1::bigint[])"
        " ORDER BY id LIMIT $4",
        "SELECT id, identity_id, app_id, kind, occurred_at,"
        " CASE WHEN kind IN (SELECT value FROM json_each(?2)) THEN fields END AS fields"
        " FROM interaction WHERE is_projected = 0 AND id <= ?3"
        " AND identity_id IN (SELECT value FROM json_each(?1)) ORDER BY id LIMIT ?4",
        list(identity_ids),
        list(kinds),
        last_id,
        limit,
    )
    return [_projected(row) for row in rows]


async def mark_nobodys(last_id: int) -> int:
    """Marks rows about no person up to ``last_id``, those another worker holds excepted; returns how many."""
    rows = await select(
        "SELECT id FROM interaction WHERE NOT is_projected AND id <= $1 AND identity_id IS NULL"
        " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
        "SELECT id FROM interaction WHERE is_projected = 0 AND id <= ? AND identity_id IS NULL",
        last_id,
    )
    await mark_projected([row["id"] for row in rows])
    return len(rows)


async def mark_projected(ids: Sequence[int]) -> None:
    await execute(
        "UPDATE interaction SET is_projected = true WHERE id = ANY($1::bigint[])",
        "UPDATE interaction SET is_projected = 1 WHERE id IN (SELECT value FROM json_each(?))",
        list(ids),
    )


async def list_words(identity_ids: Collection[int], kinds: Collection[str]) -> list[Projected]:
    """Every projected journal row of these kinds and identities, oldest first."""
    rows = await select(
        "SELECT id, identity_id, app_id, kind, occurred_at, fields FROM interaction"
        " WHERE identity_id = ANY($1::bigint[]) AND kind = ANY($2::text[]) AND is_projected ORDER BY id",
        "SELECT id, identity_id, app_id, kind, occurred_at, fields FROM interaction"
        " WHERE identity_id IN (SELECT value FROM json_each(?1)) AND kind IN (SELECT value FROM json_each(?2))"
        " AND is_projected = 1 ORDER BY id",
        list(identity_ids),
        list(kinds),
    )
    return [_projected(row) for row in rows]


class Speaker(NamedTuple):
    """An identity and how many journal rows it has."""

    identity_id: int
    rows: int


async def list_speakers(after_id: int, limit: int) -> list[Speaker]:
    """The next identities by id."""
    rows = await select(
        "SELECT i.id, (SELECT count(*) FROM interaction j WHERE j.identity_id = i.id) AS n FROM identity i"
        " WHERE i.id > $1 ORDER BY i.id LIMIT $2",
        "SELECT i.id, (SELECT count(*) FROM interaction j WHERE j.identity_id = i.id) AS n FROM identity i"
        " WHERE i.id > ?1 ORDER BY i.id LIMIT ?2",
        after_id,
        limit,
    )
    return [Speaker(row["id"], row["n"]) for row in rows]


async def count_words(kinds: Collection[str]) -> int:
    """How many projected journal rows of these kinds there are."""
    rows = await select(
        "SELECT count(*) AS n FROM interaction WHERE kind = ANY($1::text[]) AND is_projected",
        "SELECT count(*) AS n FROM interaction WHERE kind IN (SELECT value FROM json_each(?)) AND is_projected = 1",
        list(kinds),
    )
    return int(rows[0]["n"])


class PlaceRow(NamedTuple):
    """Where a person last was, as stored."""

    customer_id: int
    latitude: float
    longitude: float
    crs: str
    accuracy_m: float
    source: str
    captured_at: datetime
    expires_at: datetime


_PROFILE = {
    "identity_id": "bigint",
    "messages": "int",
    "events": "int",
    "first_at": "timestamptz",
    "last_at": "timestamptz",
    "last_message_at": "timestamptz",
}
_ADD_UP = """ON CONFLICT (identity_id) DO UPDATE SET
  messages = profile.messages + excluded.messages, events = profile.events + excluded.events,
  first_at = CASE WHEN excluded.first_at < profile.first_at THEN excluded.first_at ELSE profile.first_at END,
  last_at = CASE WHEN excluded.last_at > profile.last_at THEN excluded.last_at ELSE profile.last_at END,
  last_message_at = CASE WHEN excluded.last_message_at IS NULL OR profile.last_message_at > excluded.last_message_at
                         THEN profile.last_message_at ELSE excluded.last_message_at END"""


async def add_to_profiles(sums: Sequence[ProfileSum]) -> None:
    """Adds a batch's counters, one sum an identity; the order batches come in does not matter."""
    await insert_rows("profile", _PROFILE, sums, _ADD_UP)


_PLACE = {
    "customer_id": "bigint",
    "latitude": "float8",
    "longitude": "float8",
    "crs": "text",
    "accuracy_m": "float8",
    "source": "text",
    "captured_at": "timestamptz",
    "expires_at": "timestamptz",
    "cell": "bigint",
}
_NEWEST = """ON CONFLICT (customer_id) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude,
  crs = excluded.crs, cell = excluded.cell, accuracy_m = excluded.accuracy_m, source = excluded.source,
  captured_at = excluded.captured_at, expires_at = excluded.expires_at
  WHERE excluded.captured_at >= place.captured_at"""


async def put_places(rows: Sequence[PlaceRow]) -> None:
    """Stores where people are, unless something newer is known; one row a customer."""
    keyed = [(*row, key_of(row.latitude, row.longitude, Crs(row.crs))) for row in rows]
    await insert_rows("place", _PLACE, keyed, _NEWEST)


def _projected(row: Mapping[str, Any]) -> Projected:
    at, fields = row["occurred_at"], row["fields"]
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    if isinstance(fields, str):
        fields = json.loads(fields)
    return Projected(row["id"], row["identity_id"], row["app_id"], row["kind"], at, fields or {})
