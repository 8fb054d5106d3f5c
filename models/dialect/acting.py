"""The statements around a handler that changes something: one to see what is known, one to store the push, one to end.

A complaint in sixty messages costs a web process as much as all the others together where the ORM builds each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from models.dialect.bulk import current, is_postgres
from models.dialect.journal import HANDOVER


class Known(NamedTuple):
    """What is known when the transaction of a push begins: the row of an earlier copy, and whose it is.

    ``row_id`` is None where the push is new, ``identity_id`` where nobody is known by this openid.
    """

    row_id: int | None
    received_at: datetime
    reply: dict[str, str] | None
    state: str
    identity_id: int | None
    customer_id: int


class Begun(NamedTuple):
    """The row of a push, stored as received. ``is_blocked`` while an elder message of the identity is in work."""

    row_id: int
    is_blocked: bool


class NewRow(NamedTuple):
    """A push to be stored as received."""

    key: str
    app_id: str
    identity_id: int | None
    kind: str
    occurred_at: datetime
    received_at: datetime
    fields: Mapping[str, Any]


_KNOWN = """
SELECT j.id, j.received_at, j.reply, j.state, i.id AS identity_id, i.customer_id
FROM (SELECT 1) AS one
LEFT JOIN interaction j ON j.message_key = $1
LEFT JOIN identity i ON i.app_id = $2 AND i.openid = $3
"""

_UNFINISHED = "SELECT 1 FROM interaction e WHERE e.identity_id = {} AND e.state = 'received' AND e.lease_until > {}"

_INSERT = """
INSERT INTO interaction (message_key, app_id, identity_id, kind, occurred_at, received_at, fields, state, reason,
                         handler, attempts, is_projected)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'received', '', '', 0, false) RETURNING id
"""

_END = "UPDATE interaction SET state = 'answered', handler = $2, reply = $3 WHERE id = $1"


async def find_known(key: str, app_id: str, openid: str) -> Known | None:
    """What is known of a push and its sender."""
    [row] = await _rows(_KNOWN, key, app_id, openid)
    if row["id"] is None and row["identity_id"] is None:
        return None
    received_at, reply = row["received_at"], row["reply"]
    return Known(
        row["id"],
        datetime.fromisoformat(received_at) if isinstance(received_at, str) else received_at,
        orjson.loads(reply) if isinstance(reply, str) else reply,
        row["state"],
        row["identity_id"],
        row["customer_id"] or 0,
    )


async def begin_row(row: NewRow, moment: datetime) -> Begun:
    """Stores a push as received. Raises ``IntegrityError`` where it is there already."""
    values = (*row[:-1], orjson.dumps(row.fields).decode())
    since = moment - HANDOVER
    if is_postgres(current()):  # the statement does not see the row it stores
        blocked = _UNFINISHED.format("$3", "$8")
        statement = f"{_INSERT.replace('$7', '$7::jsonb')}, EXISTS ({blocked}) AS is_blocked"
        [stored] = await current().execute_query_dict(statement, [*values, since])
        return Begun(stored["id"], stored["is_blocked"])
    elders = await _rows(_UNFINISHED.format("$1", "$2"), row.identity_id, since)
    [stored] = await _rows(_INSERT, *values)
    return Begun(stored["id"], bool(elders))


async def end_row(row_id: int, handler: str, reply: Mapping[str, str] | None) -> None:
    """The push is answered."""
    stored = orjson.dumps(reply).decode() if reply is not None else None
    if is_postgres(current()):
        await current().execute_query(_END.replace("$3", "$3::jsonb"), [row_id, handler, stored])
    else:
        await current().execute_query(_END.replace("$", "?"), [row_id, handler, stored])


async def _rows(statement: str, *values: Any) -> list[dict[str, Any]]:
    db = current()
    return await db.execute_query_dict(statement if is_postgres(db) else statement.replace("$", "?"), list(values))
