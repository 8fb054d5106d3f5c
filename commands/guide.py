"""``guide leave CODE``: a member of staff leaves; what they leave behind is told."""

from __future__ import annotations

import argparse

from commands.output import Exit, Output
from commands.wiring import database, operator, read_installation
from core.clock import now
from guides.organisation import count_left_behind, leave

HELP = "staff: leave CODE marks somebody as gone, at once"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    one = kinds.add_parser("leave", help="customers keep the binding until another guide's code is scanned")
    one.add_argument("code", metavar="CODE")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    async with database(read_installation()):
        await leave(args.code, now(), operator())
        behind = await count_left_behind(args.code)
    out.line(
        f"{args.code} has left: named to nobody any more; {behind.customers} customer(s) wait for another guide's code"
    )
    if behind.tasks:
        out.line(f"{behind.tasks} open task(s) were theirs; they are told by: python main.py show tasks")
    out.put(guide=args.code, customers=behind.customers, open_tasks=behind.tasks)
    return Exit.DONE
