"""``migrate``: brings the schema up to date; safe to repeat."""

from __future__ import annotations

import argparse

from commands.output import Exit, Output
from commands.wiring import said_plainly
from config.load import load_settings
from models.database import migrate

HELP = "bring the database schema up to date (safe to repeat)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


async def run(args: argparse.Namespace, out: Output) -> Exit:
    url = load_settings().database_url
    async with said_plainly(url):
        applied = await migrate(url)
    out.line(f"applied: {', '.join(applied)}" if applied else "schema is up to date")
    out.put(applied=applied)
    return Exit.DONE
