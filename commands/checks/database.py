"""Database: reachable, writable, new enough, of this version's schema, our lexicon and our secret key."""

from __future__ import annotations

from tortoise.exceptions import BaseORMException

from commands.checks.finding import Finding, green, red, red_fault, yellow
from commands.checks.lexicon import check_lexicon
from core.errors import Invalid
from models.database import close_database, open_database, pending_migrations
from models.dialect.condition import look_at
from models.secret_key import has_secret_key, wrong_key

PART = "database"
MIGRATIONS = "migrations"
KEY = "secret key"

_MIGRATE = "run: python main.py migrate"


async def check_database(url: str, secret_key: str | None) -> list[Finding]:
    """The database, its migrations, its secret key (None: ours is faulty); changes nothing in it."""
    try:
        condition = await look_at(url)
    except Invalid as fault:
        return [red_fault(PART, fault)]
    if condition.faults:
        return [red(PART, f"{condition.name}: {fault.detail}", fault.remedy) for fault in condition.faults]
    reached = green(PART, condition.name)
    if condition.is_new:
        return [reached, red(MIGRATIONS, "the database has no schema yet", _MIGRATE)]
    return [reached, *await _look_inside(url, secret_key)]


async def _look_inside(url: str, secret_key: str | None) -> list[Finding]:
    try:
        await open_database(url, 2)
        pending = await pending_migrations()
        if pending:
            return [red(MIGRATIONS, f"{len(pending)} not applied yet: {', '.join(pending)}", _MIGRATE)]
        found = [green(MIGRATIONS, "the schema is up to date"), await check_lexicon()]
        return found if secret_key is None else [*found, await _check_secret_key(secret_key)]
    except (BaseORMException, OSError) as error:
        remedy = "is this the database of another program? name an empty one"
        return [red(MIGRATIONS, f"cannot be read: {error}", remedy)]
    finally:
        await close_database()


async def _check_secret_key(secret_key: str) -> Finding:
    match await has_secret_key(secret_key):
        case True:
            return green(KEY, "the one this database was made with")
        case None:
            return yellow(KEY, "not noted in this database yet", _MIGRATE)
    fault = wrong_key()
    return red(KEY, fault.detail, fault.remedy)
