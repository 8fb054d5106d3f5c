"""What lies in the database and what reached people, read from outside once everything is quiet."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.faults.databases import Database, Rows
from tests.faults.people import sign_of

_JOURNAL = """
SELECT j.id, j.app_id, j.kind, j.state, j.reason, j.handler, j.reply, j.fields, coalesce(i.openid, '') AS openid
FROM interaction j LEFT JOIN identity i ON i.id = j.identity_id ORDER BY j.id
"""
_DELIVERIES = """
SELECT d.id, d.state, d.reason, d.options, d.interaction_id, i.app_id, i.openid
FROM delivery d JOIN identity i ON i.id = d.identity_id ORDER BY d.id
"""
_FOLLOWINGS = "SELECT i.openid, f.open_slot FROM following f JOIN identity i ON i.id = f.identity_id"
_BINDINGS = """
SELECT i.openid, b.primary_slot, s.code FROM binding b
JOIN identity i ON i.customer_id = b.customer_id JOIN staff s ON s.id = b.guide_id
"""
_CONSENTS = """
SELECT i.openid, c.interaction_id, c.is_granted FROM consent c JOIN identity i ON i.customer_id = c.customer_id
"""
_TASKS = "SELECT i.openid, t.id FROM task t JOIN identity i ON i.customer_id = t.customer_id"
_AUDITS = """
SELECT i.openid, a.action FROM audit a JOIN identity i ON 'customer:' || i.customer_id = a.subject
WHERE a.action LIKE 'binding.%'
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One journal row. ``sign`` tells its push from all others; ``words`` is the stored reply's text."""

    id: int
    app_id: str
    openid: str
    kind: str
    state: str
    reason: str
    handler: str
    words: str | None
    fields: Mapping[str, Any]

    @property
    def sign(self) -> tuple[str, ...]:
        return sign_of(self.app_id, self.fields)


@dataclass(frozen=True, slots=True)
class Sending:
    """One delivery row."""

    id: int
    app_id: str
    openid: str
    state: str
    reason: str
    words: str
    interaction_id: int | None


@dataclass(frozen=True, slots=True)
class Journal:
    """Everything the promises are about. ``accepted``: (app id, openid, words) of each message a person got."""

    rows: list[Row]
    sendings: list[Sending]
    accepted: list[tuple[str, str, str]]
    followings: Rows
    bindings: Rows
    consents: Rows
    tasks: Rows
    audits: Rows


async def read_journal(database: Database, accepted: Sequence[Mapping[str, Any]]) -> Journal:
    return Journal(
        rows=[_row(row) for row in await database.read(_JOURNAL)],
        sendings=[_sending(row) for row in await database.read(_DELIVERIES)],
        accepted=[(each["app_id"], each["openid"], each["text"]) for each in accepted],
        followings=await database.read(_FOLLOWINGS),
        bindings=await database.read(_BINDINGS),
        consents=await database.read(_CONSENTS),
        tasks=await database.read(_TASKS),
        audits=await database.read(_AUDITS),
    )


def _row(row: Mapping[str, Any]) -> Row:
    reply = json.loads(row["reply"]) if row["reply"] else None
    return Row(
        row["id"], row["app_id"], row["openid"], row["kind"], row["state"], row["reason"], row["handler"],
        reply.get("text", "") if reply else None, json.loads(row["fields"]),
    )  # fmt: skip


def _sending(row: Mapping[str, Any]) -> Sending:
    words = json.loads(row["options"])[0]["payload"].get("text", "")
    return Sending(row["id"], row["app_id"], row["openid"], row["state"], row["reason"], words, row["interaction_id"])
