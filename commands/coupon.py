"""``coupon …``: offers as HQ lays them out, and copies as guides look them up, redeem and reverse them."""

from __future__ import annotations

import argparse
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from campaigns.coupons.blocks import block, lift, list_blocks
from campaigns.coupons.claims import Claim, Claims
from campaigns.coupons.codes import Codes
from campaigns.coupons.money import read_yuan, yuan
from campaigns.coupons.redeeming import Done, Look, Till
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.template_form import form_of
from campaigns.coupons.templates import (
    Stored,
    add_template,
    get_template,
    list_templates,
    set_template,
    step_template,
)
from campaigns.coupons.till import Basket
from campaigns.coupons.wallet import list_own
from campaigns.coupons.words import own_copy, rules, worth
from campaigns.toml_file import read_file, write_toml
from commands.output import Exit, Output, table
from commands.wiring import Installation, database, operator, read_installation
from core.clock import local, now
from core.errors import Invalid, Missing
from models import Coupon, CouponEntry, Identity

HELP = "coupons: add, set, list, show, publish, pause, end, issue, own, look, redeem, reverse, void, block …"


_PAGE = "docs/coupons.md"


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("list", help="every template: state, stock, what it has promised")
    add = what.add_parser("add", help="a new template from a file, as a draft")
    add.add_argument("file", type=Path, metavar="FILE.toml")
    change = what.add_parser("set", help="change fields of a template; once copies are given only what is safe")
    change.add_argument("code", metavar="TEMPLATE")
    change.add_argument("file", type=Path, metavar="FILE.toml", help="every field this file names")
    for name, told in (
        ("show", "a template as a file that add takes"),
        ("publish", "customers may take copies from now on"),
        ("pause", "nobody takes copies until it is published again; those given stay good"),
        ("end", "nobody takes copies any more; those given stay good"),
    ):
        step = what.add_parser(name, help=told)
        step.add_argument("code", metavar="TEMPLATE")
        if name in ("pause", "end"):
            step.add_argument("--reason", default="", metavar="TEXT")
    _person_arguments(what)
    _copy_arguments(what)


def _person_arguments(what: Any) -> None:
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


def _copy_arguments(what: Any) -> None:
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


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    async with database(installation):
        match args.what:
            case "list" | "add" | "set" | "show" | "publish" | "pause" | "end":
                return await _template(args, out)
            case "blocks" | "block" | "unblock":
                return await _blocks(args, out)
            case "issue" | "own":
                return await _person(args, installation, out)
            case "history":
                return await _history(args.coupon, Codes(installation.secret_key), out)
            case _:
                return await _copy(args, installation, out)


# ── templates ────────────────────────────────────────────────────────────────────────────────────────────────────
async def _template(args: argparse.Namespace, out: Output) -> Exit:
    match args.what:
        case "list":
            _list(await list_templates(), out)
        case "add":
            stored = await add_template(read_file(args.file, _PAGE), operator(), now())
            out.line(
                f"{stored.offer.code} added as a draft; customers see it after: coupon publish {stored.offer.code}"
            )
            _tell(stored, out)
        case "set":
            differing = await set_template(args.code, read_file(args.file, _PAGE), operator(), now())
            out.line(f"{args.code}: {', '.join(differing)} changed" if differing else f"{args.code} is so already")
            out.put(changed=differing)
        case "show":
            _tell(await get_template(args.code), out)
        case step:
            state = await step_template(args.code, step, getattr(args, "reason", ""), operator(), now())
            out.line(f"{args.code} is {state}")
            out.put(code=args.code, state=state.value)
    return Exit.DONE


def _list(templates: list[Stored], out: Output) -> None:
    heads = ["template", "state", "gives", "given", "stock", "promised", "budget", "why"]
    rows = [
        [
            t.offer.code, t.state.value, worth(t.offer.terms), str(t.issued), str(t.offer.stock), yuan(t.exposure_fen),
            yuan(t.offer.budget_fen) if t.offer.budget_fen is not None else "—", t.state_reason,
        ]
        for t in templates
    ]  # fmt: skip
    out.line(table(rows, heads) if rows else "no coupon template; write one and: coupon add FILE (docs/coupons.md)")
    out.put(templates=[_json(each) for each in templates])


