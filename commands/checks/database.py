"""Database: reachable, writable, new enough, and with the schema of this version."""

from __future__ import annotations

from tortoise.exceptions import BaseORMException

from commands.checks.finding import Finding, green, red, red_fault
from core.errors import Invalid
from models.database import close_database, open_database, pending_migrations
from models.dialect.condition import look_at

PART = "database"
MIGRATIONS = "migrations"

_MIGRATE = "run: python main.py migrate"


async def check_database(url: str) -> list[Finding]:
    """The database, then its migrations; changes nothing in it."""
    try:
        condition = await look_at(url)
    except Invalid as fault:
        return [red_fault(PART, fault)]
    if condition.faults:
        return [red(PART, f"{condition.name}: {fault.detail}", fault.remedy) for fault in condition.faults]
    reached = green(PART, condition.name)
    if condition.is_new:
        return [reached, red(MIGRATIONS, "the database has no schema yet", _MIGRATE)]
    return [reached, await _check_migrations(url)]


async def _check_migrations(url: str) -> Finding:
    try:
        await open_database(url, 2)
        pending = await pending_migrations()
    except (BaseORMException, OSError) as error:
        return red(MIGRATIONS, f"cannot be read: {error}", "is this the database of another program? name an empty one")
    finally:
        await close_database()
    if pending:
        return red(MIGRATIONS, f"{len(pending)} not applied yet: {', '.join(pending)}", _MIGRATE)
    return green(MIGRATIONS, "the schema is up to date")
