"""The journal table of the database that is open."""

from __future__ import annotations

from models.database import SQLITE_BUSY_MS, config, connection, is_sqlite, sqlite_path
from models.dialect.journal import JournalTable, PostgresJournal, SqliteJournal
from models.sqlite_engine import ImmediateSqliteClient


def open_journal(url: str) -> JournalTable:
    """The journal's own way into the database at ``url``, which must be open already."""
    if is_sqlite(url):
        client = connection()
        assert isinstance(client, ImmediateSqliteClient)  # noqa: S101 - what config(url) asked for
        return SqliteJournal(str(sqlite_path(url)), client.write_lock, SQLITE_BUSY_MS)
    credentials = config(url)["connections"]["default"]["credentials"]
    return PostgresJournal({name: credentials[name] for name in ("host", "port", "user", "password", "database")})
