"""``delivery settle ID sent|failed``: a person says what became of a message nobody knows the end of."""

from __future__ import annotations

import argparse

from commands.output import Exit, Output
from commands.wiring import database, operator, read_installation
from delivery.overview import settle

HELP = "settle a delivery whose outcome is unknown"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    one = kinds.add_parser("settle", help="sent: the person has it; failed: surely not")
    one.add_argument("id", type=int, metavar="ID")
    one.add_argument("outcome", choices=["sent", "failed"])


async def run(args: argparse.Namespace, out: Output) -> Exit:
    async with database(read_installation()):
        await settle(args.id, args.outcome, operator())
    out.line(f"delivery {args.id} is {args.outcome}, settled by hand")
    out.put(id=args.id, state=args.outcome)
    return Exit.DONE