def _tell(stored: Stored, out: Output) -> None:
    out.line(write_toml(form_of(stored.offer)))
    for rule in rules(stored.offer.terms):
        out.line(f"# {rule}")
    out.put(template=_json(stored))


def _json(stored: Stored) -> dict[str, Any]:
    return {
        **form_of(stored.offer), "state": stored.state.value, "state_reason": stored.state_reason,
        "issued": stored.issued, "exposure_fen": stored.exposure_fen,
    }  # fmt: skip


# ── people ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def _person(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    customer_id, codes = await _customer(args.openid), Codes(installation.secret_key)
    if args.what == "own":
        copies = await list_own(customer_id, codes, now(), open_only=False)
        rows = [[c.template, c.state.value, local(c.valid_from), local(c.valid_until)] for c in copies]
        out.line(table(rows, ["template", "state", "from", "until"]) if rows else "no coupon")
        out.put(coupons=[{"id": c.coupon_id, "template": c.template, "state": c.state.value} for c in copies])
        return Exit.DONE
    await get_template(args.code)
    claim = Claim(args.key or f"cli:{uuid.uuid4().hex}", args.code, customer_id, "staff", now())
    [answer] = await Claims(codes, 0).decide([claim])
    if isinstance(answer, Refusal):
        return _refused(answer, out)
    [copy] = [c for c in await list_own(customer_id, codes, now(), open_only=False) if c.coupon_id == answer.coupon_id]
    out.line(own_copy(copy))
    out.put(coupon_id=answer.coupon_id, code=copy.code)
    return Exit.DONE


async def _blocks(args: argparse.Namespace, out: Output) -> Exit:
    if args.what == "blocks":
        blocks = await list_blocks(now())
        rows = [
            [str(b.customer_id), b.reason, local(b.since), local(b.until) if b.until else "—", b.by] for b in blocks
        ]
        out.line(table(rows, ["customer", "reason", "since", "until", "by"]) if rows else "nobody is blocked")
        out.put(blocks=[{"customer_id": b.customer_id, "reason": b.reason, "until": b.until} for b in blocks])
        return Exit.DONE
    customer_id = await _customer(args.openid)
    if args.what == "block":
        await block(customer_id, args.reason, args.days, operator(), now())
    else:
        await lift(customer_id, operator(), now())
    out.line(f"customer {customer_id} {'may take no coupons' if args.what == 'block' else 'may take coupons again'}")
    out.put(customer_id=customer_id)
    return Exit.DONE


async def _customer(openid: str) -> int:
    identity = await Identity.filter(openid=openid).order_by("id").first()
    if identity is None:
        raise Missing("nobody is known by that openid")
    return identity.customer_id


# ── copies ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def _copy(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    till = Till(Codes(installation.secret_key), timedelta(minutes=installation.settings.coupons.reverse_minutes))
    key = getattr(args, "key", None) or f"cli:{uuid.uuid4().hex}"
    match args.what:
        case "look":
            return _looked(await till.look(args.coupon, args.store, _basket(args), now()), out)
        case "redeem":
            basket = _basket(args) or Basket(0)
            answer = await till.redeem(key, args.coupon, args.store, basket, args.order, operator(), now())
        case "reverse":
            answer = await till.reverse(key, args.coupon, args.reason, operator(), now())
        case _:
            answer = await till.void(key, args.coupon, args.reason, operator(), now())
    if isinstance(answer, Refusal):
        return _refused(answer, out)
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
        return _refused(look, out)
    out.line(f"【{look.terms.title}】{worth(look.terms)}")
    for rule in rules(look.terms):
        out.line(rule)
    out.put(coupon_id=look.copy.id, state=look.copy.state, is_good=look.no is None, discount_fen=look.discount_fen)
    if look.no is not None:
        return _refused(look.no, out)
    out.line(f"可用{f'，减 {yuan(look.discount_fen)}' if look.discount_fen else ''}")
    return Exit.DONE


def _refused(refusal: Refusal, out: Output) -> Exit:
    out.line(f"✗ {refusal.for_guide}")
    out.put(refused=refusal.code.value, figures=dict(refusal.figures), for_customer=refusal.for_customer)
    return Exit.COULD_NOT


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
