"""``coupon …``: offers as HQ lays them out and sends them; copies as guides look them up, redeem and reverse them."""

from __future__ import annotations

import argparse

from commands.coupon import best, copies, farming, people, sending, templates
from commands.output import Exit, Output
from commands.wiring import database, read_installation

HELP = (
    "coupons: add, set, list, show, publish, pause, end, near, send, issue, own, best, look, redeem, reverse, void, "
    "block, refused, allow …"
)


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    for lines in (templates, sending, people, farming, copies, best):
        lines.arguments(what)


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    async with database(installation):
        if args.what in templates.LINES:
            return await templates.run(args, out)
        if args.what in people.LINES:
            return await people.run(args, installation, out)
        if args.what in sending.LINES:
            return await sending.run(args, installation, out)
        if args.what in farming.LINES:
            return await farming.run(args, out)
        if args.what in best.LINES:
            return await best.run(args, installation, out)
        return await copies.run(args, installation, out)
