"""How journal rows are stored: one statement a batch on PostgreSQL, one transaction a batch on SQLite."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeAlias

import asyncpg
import orjson

from core.errors import Busy

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

HANDOVER = timedelta(seconds=30)
"""How long a row whose lease has ended still counts as in work: until recovery has surely taken it over, nobody
passes it by."""


class Row(NamedTuple):
    """A push as it is stored; ``created`` is CreateTime in seconds.

    ``seen`` is the person's newest row when the answer was read from the database, None where it was not.
    """

    key: str
    app_id: str
    openid: str
    kind: str
    created: int
    received_at: datetime
    fields: Mapping[str, Any]
    reply: Mapping[str, str] | None
    state: str
    reason: str
    handler: str
    lease_until: datetime | None
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as found: what a repeat of its push is answered with."""

    key: str
    received_at: datetime
    reply: dict[str, str] | None
    state: str
    handler: str


class JournalTable(Protocol):
    """The journal table of one database."""

    async def insert(self, rows: Sequence[Row]) -> int:
        """Store a batch in one commit, making identities for people not known yet; returns how many were new.

        Left out are rows whose message key is there already, rows of people of whom an older message is still in work
        elsewhere, and rows whose answer was read before another process stored something of the person.
        """

    async def close(self) -> None: ...


_PERSON_LOCK = "hashtextextended({0}.app_id || ' ' || {0}.openid, 0)"

_POSTGRES_INSERT = f"""
WITH u AS (
  SELECT * FROM ROWS FROM (json_to_recordset(batch) AS (
    key text, app_id text, openid text, kind text, created float8, received_at timestamptz, fields jsonb, reply jsonb,
    state text, reason text, handler text, lease_until timestamptz, seen int8
  )) WITH ORDINALITY AS u(key, app_id, openid, kind, created, received_at, fields, reply, state, reason, handler,
                         lease_until, seen, n)
), fresh AS (
  SELECT app_id, openid, min(received_at) AS at, nextval(pg_get_serial_sequence('customer', 'id')) AS customer_id
  FROM (SELECT DISTINCT ON (app_id, openid) app_id, openid, received_at FROM u
        WHERE openid <> '' AND NOT EXISTS (
          SELECT FROM identity i WHERE i.app_id = u.app_id AND i.openid = u.openid)
          AND (u.state = 'received' OR pg_try_advisory_xact_lock_shared({_PERSON_LOCK.format("u")}))) AS unseen
  GROUP BY app_id, openid
), people AS (
  INSERT INTO customer (id, created_at, name, gender, birthday, city, time_zone, phone_cipher)
  SELECT customer_id, at, '', '', '', '', '', '' FROM fresh
), made AS (
  INSERT INTO identity (app_id, openid, customer_id, created_at)
  SELECT app_id, openid, customer_id, at FROM fresh
  RETURNING id, app_id, openid
)
INSERT INTO interaction (message_key, app_id, identity_id, kind, occurred_at, received_at, fields, reply, state,
                         reason, handler, attempts, lease_until, is_projected)
SELECT u.key, u.app_id, coalesce(i.id, made.id), u.kind, to_timestamp(u.created), u.received_at, u.fields,
       u.reply, u.state, u.reason, u.handler, 0, u.lease_until, false
FROM u
LEFT JOIN identity i ON i.app_id = u.app_id AND i.openid = u.openid AND u.openid <> ''
LEFT JOIN made ON made.app_id = u.app_id AND made.openid = u.openid
WHERE u.state = 'received' OR u.openid = '' OR (
  pg_try_advisory_xact_lock_shared({_PERSON_LOCK.format("u")})
  AND NOT EXISTS (
    SELECT FROM interaction r
    WHERE r.identity_id = i.id AND r.state = 'received' AND r.message_key <> u.key
      AND r.lease_until > now() - interval '{HANDOVER.seconds} seconds')
  AND (u.seen IS NULL OR NOT EXISTS (SELECT FROM interaction r WHERE r.identity_id = i.id AND r.id > u.seen)))
ORDER BY u.n
ON CONFLICT (message_key, occurred_at) DO NOTHING
"""


# A function of the session, so that a batch is one round trip. The locks are taken in a statement of their own: the
# one that stores then sees what was committed before they were free.
_POSTGRES_FUNCTION = f"""
CREATE FUNCTION pg_temp.store_pushes(batch json, has_read boolean) RETURNS bigint LANGUAGE plpgsql AS $function$
DECLARE
  stored bigint;
BEGIN
  IF has_read THEN
    PERFORM pg_try_advisory_xact_lock_shared({_PERSON_LOCK.format("u")})
    FROM json_to_recordset(batch) AS u(app_id text, openid text, seen int8) WHERE u.seen IS NOT NULL;
  END IF;
  {_POSTGRES_INSERT};
  GET DIAGNOSTICS stored = ROW_COUNT;
  RETURN stored;
END
$function$
"""


_POSTGRES_STORE = "SELECT pg_temp.store_pushes($1, $2)"


