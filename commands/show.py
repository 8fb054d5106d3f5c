"""``show customer|parts|deliveries|delivery|limits|calls|tasks|totals``: look without changing anything."""

from __future__ import annotations

import argparse
import json
from typing import Any

from campaigns.coupons.figures import count_coupons
from campaigns.coupons.sending.carried import find_carried
from commands.output import Exit, Output, table
from commands.wiring import Installation, database, operator, read_installation
from core.clock import local, now
from customers.card import Cards
from customers.phones import PhoneVault
from customers.totals import count_all
from delivery.failed_calls import list_failed_calls
from delivery.limits.quotas import list_quotas
from delivery.overview import count_deliveries, list_unknown, tell_delivery
from guides.open_tasks import OpenTask, list_open_tasks

HELP = "look: one customer, the parts found, deliveries, limits, failed calls, open tasks, totals"


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    kinds.add_parser("customer", help="one customer's card").add_argument("openid", metavar="OPENID")
    kinds.add_parser("parts", help="every handler, command and tag group found")
    kinds.add_parser("deliveries", help="deliveries by state and reason, and those to settle by hand")
    one = kinds.add_parser("delivery", help="one delivery: every check and attempt, with their figures")
    one.add_argument("id", type=int, metavar="ID")
    kinds.add_parser("limits", help="calls of each WeChat API today, its limit, and until when one is stopped")
    kinds.add_parser("calls", help="calls to WeChat that failed, with cause and remedy")
    kinds.add_parser("tasks", help="what customers wait for: open tasks by store and guide, oldest first")
    kinds.add_parser("totals", help="how many of everything, and what is still to do")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    if args.what == "parts":
        from commands.parts import show_parts  # every handler with it, which no other card needs

        return show_parts(out)
    installation = read_installation()
    async with database(installation):
        match args.what:
            case "customer":
                return await _customer(installation, args.openid, out)
            case "deliveries":
                return await _deliveries(out)
            case "delivery":
                return await _delivery(args.id, out)
            case "limits":
                return await _limits(installation, out)
            case "calls":
                return await _calls(installation, out)
            case "tasks":
                return _tasks(await list_open_tasks(), out)
            case _:
                totals = {**await count_all(), "coupons": await count_coupons()}
                out.line(json.dumps(totals, ensure_ascii=False, indent=2))
                out.put(**totals)
    return Exit.DONE


async def _customer(installation: Installation, openid: str, out: Output) -> Exit:
    accounts = {account.app_id: account.key for account in installation.accounts.values()}
    cards = Cards(accounts, PhoneVault(installation.secret_key))
    card: dict[str, Any] = await cards.show_customer(openid, operator())
    out.line(json.dumps(card, ensure_ascii=False, indent=2))
    out.put(**card)
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


async def _delivery(delivery_id: int, out: Output) -> Exit:
    told = {**await tell_delivery(delivery_id), "coupon": await find_carried(delivery_id)}
    out.line(json.dumps(told, ensure_ascii=False, indent=2))
    out.put(**told)
    return Exit.DONE


async def _limits(installation: Installation, out: Output) -> Exit:
    keys = {account.app_id: account.key for account in installation.accounts.values()}
    quotas = await list_quotas(now())
    rows = [
        [
            keys.get(q.app_id, q.app_id),
            q.api,
            f"{q.used:,}",
            f"{q.daily_limit:,}",
            local(q.stopped_until) if q.stopped_until else "",
        ]
        for q in quotas
    ]
    heads = ["account", "api", "used today", "limit", "stopped until"]
    out.line(table(rows, heads) if rows else "no call has been made today")
    out.put(
        limits=[
            {
                "account": keys.get(q.app_id, q.app_id), "api": q.api, "used": q.used, "limit": q.daily_limit,
                "stopped_until": q.stopped_until.isoformat() if q.stopped_until else None,
            }
            for q in quotas
        ]
    )  # fmt: skip
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


def _tasks(tasks: list[OpenTask], out: Output) -> Exit:
    rows = [
        [f"{t.store} {t.store_name}".strip() or "—", _guide(t), local(t.since), t.kind, str(t.customer_id), t.reason]
        for t in tasks
    ]
    out.line(table(rows, ["store", "guide", "since", "kind", "customer", "reason"]) if rows else "no open task")
    out.put(
        tasks=[
            {
                "id": t.id, "store": t.store, "guide": t.guide, "guide_has_left": t.has_left, "kind": t.kind,
                "customer_id": t.customer_id, "reason": t.reason, "since": t.since.isoformat(),
            }
            for t in tasks
        ]
    )  # fmt: skip
    return Exit.DONE


def _guide(task: OpenTask) -> str:
    if not task.guide:
        return "nobody"
    return f"{task.guide} {task.guide_name}" + (" (has left)" if task.has_left else "")
