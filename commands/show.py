"""``show customer|parts|deliveries|calls|totals``: look without changing anything."""

from __future__ import annotations

import argparse
import json
from typing import Any

import handlers
from bot.routing import discover
from campaigns.keyword_replies import KeywordReplies
from commands.line import find_commands
from commands.output import Exit, Output, table
from commands.wiring import Installation, database, operator, read_installation
from core.clock import local
from customers.card import Cards
from customers.phones import PhoneVault
from customers.tagging.lexicon_files import load_lexicon
from customers.totals import count_all
from delivery.failed_calls import list_failed_calls
from delivery.overview import count_deliveries, list_unknown
from guides.binding import BindingRules, Bindings
from guides.reception import Reception
from guides.stores import StoreDirectory
from handlers._rooms import Rooms

HELP = "look: one customer, the parts found, deliveries, failed calls, totals"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    kinds.add_parser("customer", help="one customer's card").add_argument("openid", metavar="OPENID")
    kinds.add_parser("parts", help="every handler, command and tag group found")
    kinds.add_parser("deliveries", help="deliveries by state and reason, and those to settle by hand")
    kinds.add_parser("calls", help="calls to WeChat that failed, with cause and remedy")
    kinds.add_parser("totals", help="how many of everything, and what is still to do")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    if args.what == "parts":
        return _parts(installation, out)
    async with database(installation):
        match args.what:
            case "customer":
                return await _customer(installation, args.openid, out)
            case "deliveries":
                return await _deliveries(out)
            case "calls":
                return await _calls(installation, out)
            case _:
                totals = await count_all()
                out.line(json.dumps(totals, ensure_ascii=False, indent=2))
                out.put(**totals)
    return Exit.DONE


async def _customer(installation: Installation, openid: str, out: Output) -> Exit:
    accounts = {account.app_id: account.key for account in installation.accounts.values()}
    cards = Cards(accounts, PhoneVault(installation.secret_key), load_lexicon())
    card: dict[str, Any] = await cards.show_customer(openid, operator())
    out.line(json.dumps(card, ensure_ascii=False, indent=2))
    out.put(**card)
    return Exit.DONE


def _parts(installation: Installation, out: Output) -> Exit:
    brand, stores = installation.settings.brand, StoreDirectory()
    reception = Reception(Bindings(BindingRules(installation.grace), stores))
    rooms = Rooms(brand.name, installation.accounts, reception, stores, KeywordReplies(), installation.grace)
    routes = sorted(discover(handlers, rooms), key=lambda route: (route.rank, route.name))
    out.line("handlers, in the order they are asked:")
    for route in routes:
        how = "changes" if route.changes else ("answers" if route.is_instant else "reads")
        out.line(f"  {route.name:20} {how:8} {', '.join(sorted(route.kinds)) or 'every kind'}")
    lexicon = load_lexicon()
    commands = list(find_commands())
    out.line(f"tag groups: {', '.join(group.label for group in lexicon.groups.values())}")
    out.line(f"commands: {', '.join(commands)}")
    out.line(f"accounts: {', '.join(f'{a.key} ({a.kind})' for a in installation.accounts.values()) or 'none'}")
    out.put(
        handlers=[{"name": r.name, "rank": r.rank.name.lower(), "kinds": sorted(r.kinds)} for r in routes],
        tag_groups=list(lexicon.groups), commands=commands, accounts=list(installation.accounts),
    )  # fmt: skip
    return Exit.DONE


async def _deliveries(out: Output) -> Exit:
    shares, unknown = await count_deliveries(), await list_unknown()
    rows = [[share.state.value, share.reason, str(share.count)] for share in shares]
    out.line(table(rows, ["state", "reason", "count"]) if rows else "no delivery yet")
    if unknown:
        out.line("\noutcome unknown — ask the customer's guide, then: main.py delivery settle ID sent|failed")
        closed = [[str(o.id), o.channel, o.reason, local(o.closed_at) if o.closed_at else ""] for o in unknown]
        out.line(table(closed, ["id", "channel", "reason", "since"]))
    out.put(
        deliveries=[{"state": s.state.value, "reason": s.reason, "count": s.count} for s in shares],
        unknown=[{"id": o.id, "channel": o.channel, "reason": o.reason, "occurrence": o.occurrence} for o in unknown],
    )
    return Exit.DONE


async def _calls(installation: Installation, out: Output) -> Exit:
    keys = {account.app_id: account.key for account in installation.accounts.values()}
    failures = await list_failed_calls()
    rows = [[local(f.at), keys.get(f.app_id, f.app_id), f.api, str(f.code), f.detail] for f in failures]
    out.line(table(rows, ["at", "account", "api", "code", "cause and remedy"]) if rows else "no call has failed")
    out.put(
        calls=[
            {"at": f.at, "account": keys.get(f.app_id, f.app_id), "api": f.api, "code": f.code, "detail": f.detail}
            for f in failures
        ]
    )
    return Exit.DONE
