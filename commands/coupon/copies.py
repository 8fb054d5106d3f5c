"""``coupon look|redeem|reverse|void|history``: copies as guides look them up, redeem and reverse them."""

from __future__ import annotations

import argparse
import uuid
from datetime import timedelta
from typing import Any

from campaigns.coupons.claiming.pace import Crowds
from campaigns.coupons.codes import Codes
from campaigns.coupons.money import read_yuan, yuan
from campaigns.coupons.redemption.redeeming import Done, Look, Till
from campaigns.coupons.redemption.till import Basket
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.words import rules, worth
from commands.coupon.refusing import tell_refusal
from commands.output import Exit, Output, table
from commands.wiring import Installation, operator
from core.clock import local, now
from core.errors import Invalid
from models import Coupon, CouponEntry


def arguments(what: Any) -> None:
    """Their lines."""
    for name, told in (
        ("look", "is this copy good here and now, and why not"),
        ("redeem", "use a copy for an order"),
        ("reverse", "undo a redemption, within the time allowed"),
        ("void", "take an open copy back"),
        ("history", "every line of a copy's ledger"),
    ):
        copy = what.add_parser(name, help=told)
        copy.add_argument("coupon", metavar="CODE", help="as the customer shows it")
        if name in ("look", "redeem"):
            copy.add_argument("--store", default="", metavar="CODE", required=name == "redeem")
            copy.add_argument("--amount", metavar="YUAN", required=name == "redeem", help="the basket without freight")
            copy.add_argument("--freight", default="0", metavar="YUAN")
        if name == "redeem":
            copy.add_argument("--order", required=True, metavar="NO")
        if name in ("reverse", "void"):
            copy.add_argument("--reason", required=True, metavar="TEXT")
        if name in ("redeem", "reverse", "void"):
            copy.add_argument("--key", help="the same key does it once and answers alike (default: a new one)")


async def run(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    """One of the lines above."""
    if args.what == "history":
        return await _history(args.coupon, Codes(installation.secret_key), out)
    return await _copy(args, installation, out)


async def _copy(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    offers = installation.settings.coupons
    limit = Crowds(store=offers.store_per_minute)
    till = Till(Codes(installation.secret_key), timedelta(minutes=offers.reverse_minutes), limit)
    key = getattr(args, "key", None) or f"cli:{uuid.uuid4().hex}"
    match args.what:
        case "look":
            return _looked(await till.look(args.coupon, args.store, _basket(args), now()), out)
        case "redeem":
            if not args.order.strip():
                raise Invalid("order", "is empty", "write the order's number: copies of one order must go together")
            basket = _basket(args) or Basket(0)
            answer = await till.redeem(key, args.coupon, args.store, basket, args.order, operator(), now())
        case "reverse":
            answer = await till.reverse(key, args.coupon, args.reason, operator(), now())
        case _:
            answer = await till.void(key, args.coupon, args.reason, operator(), now())
    if isinstance(answer, Refusal):
        return tell_refusal(answer, out)
    return _done(answer, out)


def _basket(args: argparse.Namespace) -> Basket | None:
    if args.amount is None:
        return None
    return Basket(read_yuan("--amount", args.amount), read_yuan("--freight", args.freight))


def _done(done: Done, out: Output) -> Exit:
    off = f"，减 {yuan(done.discount_fen)}" if done.discount_fen else ""
    out.line(f"coupon {done.coupon_id} {done.event}{off}")
    out.put(coupon_id=done.coupon_id, event=done.event.value, discount_fen=done.discount_fen)
    return Exit.DONE


def _looked(look: Look | Refusal, out: Output) -> Exit:
    if isinstance(look, Refusal):
        return tell_refusal(look, out)
    out.line(f"【{look.terms.title}】{worth(look.terms)}")
    for rule in rules(look.terms):
        out.line(rule)
    out.put(coupon_id=look.copy.id, state=look.copy.state, is_good=look.no is None, discount_fen=look.discount_fen)
    if look.no is not None:
        return tell_refusal(look.no, out)
    out.line(f"可用{f'，减 {yuan(look.discount_fen)}' if look.discount_fen else ''}")
    return Exit.DONE


async def _history(code: str, codes: Codes, out: Output) -> Exit:
    coupon = await Coupon.get_or_none(code_hash=codes.fingerprint(code))
    if coupon is None:
        raise Invalid("code", "no copy has it", "let the customer show it again")
    entries = await CouponEntry.filter(coupon_id=coupon.id).order_by("id")
    rows = [[local(e.at), e.event.value, e.by, ", ".join(f"{k} {v}" for k, v in e.detail.items())] for e in entries]
    out.line(table(rows, ["at", "event", "by", "detail"]))
    out.put(coupon_id=coupon.id, state=coupon.state.value, entries=[
        {"at": e.at, "event": e.event.value, "by": e.by, "detail": e.detail} for e in entries
    ])  # fmt: skip
    return Exit.DONE