class PostgresJournal:
    """Its own connection, one function call a batch; index scans only, since the table's statistics lag behind."""

    def __init__(self, credentials: dict[str, Any]) -> None:
        self._credentials = credentials
        self._connection: _Connection | None = None

    async def insert(self, rows: Sequence[Row]) -> int:
        batch = orjson.dumps([row._asdict() for row in rows]).decode()
        has_read = any(row.seen is not None for row in rows)
        for _ in range(3):
            connection = await self._connect()
            try:
                return int(await connection.fetchval(_POSTGRES_STORE, batch, has_read, timeout=10))
            except asyncpg.UniqueViolationError:
                continue  # another process made the same identity at this moment: it is no longer unseen
        raise Busy("identities are being made by several processes at once")

    async def _connect(self) -> _Connection:
        if self._connection is None or self._connection.is_closed():
            connection = await asyncpg.connect(
                **self._credentials,
                timeout=5,
                server_settings={"application_name": "zhiji-journal", "enable_seqscan": "off", "jit": "off"},
            )
            await connection.execute(_POSTGRES_FUNCTION, timeout=5)
            self._connection = connection
        return self._connection

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


_SQLITE_UNFINISHED = (
    "SELECT 1 FROM interaction WHERE identity_id = ? AND state = 'received' AND lease_until > ? AND message_key <> ?"
)
_SQLITE_COLUMNS = (
    "INSERT INTO interaction (message_key, app_id, kind, occurred_at, received_at, fields, reply, state,"
    " reason, handler, lease_until, attempts, is_projected, identity_id)"
)
_SQLITE_INSERT = (
    f"{_SQLITE_COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)"
    " ON CONFLICT (message_key, occurred_at) DO NOTHING"
)
_SQLITE_INSERT_USUAL = (
    f"{_SQLITE_COLUMNS} SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, i.id FROM identity i"
    " WHERE i.app_id = ? AND i.openid = ? AND NOT EXISTS (SELECT 1 FROM interaction WHERE identity_id = i.id"
    " AND state = 'received' AND lease_until > ?) ON CONFLICT (message_key, occurred_at) DO NOTHING"
)
"""Of a known person with nothing in work; stores no row where that is not so."""


class SqliteJournal:
    """Its own connection in one thread; ``lock`` keeps it and the ORM's connection from waiting in the file."""

    def __init__(self, path: str, lock: asyncio.Lock, busy_ms: int) -> None:
        self._lock = lock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._path = path
        self._busy_ms = busy_ms
        self._connection: sqlite3.Connection | None = None

    async def insert(self, rows: Sequence[Row]) -> int:
        async with self._lock:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._insert, rows)

    def _insert(self, rows: Sequence[Row]) -> int:
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            cursor = connection.cursor()
            stored = sum(_insert_usual(cursor, row) or _insert_one(connection, row) for row in rows)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return stored

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            connection.execute(f"PRAGMA busy_timeout = {int(self._busy_ms)}")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            self._connection = connection
        return self._connection

    async def close(self) -> None:
        self._thread.shutdown(wait=True)
        if self._connection is not None:
            self._connection.close()


def _insert_usual(cursor: sqlite3.Cursor, row: Row) -> int:
    """Stores what a known person said, in one statement; 0 for everything else."""
    if row.state == "received" or not row.openid:
        return 0
    values = (*_sqlite_values(row), row.app_id, row.openid, sqlite_time(row.received_at - HANDOVER))
    return cursor.execute(_SQLITE_INSERT_USUAL, values).rowcount


def _insert_one(connection: sqlite3.Connection, row: Row) -> int:
    """Stores a row of anybody; 0 also where it was stored before."""
    identity_id = find_or_make_identity(connection, row) if row.openid else None
    if row.state != "received" and identity_id is not None:
        since = sqlite_time(row.received_at - HANDOVER)
        if connection.execute(_SQLITE_UNFINISHED, (identity_id, since, row.key)).fetchone():
            return 0
    return connection.execute(_SQLITE_INSERT, (*_sqlite_values(row), identity_id)).rowcount


def sqlite_time(moment: datetime) -> str:
    """A time as the ORM writes it on SQLite, so that both compare."""
    return moment.isoformat(" ")


def find_or_make_identity(connection: sqlite3.Connection, row: Row) -> int:
    """The id of the row's identity, made with its customer where the person is new."""
    person = (row.app_id, row.openid)
    found = connection.execute("SELECT id FROM identity WHERE app_id = ? AND openid = ?", person).fetchone()
    if found:
        return int(found[0])
    at = sqlite_time(row.received_at)
    customer = connection.execute(
        "INSERT INTO customer (created_at, name, gender, birthday, city, time_zone, phone_cipher)"
        " VALUES (?, '', '', '', '', '', '')",
        (at,),
    )
    identity = connection.execute(
        "INSERT INTO identity (app_id, openid, customer_id, created_at) VALUES (?, ?, ?, ?)",
        (*person, customer.lastrowid, at),
    )
    return int(identity.lastrowid or 0)


def _sqlite_values(row: Row) -> tuple[Any, ...]:
    return (
        row.key,
        row.app_id,
        row.kind,
        sqlite_time(datetime.fromtimestamp(row.created, UTC)),
        sqlite_time(row.received_at),
        orjson.dumps(row.fields).decode(),
        orjson.dumps(row.reply).decode() if row.reply is not None else None,
        row.state,
        row.reason,
        row.handler,
        sqlite_time(row.lease_until) if row.lease_until else None,
    )
