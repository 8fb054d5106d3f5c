"""``migrate``: brings the schema up to date; safe to repeat. Notes the secret key, or that the former one is lost."""

from __future__ import annotations

import argparse

from commands.output import Exit, Output
from commands.wiring import database, database_of_any_key, operator, read_installation, said_plainly
from core.clock import now
from models.database import migrate
from models.secret_key import LOST, replace_lost_key

HELP = "bring the database schema up to date (safe to repeat)"


def arguments(parser: argparse.ArgumentParser) -> None:
    told = "the former secret_key is gone for good: forget the phones sealed with it, and go on with today's"
    parser.add_argument(LOST, action="store_true", help=told)


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    url = installation.settings.database_url
    async with said_plainly(url):
        applied = await migrate(url)
    out.line(f"applied: {', '.join(applied)}" if applied else "schema is up to date")
    out.put(applied=applied)
    if args.secret_key_lost:
        async with database_of_any_key(installation):
            forgotten = await replace_lost_key(installation.secret_key, now(), operator())
        out.line(
            f"phones of {forgotten.customers} customer(s) and {forgotten.staff} staff forgotten: import them again"
        )
        out.put(forgotten={"customers": forgotten.customers, "staff": forgotten.staff})
    else:
        async with database(installation):
            pass  # opening it notes the key, or refuses another
    return Exit.DONE
