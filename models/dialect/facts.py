"""What the contact policy asks about many people at once: each question one statement, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import select


class PersonRow(NamedTuple):
    """Who stands behind an identity, and what they said of themselves."""

    identity_id: int
    customer_id: int
    openid: str
    is_erased: bool
    time_zone: str
    has_left: bool
    has_withdrawn: bool
    has_guide: bool


class OpeningRow(NamedTuple):
    """The newest journal row of a window's kinds: its id, its time, and how many messages were counted since."""

    opened_by: int
    at: datetime
    used: int


# Scalar questions with an index each (and laterals with a LIMIT below): as plain joins they would tempt the database to
# read whole tables. Who followed once and does no more has left; whose follow was never seen has not.
_PEOPLE = """
SELECT i.id, i.customer_id, i.openid, c.erased_at IS NOT NULL AS is_erased, c.time_zone,
  (SELECT count(f.id) > 0 AND count(f.open_slot) = 0 FROM following f WHERE f.identity_id = i.id) AS has_left,
  coalesce((SELECT NOT k.is_granted FROM consent k WHERE k.customer_id = i.customer_id AND k.purpose = 'marketing'
            ORDER BY k.at DESC, k.id DESC LIMIT 1), false) AS has_withdrawn,
  coalesce((SELECT true FROM binding b JOIN staff g ON g.id = b.guide_id
            WHERE b.primary_slot = i.customer_id AND g.left_at IS NULL LIMIT 1), false) AS has_guide
FROM {asked} CROSS JOIN identity i JOIN customer c ON c.id = i.customer_id
WHERE i.id = asked.id
"""
_POSTGRES_PEOPLE = _PEOPLE.format(asked="unnest($1::bigint[]) AS asked(id)")
_SQLITE_PEOPLE = _PEOPLE.format(asked="(SELECT value AS id FROM json_each(?1)) AS asked")

# A count made on a later row of the journal than the newest one by time counts as well: pushes may come late.
_POSTGRES_OPENINGS = """
SELECT asked.id, m.id AS message_id, m.occurred_at AS message_at, mw.opened_by AS message_counted,
       mw.used AS message_used, a.id AS act_id, a.occurred_at AS act_at, aw.opened_by AS act_counted,
       aw.used AS act_used
FROM unnest($1::bigint[]) AS asked(id)
LEFT JOIN LATERAL (
  SELECT j.id, j.occurred_at FROM interaction j
  WHERE j.identity_id = asked.id AND j.occurred_at > $3::timestamptz AND j.kind = ANY($2::text[])
  ORDER BY j.occurred_at DESC, j.id DESC LIMIT 1) m ON true
LEFT JOIN LATERAL (
  SELECT j.id, j.occurred_at FROM interaction j
  WHERE j.identity_id = asked.id AND j.occurred_at > $5::timestamptz AND j.kind = ANY($4::text[])
  ORDER BY j.occurred_at DESC, j.id DESC LIMIT 1) a ON true
LEFT JOIN LATERAL (
  SELECT w.opened_by, w.used FROM message_window w
  WHERE w.identity_id = asked.id AND w.kind = 'message' AND w.opened_by >= m.id LIMIT 1) mw ON true
LEFT JOIN LATERAL (
  SELECT w.opened_by, w.used FROM message_window w
  WHERE w.identity_id = asked.id AND w.kind = 'act' AND w.opened_by >= a.id LIMIT 1) aw ON true
WHERE m.id IS NOT NULL OR a.id IS NOT NULL
"""
_SQLITE_OPENINGS = """
WITH newest AS MATERIALIZED (
  SELECT asked.value AS id,
    (SELECT j.id FROM interaction j WHERE j.identity_id = asked.value AND j.occurred_at > ?3
       AND j.kind IN (SELECT value FROM json_each(?2)) ORDER BY j.occurred_at DESC, j.id DESC LIMIT 1) AS message_id,
    (SELECT j.id FROM interaction j WHERE j.identity_id = asked.value AND j.occurred_at > ?5
       AND j.kind IN (SELECT value FROM json_each(?4)) ORDER BY j.occurred_at DESC, j.id DESC LIMIT 1) AS act_id
  FROM json_each(?1) AS asked)
SELECT newest.id, m.id AS message_id, m.occurred_at AS message_at, mw.opened_by AS message_counted,
       mw.used AS message_used, a.id AS act_id, a.occurred_at AS act_at, aw.opened_by AS act_counted,
       aw.used AS act_used
FROM newest
LEFT JOIN interaction m ON m.id = newest.message_id
LEFT JOIN interaction a ON a.id = newest.act_id
LEFT JOIN message_window mw ON mw.identity_id = newest.id AND mw.kind = 'message' AND mw.opened_by >= m.id
LEFT JOIN message_window aw ON aw.identity_id = newest.id AND aw.kind = 'act' AND aw.opened_by >= a.id
WHERE newest.message_id IS NOT NULL OR newest.act_id IS NOT NULL
"""

