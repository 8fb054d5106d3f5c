"""Tells a database that is away, and transactions that met, from bad data and bugs."""

from __future__ import annotations

import sqlite3

import asyncpg
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

from core.errors import Busy

_AWAY = frozenset({"08", "25", "53", "55", "57", "58"})
"""SQLSTATE classes: connection, transaction state, resources, object in use, intervention, system."""


def is_outage(error: BaseException) -> bool:
    """True for a database that is away, full, locked or shutting down."""
    if isinstance(error, OperationalError) and error.args and isinstance(error.args[0], BaseException):
        return is_outage(error.args[0])
    if isinstance(error, asyncpg.PostgresError):
        return str(getattr(error, "sqlstate", ""))[:2] in _AWAY
    if isinstance(error, sqlite3.Error):
        return not isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError)
    # InternalClientError: a connection was used in the moment it broke.
    return isinstance(
        error, OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError | DBConnectionError | Busy
    )


def is_conflict(error: BaseException) -> bool:
    """True where two transactions met and this one was rolled back: the same again may well succeed."""
    if isinstance(error, IntegrityError):
        return True
    cause = error.args[0] if isinstance(error, OperationalError) and error.args else error
    return isinstance(cause, asyncpg.PostgresError) and str(getattr(cause, "sqlstate", ""))[:2] == "40"
