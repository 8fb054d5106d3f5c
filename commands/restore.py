"""``restore FILE``: puts a backup in place of the embedded database; the service must be stopped."""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from commands.backup import copy_database
from commands.output import Exit, Output
from config.load import load_settings
from core.errors import Invalid
from models.database import is_sqlite, migrate, sqlite_path

HELP = "put a backup in place of the embedded database (stop the service first)"

_NAME_ONE = "name a file that backup wrote"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    url = load_settings().database_url
    if not is_sqlite(url):
        raise Invalid("restore", "this installation runs on PostgreSQL", "use pg_restore; see docs/operations.md")
    target = sqlite_path(url)
    await asyncio.to_thread(_put_in_place, args.file, target)
    applied = await migrate(url)
    out.line(f"{target} now holds {args.file}" + (f"; applied {', '.join(applied)}" if applied else ""))
    out.put(database=str(target), applied=applied)
    return Exit.DONE


def _put_in_place(source: Path, target: Path) -> None:
    """The copy is made and proven before what is there is touched; that is kept beside it, sound or damaged."""
    _check_source(source, target)
    if target.exists():
        _refuse_while_in_use(target)
    staged = target.with_name(target.name + ".restoring")
    copy_database(source, staged)
    kept = target.with_name(target.name + ".before-restore")
    for suffix in ("-shm", "-wal", ""):
        kept.with_name(kept.name + suffix).unlink(missing_ok=True)
        if (old := target.with_name(target.name + suffix)).exists():
            old.replace(kept.with_name(kept.name + suffix))
    staged.replace(target)


def _check_source(source: Path, target: Path) -> None:
    if not source.is_file():
        raise Invalid("FILE", f"{source} does not exist", _NAME_ONE)
    if target.exists() and source.samefile(target):
        raise Invalid("FILE", f"{source} is the database itself", _NAME_ONE)
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("SELECT 1 FROM interaction LIMIT 1")
    except sqlite3.Error as error:
        raise Invalid("FILE", f"{source} is no database of Zhiji ({error})", _NAME_ONE) from None


def _refuse_while_in_use(target: Path) -> None:
    """An exclusive lock can only be had while no other process has the file open in WAL mode."""
    try:
        with closing(sqlite3.connect(target, timeout=1)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        raise Invalid("SCRM_DATABASE_URL", f"{target} is in use", "stop the service first") from None
    except sqlite3.DatabaseError:
        return  # damaged, so nobody works with it: a backup is what it needs
