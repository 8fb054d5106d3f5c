"""Stocks that many processes take from: every change is one conditional statement, however many rows it asks for.

Rows come as JSON, so that a statement reads the same for both databases. Whoever locks several rows of a table does so
in one order, so that nobody waits in a circle: slots by (class, first slots first, customer, slot), grants by
(identity, template). Of windows two processes never want the same: a person has one delivery under way at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

from models.dialect.bulk import execute, select


class _Statement(NamedTuple):
    postgres: str
    sqlite: str


def _over(asked: dict[str, str], text: str) -> _Statement:
    """A statement over rows given as JSON in ``$1``: ``asked`` names their columns with PostgreSQL's types."""
    columns = ", ".join(f"{name} {kind}" for name, kind in asked.items())
    fields = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in asked)
    return _Statement(
        text.format(asked=f"jsonb_to_recordset($1::text::jsonb) AS asked({columns})", lock="FOR UPDATE OF held"),
        text.replace("$", "?").format(asked=f"(SELECT {fields} FROM json_each(?1)) AS asked", lock=""),
    )


def _rows(asked: Iterable[Any]) -> str:
    return orjson.dumps([row._asdict() for row in asked]).decode()


# ── message windows ──────────────────────────────────────────────────────────────────────────────────────────────────
class WindowRow(NamedTuple):
    """A window: whose, of which kind, and the journal row that opened it."""

    identity_id: int
    kind: str
    opened_by: int


_WINDOW = {"identity_id": "bigint", "kind": "text", "opened_by": "bigint"}
_TAKE_WINDOWS = _over(
    _WINDOW,
    """
    INSERT INTO message_window (identity_id, kind, opened_by, used, updated_at)
    SELECT identity_id, kind, opened_by, 1, $2 FROM {asked} WHERE true
    ON CONFLICT (identity_id, kind) DO UPDATE SET
      used = CASE WHEN message_window.opened_by < excluded.opened_by THEN 1 ELSE message_window.used + 1 END,
      opened_by = CASE WHEN message_window.opened_by < excluded.opened_by THEN excluded.opened_by
                       ELSE message_window.opened_by END,
      updated_at = excluded.updated_at
    WHERE message_window.opened_by < excluded.opened_by OR message_window.used < $3
    RETURNING identity_id, kind
    """,
)
_GIVE_BACK_WINDOWS = _over(
    {**_WINDOW, "times": "int"},
    """
    WITH back AS MATERIALIZED (
      SELECT held.id, asked.times FROM {asked} JOIN message_window held
        ON held.identity_id = asked.identity_id AND held.kind = asked.kind AND held.opened_by = asked.opened_by
      ORDER BY held.identity_id, held.kind {lock})
    UPDATE message_window SET updated_at = $2,
      used = (SELECT CASE WHEN message_window.used > back.times THEN message_window.used - back.times ELSE 0 END
              FROM back WHERE back.id = message_window.id)
    WHERE id IN (SELECT id FROM back)
    """,
)
_USE_UP_WINDOW = _over(
    _WINDOW,
    """
    INSERT INTO message_window (identity_id, kind, opened_by, used, updated_at)
    SELECT identity_id, kind, opened_by, $3, $2 FROM {asked} WHERE true
    ON CONFLICT (identity_id, kind) DO UPDATE SET
      used = excluded.used, opened_by = excluded.opened_by, updated_at = excluded.updated_at
    WHERE message_window.opened_by <= excluded.opened_by
    """,
)


async def take_from_windows(asked: Sequence[WindowRow], limit: int, at: datetime) -> set[tuple[int, str]]:
    """Counts one message on each window, at most one row of a person and kind; returns (identity, kind) of those
    that had one left. A window opened by something newer than before begins anew."""
    rows = await select(*_TAKE_WINDOWS, _rows(sorted(asked)), at, limit)
    return {(row["identity_id"], row["kind"]) for row in rows}


class WindowShare(NamedTuple):
    """How many messages of a window turned out not to be sent."""

    identity_id: int
    kind: str
    opened_by: int
    times: int


async def give_back_to_windows(back: Sequence[WindowShare], at: datetime) -> None:
    """Counts fewer, never below 0, where the window is still the one that was taken from."""
    await execute(*_GIVE_BACK_WINDOWS, _rows(sorted(back)), at)


async def use_up_window(window: WindowRow, used: int, at: datetime) -> None:
    """Counts ``used`` messages, unless something newer has opened it again."""
    await execute(*_USE_UP_WINDOW, _rows([window]), at, used)


# ── contact slots ────────────────────────────────────────────────────────────────────────────────────────────────────
class SlotRow(NamedTuple):
    """A slot of a customer that a delivery wants."""

    customer_id: int
    slot: int
    delivery_id: int


