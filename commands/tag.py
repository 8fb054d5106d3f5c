"""``tag why|remove|restore OPENID GROUP/TAG``: why a customer has a tag, and taking it off them."""

from __future__ import annotations

import argparse
from typing import Any

from commands.output import Exit, Output
from commands.wiring import database, operator, read_installation
from core.clock import now
from core.errors import Missing
from customers.tagging.removal import read_tag_key, remove_tag, restore_tag
from customers.tagging.why import tell_why
from models import Identity

HELP = "one tag of one customer: why OPENID GROUP/TAG, remove OPENID GROUP/TAG, restore OPENID GROUP/TAG"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    why = kinds.add_parser("why", help="the words and the arithmetic behind it")
    remove = kinds.add_parser("remove", help="take it off; it stays off until something new speaks for it")
    restore = kinds.add_parser("restore", help="take a removal back")
    for kind in (why, remove, restore):
        kind.add_argument("openid", metavar="OPENID")
        kind.add_argument("tag", metavar="GROUP/TAG")
    remove.add_argument("--reason", default="", metavar="TEXT", help="why, for those who ask later")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    key = read_tag_key(args.tag)
    installation = read_installation()
    async with database(installation):
        customer_id = await _get_customer_id(args.openid)
        match args.what:
            case "why":
                _why(await tell_why(customer_id, key, now(), operator()), out)
            case "remove":
                removed = await remove_tag(customer_id, key, now(), operator(), args.reason)
                kinds = [kind.value for kind in removed.kinds]
                out.line(
                    f"{args.tag} ({' and '.join(kinds)}) is off customer {customer_id} until something new is said"
                )
                out.put(customer_id=customer_id, group=key[0], name=key[1], kinds=kinds)
            case _:
                is_held = await restore_tag(customer_id, key, now(), operator())
                words = "has it again" if is_held else "has too little left that speaks for it"
                out.line(f"the removal of {args.tag} is taken back: customer {customer_id} {words}")
                out.put(customer_id=customer_id, group=key[0], name=key[1], is_held=is_held)
    return Exit.DONE


async def _get_customer_id(openid: str) -> int:
    identity = await Identity.filter(openid=openid).order_by("id").first()
    if identity is None:
        raise Missing(
            "nobody is known by that openid — check the copy; who never wrote: python main.py import followers ACCOUNT"
        )
    return identity.customer_id


def _why(told: dict[str, Any], out: Output) -> None:
    for each in told["evidence"]:
        text, start, end = each["text"], each["start"], each["end"]
        out.line(f"{each['at'][:10]}  {text[:start]}【{text[start:end]}】{text[end:]}")
    for line in told["arithmetic"]["lines"] if told["arithmetic"] else ():
        out.line(line)
    if told["outdone_by"]:
        out.line(f"not shown: only the best tag of its group is, which is {told['outdone_by']}")
    if removed := told["removed"]:
        out.line(f"removed {removed['at'][:10]} by {removed['by']}: {removed['reason'] or 'no reason given'}")
    if told["manual_since"]:
        out.line(f"set by hand {told['manual_since'][:10]}")
    out.put(**told)
