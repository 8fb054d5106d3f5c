"""``person export|erase OPENID``: one person's data out, or gone."""

from __future__ import annotations

import argparse
from pathlib import Path

from commands.output import Exit, Output
from commands.wiring import database, operator, read_installation
from core.clock import now
from core.errors import Missing
from customers.erasure import erase_person
from customers.export import export_person
from customers.phones import PhoneVault
from models import Identity
from models.database import forget_deleted

HELP = "one person's data: export OPENID DIR, erase OPENID"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    export = kinds.add_parser("export", help="everything held of a person, as readable files")
    export.add_argument("openid", metavar="OPENID")
    export.add_argument("directory", type=Path, metavar="DIR")
    erase = kinds.add_parser("erase", help="erase a person from every table; cannot be undone")
    erase.add_argument("openid", metavar="OPENID")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    async with database(installation):
        identity = await Identity.filter(openid=args.openid).order_by("id").first()
        if identity is None:
            raise Missing("nobody is known by that openid")
        customer_id = identity.customer_id
        if args.what == "erase":
            await erase_person(customer_id, now(), operator())
            await forget_deleted()
            out.line(f"customer {customer_id} is erased from every table")
            out.put(customer_id=customer_id)
            return Exit.DONE
        vault = PhoneVault(installation.secret_key)
        files = await export_person(customer_id, args.directory, vault, now(), operator())
    out.line(f"{args.directory}: {len(files)} files of customer {customer_id}")
    out.put(customer_id=customer_id, files=[str(file) for file in files])
    return Exit.DONE