# Whoever wants any slot of a customer goes through the first one, which is locked also where it is not free: nobody
# else takes one of this customer and class until the transaction ends.
_TAKE_SLOTS = _over(
    {"customer_id": "bigint", "slot": "int", "delivery_id": "bigint"},
    """
    INSERT INTO contact_slot (customer_id, contact_class, slot, taken_until, delivery_id)
    SELECT customer_id, $2, slot, $4, delivery_id FROM {asked} WHERE true
    ON CONFLICT (customer_id, contact_class, slot) DO UPDATE SET
      taken_until = excluded.taken_until, delivery_id = excluded.delivery_id
    WHERE contact_slot.taken_until <= $3 AND $5 > (
      SELECT count(*) FROM contact_slot other
      WHERE other.customer_id = excluded.customer_id AND other.contact_class = excluded.contact_class
        AND other.taken_until > $3)
    RETURNING customer_id, slot, delivery_id
    """,
)
_TAKEN_SLOTS = _over(
    {"customer_id": "bigint"},
    """
    SELECT taken.customer_id, taken.slot FROM {asked} JOIN contact_slot taken
      ON taken.customer_id = asked.customer_id AND taken.contact_class = $2 AND taken.taken_until > $3
    """,
)
_GIVE_BACK_SLOTS = _over(
    {"customer_id": "bigint", "contact_class": "text", "delivery_id": "bigint"},
    """
    WITH back AS MATERIALIZED (
      SELECT held.id FROM {asked} JOIN contact_slot held
        ON held.customer_id = asked.customer_id AND held.contact_class = asked.contact_class
          AND held.delivery_id = asked.delivery_id
      WHERE held.taken_until > $2
      ORDER BY held.contact_class, held.slot > 0, held.customer_id, held.slot {lock})
    UPDATE contact_slot SET taken_until = $2, delivery_id = NULL WHERE id IN (SELECT id FROM back)
    """,
)


async def take_free_slots(
    asked: Sequence[SlotRow], contact_class: str, cap: int, at: datetime, until: datetime
) -> list[SlotRow]:
    """Takes slots that are free while fewer than ``cap`` of the customer are taken; returns those it got.

    No two rows may ask for the same slot.
    """
    rows = await select(*_TAKE_SLOTS, _rows(sorted(asked)), contact_class, at, until, cap)
    return [SlotRow(row["customer_id"], row["slot"], row["delivery_id"]) for row in rows]


class _CustomerRow(NamedTuple):
    customer_id: int


async def list_taken(customer_ids: Collection[int], contact_class: str, at: datetime) -> list[tuple[int, int]]:
    """(customer id, slot) of every slot taken at ``at``."""
    rows = await select(*_TAKEN_SLOTS, _rows([_CustomerRow(each) for each in customer_ids]), contact_class, at)
    return [(row["customer_id"], row["slot"]) for row in rows]


class TakenSlot(NamedTuple):
    """What a delivery holds of a customer's cap."""

    customer_id: int
    contact_class: str
    delivery_id: int


async def free_slots(back: Sequence[TakenSlot], at: datetime) -> None:
    """Frees the slots these deliveries still hold."""
    await execute(*_GIVE_BACK_SLOTS, _rows(sorted(back)), at)


# ── subscription grants ──────────────────────────────────────────────────────────────────────────────────────────────
class GrantRow(NamedTuple):
    """A stock of subscription notices."""

    identity_id: int
    template_id: str


_GRANT = {"identity_id": "bigint", "template_id": "text"}
_TAKE_GRANTS = _over(
    _GRANT,
    """
    WITH wanted AS MATERIALIZED (
      SELECT held.id FROM {asked} JOIN subscription_grant held
        ON held.identity_id = asked.identity_id AND held.template_id = asked.template_id
      WHERE held.stock > 0
      ORDER BY held.identity_id, held.template_id {lock})
    UPDATE subscription_grant SET stock = stock - 1, updated_at = $2
    WHERE stock > 0 AND id IN (SELECT id FROM wanted)
    RETURNING identity_id, template_id, stock
    """,
)
_ADD_GRANT = _over(
    _GRANT,
    """
    INSERT INTO subscription_grant (identity_id, template_id, stock, updated_at)
    SELECT identity_id, template_id, 1, $2 FROM {asked} WHERE true
    ON CONFLICT (identity_id, template_id) DO UPDATE SET
      stock = subscription_grant.stock + 1, updated_at = excluded.updated_at
    RETURNING stock
    """,
)


async def take_from_grants(asked: Collection[GrantRow], at: datetime) -> dict[GrantRow, int]:
    """Takes one of each stock that has one, no stock twice; returns what is left in those."""
    rows = await select(*_TAKE_GRANTS, _rows(sorted(asked)), at)
    return {GrantRow(row["identity_id"], row["template_id"]): row["stock"] for row in rows}


async def add_to_grant(grant: GrantRow, at: datetime) -> int:
    """Adds one; returns how many there are now."""
    rows = await select(*_ADD_GRANT, _rows([grant]), at)
    return int(rows[0]["stock"])


# ── a day's calls ────────────────────────────────────────────────────────────────────────────────────────────────────
_COUNT_CALLS = """
INSERT INTO api_quota (app_id, api, day, used) VALUES ($1, $2, $3, $4)
ON CONFLICT (app_id, api, day) DO UPDATE SET used = api_quota.used + excluded.used
WHERE api_quota.used + excluded.used <= coalesce(api_quota.daily_limit, $5)
  AND (api_quota.stopped_until IS NULL OR api_quota.stopped_until <= $6)
RETURNING used
"""
_STOP_CALLS = """
INSERT INTO api_quota (app_id, api, day, used, stopped_until) VALUES ($1, $2, $3, 0, $4)
ON CONFLICT (app_id, api, day) DO UPDATE SET stopped_until = excluded.stopped_until
WHERE api_quota.stopped_until IS NULL OR api_quota.stopped_until < excluded.stopped_until
"""


async def count_calls(app_id: str, api: str, day: date, calls: int, limit: int, at: datetime) -> bool:
    """Counts ``calls``, at most ``limit``, if the day has room for all of them and the API is not stopped."""
    sqlite = _COUNT_CALLS.replace("$", "?")
    return bool(await select(_COUNT_CALLS, sqlite, app_id, api, day, calls, limit, at))


async def stop_calls(app_id: str, api: str, day: date, until: datetime) -> None:
    """Notes on a day's row that WeChat refuses; the later of two moments holds."""
    await execute(_STOP_CALLS, _STOP_CALLS.replace("$", "?"), app_id, api, day, until)
