"""A customer asks for a person: who serves them and whether they wait already, and the request, a statement each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from models.dialect.bulk import current, execute, is_postgres


class Served(NamedTuple):
    """Who serves a customer, and the request they wait for. None and empty where there is none.

    ``guide_id`` and ``guide_name`` are of a guide who works here; the store is the binding's, whoever serves in it.
    """

    guide_id: int | None
    guide_name: str
    store_code: str
    store_phone: str
    task_id: int | None
    task_reason: str


class NewTask(NamedTuple):
    """A request to be stored; ``open_key`` is unique while it is open."""

    customer_id: int
    guide_id: int | None
    kind: str
    reason: str
    interaction_id: int
    created_at: datetime
    open_key: str


_SERVED = """
SELECT g.id AS guide_id, g.name AS guide_name, s.code AS store_code, s.phone AS store_phone, t.id AS task_id,
       t.reason AS task_reason
FROM (SELECT 1) AS one
LEFT JOIN binding b ON b.primary_slot = $1
LEFT JOIN staff g ON g.id = b.guide_id AND g.left_at IS NULL
LEFT JOIN store s ON s.id = b.store_id
LEFT JOIN task t ON t.open_key = $2
"""

_INSERT = """
INSERT INTO task (customer_id, guide_id, kind, state, reason, interaction_id, created_at, open_key)
VALUES ($1, $2, $3, 'open', $4, $5, $6, $7)
"""


async def find_served(customer_id: int, open_key: str) -> Served:
    """Who serves a customer, and the open request of that key."""
    db = current()
    statement = _SERVED if is_postgres(db) else _SERVED.replace("$", "?")
    [row] = await db.execute_query_dict(statement, [customer_id, open_key])
    return Served(
        row["guide_id"],
        row["guide_name"] or "",
        row["store_code"] or "",
        row["store_phone"] or "",
        row["task_id"],
        row["task_reason"] or "",
    )


async def open_task(task: NewTask) -> None:
    """Stores a request."""
    await _execute(_INSERT, *task)


async def renew_task(task_id: int, guide_id: int | None, reason: str) -> None:
    """Gives an open request to whoever serves now, with the reason as it is by now."""
    await _execute("UPDATE task SET guide_id = $2, reason = $3 WHERE id = $1", task_id, guide_id, reason)


async def _execute(statement: str, *values: Any) -> None:
    await execute(statement, statement.replace("$", "?"), *values)
