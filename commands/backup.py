"""``backup FILE``: a consistent copy of the embedded database while the service runs."""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from commands.output import Exit, Output
from config.load import load_settings
from core.errors import Invalid
from models.database import is_sqlite, sqlite_path

HELP = "copy the embedded database to FILE, consistently, while the service runs"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    url = load_settings().database_url
    if not is_sqlite(url):
        raise Invalid("backup", "this installation runs on PostgreSQL", "use pg_dump; see docs/operations.md")
    source = sqlite_path(url)
    if not source.exists():
        raise Invalid("SCRM_DATABASE_URL", f"{source} does not exist", "run: python main.py migrate")
    if args.file.exists():
        raise Invalid("FILE", f"{args.file} exists already", "name a new file")
    await asyncio.to_thread(copy_database, source, args.file)
    out.line(f"{args.file}: {args.file.stat().st_size:,} bytes")
    out.put(file=str(args.file), bytes=args.file.stat().st_size)
    return Exit.DONE


def copy_database(source: Path, target: Path) -> None:
    """SQLite's online backup, checked before it gets its name; only its owner may read it. Raises ``Invalid``."""
    unfinished = target.with_name(target.name + ".part")
    unfinished.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        verdict = _copy(source, unfinished)
    except sqlite3.Error as error:
        verdict = str(error)
    except OSError as error:
        raise Invalid("FILE", f"{target} cannot be written ({error.strerror})", "name a folder of yours") from None
    if verdict != "ok":
        unfinished.unlink()
        raise Invalid("FILE", f"{source} cannot be copied: {verdict}", "check the disk; is it Zhiji's database?")
    unfinished.replace(target)


def _copy(source: Path, target: Path) -> str:
    """Copies page by page beside a running service; returns SQLite's verdict on the copy."""
    with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target)) as writer:
        reader.backup(writer)
        return str(writer.execute("PRAGMA integrity_check").fetchone()[0])
