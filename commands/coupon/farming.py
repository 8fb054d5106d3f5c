"""``coupon refused|allow``: what was refused for going too fast, and a limit lifted for a while."""

from __future__ import annotations

import argparse
from typing import Any

from campaigns.coupons.claiming.farming import allow_scene, allow_store, list_refused
from commands.output import Exit, Output, table
from commands.wiring import operator
from core.clock import local, now

LINES = ("refused", "allow")


def arguments(what: Any) -> None:
    """Their lines."""
    refused = what.add_parser("refused", help="who, which QR code and which store went too fast or is blocked")
    refused.add_argument("--days", type=int, default=1, metavar="N", help="how far back (default: 1)")
    allow = what.add_parser("allow", help="lift the limit a minute of a QR code or a store for a while")
    whose = allow.add_mutually_exclusive_group(required=True)
    whose.add_argument("--scene", metavar="NAME", help="as scene list shows it")
    whose.add_argument("--store", metavar="CODE")
    allow.add_argument("--minutes", type=int, required=True, metavar="N", help="0: limit it again at once")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    """One of ``LINES``."""
    return await _refused(args.days, out) if args.what == "refused" else await _allow(args, out)


async def _refused(days: int, out: Output) -> Exit:
    found = await list_refused(days, now())
    rows = [
        [
            each.code, str(each.customer_id or "—"), each.scene or "—", each.store or "—", str(each.times),
            str(each.people), local(each.last_at),
        ]
        for each in found
    ]  # fmt: skip
    heads = ["reason", "customer", "scene", "store", "times", "people", "last"]
    out.line(table(rows, heads) if rows else "nothing was refused for going too fast")
    out.put(refused=[each._asdict() for each in found])
    return Exit.DONE


async def _allow(args: argparse.Namespace, out: Output) -> Exit:
    if args.scene:
        until = await allow_scene(args.scene, args.minutes, operator(), now())
    else:
        until = await allow_store(args.store, args.minutes, operator(), now())
    whose = f"scene {args.scene}" if args.scene else f"store {args.store}"
    out.line(f"{whose} has no limit until {local(until)}" if args.minutes else f"{whose} is limited again")
    out.put(scene=args.scene, store=args.store, until=until)
    return Exit.DONE