_GRANTS = "SELECT identity_id, template_id, stock FROM subscription_grant WHERE stock > 0 AND "
_SLOTS = "SELECT customer_id, contact_class, taken_until FROM contact_slot WHERE "


async def list_people(identity_ids: Collection[int]) -> list[PersonRow]:
    """Who stands behind each of these identities; one that does not exist has no row."""
    rows = await select(_POSTGRES_PEOPLE, _SQLITE_PEOPLE, list(identity_ids))
    return [
        PersonRow(
            row["id"],
            row["customer_id"],
            row["openid"],
            bool(row["is_erased"]),
            row["time_zone"],
            bool(row["has_left"]),
            bool(row["has_withdrawn"]),
            bool(row["has_guide"]),
        )
        for row in rows
    ]


async def list_openings(
    identity_ids: Collection[int],
    message_kinds: Collection[str],
    messages_since: datetime,
    act_kinds: Collection[str],
    acts_since: datetime,
) -> dict[int, tuple[OpeningRow | None, OpeningRow | None]]:
    """The newest (message, act) after each moment, by identity; who did neither is left out."""
    rows = await select(
        _POSTGRES_OPENINGS,
        _SQLITE_OPENINGS,
        list(identity_ids),
        list(message_kinds),
        messages_since,
        list(act_kinds),
        acts_since,
    )
    return {row["id"]: (_opening(row, "message"), _opening(row, "act")) for row in rows}


async def list_grants(identity_ids: Collection[int], template_ids: Collection[str]) -> dict[int, dict[str, int]]:
    """Notices left by template, by identity; who has none left is left out."""
    rows = await select(
        _GRANTS + "identity_id = ANY($1::bigint[]) AND template_id = ANY($2::text[])",
        _GRANTS
        + "identity_id IN (SELECT value FROM json_each(?1)) AND template_id IN (SELECT value FROM json_each(?2))",
        list(identity_ids),
        list(template_ids),
    )
    left: dict[int, dict[str, int]] = {}
    for row in rows:
        left.setdefault(row["identity_id"], {})[row["template_id"]] = row["stock"]
    return left


async def list_taken_slots(customer_ids: Collection[int], at: datetime) -> dict[tuple[int, str], list[datetime]]:
    """Until when slots are taken that are at ``at``, soonest first, by customer and class of contact."""
    rows = await select(
        _SLOTS + "customer_id = ANY($1::bigint[]) AND taken_until > $2::timestamptz",
        _SLOTS + "customer_id IN (SELECT value FROM json_each(?1)) AND taken_until > ?2",
        list(customer_ids),
        at,
    )
    taken: dict[tuple[int, str], list[datetime]] = {}
    for row in rows:
        taken.setdefault((row["customer_id"], row["contact_class"]), []).append(_time(row["taken_until"]))
    for ends in taken.values():
        ends.sort()
    return taken


def _opening(row: Mapping[str, Any], kind: str) -> OpeningRow | None:
    if row[f"{kind}_id"] is None:
        return None
    opened_by = row[f"{kind}_counted"] or row[f"{kind}_id"]
    return OpeningRow(opened_by, _time(row[f"{kind}_at"]), row[f"{kind}_used"] or 0)


def _time(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
