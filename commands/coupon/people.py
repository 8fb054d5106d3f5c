"""``coupon issue|own|blocks|block|unblock``: one customer's copies, and who may take none."""

from __future__ import annotations

import argparse
import hashlib
import uuid
from typing import Any

from campaigns.coupons.claiming.blocks import block, lift, list_blocks
from campaigns.coupons.claiming.claims import Claim, Claims
from campaigns.coupons.codes import Codes
from campaigns.coupons.offers.templates import get_template
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.wallet import list_own
from campaigns.coupons.words import own_copy
from commands.coupon.refusing import tell_refusal
from commands.output import Exit, Output, table
from commands.wiring import Installation, operator
from core.clock import local, now
from core.errors import Missing
from models import Identity

LINES = ("issue", "own", "blocks", "block", "unblock")


def arguments(what: Any) -> None:
    """Their lines."""
    issue = what.add_parser("issue", help="give one customer a copy")
    issue.add_argument("code", metavar="TEMPLATE")
    issue.add_argument("openid", metavar="OPENID")
    issue.add_argument("--key", help="the same key never gives a second copy (default: a new one)")
    own = what.add_parser("own", help="a customer's copies")
    own.add_argument("openid", metavar="OPENID")
    what.add_parser("blocks", help="who may take no coupons, and why")
    stop = what.add_parser("block", help="keep a customer from taking coupons")
    stop.add_argument("openid", metavar="OPENID")
    stop.add_argument("--reason", required=True, metavar="TEXT")
    stop.add_argument("--days", type=int, default=0, metavar="N", help="0: until lifted (default)")
    what.add_parser("unblock", help="lift it").add_argument("openid", metavar="OPENID")


async def run(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    """One of ``LINES``."""
    return await _person(args, installation, out) if args.what in ("issue", "own") else await _blocks(args, out)


async def _person(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    customer_id, codes = await customer_of(args.openid), Codes(installation.secret_key)
    if args.what == "own":
        copies = await list_own(customer_id, codes, now(), open_only=False)
        rows = [[c.template, c.state.value, local(c.valid_from), local(c.valid_until)] for c in copies]
        out.line(table(rows, ["template", "state", "from", "until"]) if rows else "no coupon")
        out.put(coupons=[{"id": c.coupon_id, "template": c.template, "state": c.state.value} for c in copies])
        return Exit.DONE
    await get_template(args.code)
    claim = Claim(_key(args.key or uuid.uuid4().hex, args.code, customer_id), args.code, customer_id, "staff", now())
    [answer] = await Claims(codes, 0).decide([claim])
    if isinstance(answer, Refusal):
        return tell_refusal(answer, out)
    [copy] = [c for c in await list_own(customer_id, codes, now(), open_only=False) if c.coupon_id == answer.coupon_id]
    out.line(own_copy(copy))
    out.put(coupon_id=answer.coupon_id, code=copy.code)
    return Exit.DONE


def _key(given: str, template: str, customer_id: int) -> str:
    """One call for each person and offer, whatever name the keys have elsewhere."""
    return "cli:" + hashlib.sha256(f"{customer_id}\0{template}\0{given}".encode()).hexdigest()


async def _blocks(args: argparse.Namespace, out: Output) -> Exit:
    if args.what == "blocks":
        blocks = await list_blocks(now())
        rows = [
            [str(b.customer_id), b.reason, local(b.since), local(b.until) if b.until else "—", b.by] for b in blocks
        ]
        out.line(table(rows, ["customer", "reason", "since", "until", "by"]) if rows else "nobody is blocked")
        out.put(blocks=[{"customer_id": b.customer_id, "reason": b.reason, "until": b.until} for b in blocks])
        return Exit.DONE
    customer_id = await customer_of(args.openid)
    if args.what == "block":
        await block(customer_id, args.reason, args.days, operator(), now())
    else:
        await lift(customer_id, operator(), now())
    out.line(f"customer {customer_id} {'may take no coupons' if args.what == 'block' else 'may take coupons again'}")
    out.put(customer_id=customer_id)
    return Exit.DONE


async def customer_of(openid: str) -> int:
    """The customer behind an openid; raises ``Missing``."""
    identity = await Identity.filter(openid=openid).order_by("id").first()
    if identity is None:
        raise Missing("nobody is known by that openid")
    return identity.customer_id
