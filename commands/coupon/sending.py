"""``coupon near|send``: how many are around a store, and an offer sent to people with a copy for each."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.coupons.claiming.issuing import Near
from campaigns.coupons.codes import Codes
from campaigns.coupons.money import yuan
from campaigns.coupons.offers.templates import Stored, get_template
from campaigns.coupons.sending.around import Around, Counted, find_around
from campaigns.coupons.sending.audiences import Ids, everybody, find_customers, find_tag, holders_of, these
from campaigns.coupons.sending.send import Outcome, Send
from campaigns.coupons.sending.send_form import Message, read_message
from campaigns.coupons.sending.sending import CouponSender, hold_key
from campaigns.toml_file import read_file
from commands.output import Exit, Output, table
from commands.wiring import Installation, operator
from core.clock import now
from core.errors import Invalid
from customers.tagging.removal import read_tag_key
from guides.care_tasks import CareTasks

LINES = ("near", "send")

_PAGE = "docs/coupons.md"
_KEY = re.compile(r"[\w-]{1,40}")
_NO_CODE = "XXXX-XXXX-XXXX-XXXX"


def arguments(what: Any) -> None:
    """Their lines."""
    near = what.add_parser("near", help="how many customers were around a store lately, as exactly as can be known")
    near.add_argument("store", metavar="STORE")
    _within(near, required=True)
    near.add_argument("--list", action="store_true", help="who they are; goes into the audit")
    near.add_argument("--limit", type=int, default=50, metavar="N", help="people listed (default 50)")
    send = what.add_parser("send", help="send people a message and a copy each; the same key never twice to anybody")
    send.add_argument("code", metavar="TEMPLATE")
    send.add_argument("--key", required=True, metavar="NAME", help="names this send: again with it goes on with it")
    whom = send.add_mutually_exclusive_group(required=True)
    whom.add_argument("--near", metavar="STORE", help="who was around this store, with --within")
    whom.add_argument("--tag", metavar="GROUP/TAG", help="who has this tag")
    whom.add_argument("--openid", action="append", metavar="OPENID", help="these; may be repeated")
    whom.add_argument("--all", action="store_true", help="every customer")
    _within(send, required=False)
    send.add_argument("--words", type=Path, metavar="FILE.toml", help="account, class and options, as in a care rule")
    send.add_argument("--account", metavar="KEY")
    send.add_argument("--class", dest="contact_class", metavar="marketing|care")
    send.add_argument("--option", action="append", default=[], metavar="CHANNEL=WORDS", help="most wanted first")
    send.add_argument("--dry-run", action="store_true", help="whom it would reach and with which words; does nothing")


def _within(parser: argparse.ArgumentParser, *, required: bool) -> None:
    parser.add_argument("--within", type=int, required=required, metavar="METRES")


async def run(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    """One of ``LINES``."""
    return await (_near(args, installation, out) if args.what == "near" else _send(args, installation, out))


# ── who is near ──────────────────────────────────────────────────────────────────────────────────────────────────
async def _near(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    around = await find_around(args.store, args.within, installation.settings.brand.place_cell_m)
    if args.limit < 1:
        raise Invalid("--limit", f"{args.limit} is no number of people", "write 1 or more")
    counted = await around.count(now())
    _tell_around(around, counted, out)
    out.put(store=args.store, within_m=args.within)
    if args.list:
        people = await around.show(args.limit, operator(), now())
        rows = [[str(each.id), each.name] for each in people]
        out.line(table(rows, ["customer", "name"]) if rows else "nobody")
        out.put(people=[{"customer_id": each.id, "name": each.name} for each in people])
    return Exit.DONE


def _tell_around(around: Around, counted: Counted, out: Output) -> None:
    store = f"{around.store.code} {around.store.name}".strip()
    band = f"{counted.least} to {counted.most}, as places are kept to ±{counted.error_m:.0f} m"
    out.line(f"{counted.count} customers were within {around.within_m} m of {store} ({band}, with consent, for a time)")
    out.put(count=counted.count, least=counted.least, most=counted.most, error_m=counted.error_m)


# ── sending ──────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Audience:
    """Whom it is for: in words for the audit, and streamed as often as asked."""

    told: str
    stream: Callable[[], Ids]
    around: Around | None = None


async def _send(args: argparse.Namespace, installation: Installation, out: Output) -> Exit:
    if not _KEY.fullmatch(args.key):
        raise Invalid("--key", f"{args.key!r} is no name", "write 1 to 40 letters, digits, _ or -, such as 双十一")
    message = read_message(_form(args), installation.accounts)
    stored = await get_template(args.code)
    audience = await _audience(args, installation.settings.brand.place_cell_m)
    send = _what(args, stored, message, audience.around)
    accounts = {account.app_id: account for account in installation.accounts.values()}
    brand = installation.settings.brand.name
    codes = Codes(installation.secret_key)
    sender = CouponSender(codes, accounts, installation.contact_rules, CareTasks(), brand)
    if args.dry_run:
        outcome = await sender.look(send, audience.stream())
        await _show_look(send, stored, audience, brand, out)
    else:
        await hold_key(send, audience.told, operator(), now())
        outcome = await sender.send(send, audience.stream())
    _show(outcome, args.dry_run, out)
    out.put(key=args.key, template=args.code, dry_run=args.dry_run)
    return Exit.PARTLY if outcome.closed else Exit.DONE


def _form(args: argparse.Namespace) -> dict[str, Any]:
    """What is said: the fields of the file, then the options of the line."""
    form = read_file(args.words, _PAGE) if args.words else {}
    said = {"account": args.account, "class": args.contact_class}
    form |= {field: value for field, value in said.items() if value is not None}
    if args.option:
        form["options"] = [_option(each) for each in args.option]
    return form


def _option(text: str) -> dict[str, str]:
    channel, separator, words = text.partition("=")
    if not channel or not separator:
        raise Invalid("--option", f"{text!r} has no =", "write CHANNEL=WORDS")
    return {"channel": channel.strip(), "words" if channel.strip() == "guide_task" else "text": words.strip()}


async def _audience(args: argparse.Namespace, cell_m: float) -> _Audience:
    if args.near is None and args.within is not None:
        raise Invalid("--within", "is a distance from a store", "add --near STORE, or leave it out")
    if args.near is not None:
        if args.within is None:
            raise Invalid("--within", "is missing", "say how many metres around the store, such as --within 3000")
        around = await find_around(args.near, args.within, cell_m)
        return _Audience(f"near {args.near} within {args.within} m", lambda: around.stream(now()), around)
    if args.tag is not None:
        tag_id = await find_tag(*read_tag_key(args.tag))
        return _Audience(f"tag {args.tag}", lambda: holders_of(tag_id))
    if args.openid:
        ids = await find_customers(args.openid)
        return _Audience(f"{len(ids)} named", lambda: these(ids))
    return _Audience("all", everybody)


def _what(args: argparse.Namespace, stored: Stored, message: Message, around: Around | None) -> Send:
    radius_m = stored.offer.terms.radius_m
    if radius_m and around is None:
        raise Invalid("radius_m", f"{args.code} is for people within {radius_m} m of a store", "send it with --near")
    if around is None:
        return Send(args.key, args.code, message)
    if radius_m and args.within > radius_m:
        raise Invalid("--within", f"{args.code} is for people within {radius_m} m of a store", "write that or less")
    near = Near(around.store.name, float(args.within), around.store.code)
    return Send(args.key, args.code, message, around.store.name, near)


async def _show_look(send: Send, stored: Stored, audience: _Audience, brand: str, out: Output) -> None:
    if audience.around is not None:
        counted = await audience.around.count(now())
        _tell_around(audience.around, counted, out)
    moment = now()
    left = stored.offer.stock - stored.issued
    budget = stored.offer.budget_fen
    money = f", {yuan(budget - stored.exposure_fen)} of the budget" if budget is not None else ""
    out.line(f"{stored.offer.code} is {stored.state.value}: {left} copies left{money}")
    sample = send.words(stored.offer.terms, None, brand, _NO_CODE, stored.offer.terms.span(moment)[1])
    for option in sample:
        said = option["payload"].get("data") or option["payload"]
        out.line(f"{option['channel']}: {' / '.join(str(text) for text in said.values())}")
    out.put(left=left, sample=sample)


def _show(outcome: Outcome, is_look: bool, out: Output) -> None:
    will = "would hear" if is_look else "will hear"
    out.line(f"{outcome.hears.total()} {will}, with a copy each{_say(outcome.hears)}")
    for count, told in (
        (outcome.refused, "not, by the contact policy; no copy"),
        (outcome.denied, "not, by the offer's rules"),
    ):
        if count:
            out.line(f"{count.total()} {told}{_say(count)}")
    if outcome.there:
        out.line(f"{outcome.there} had their turn in this send before")
    if outcome.elsewhere:
        out.line(f"{outcome.elsewhere} are not known on this account")
    if outcome.closed:
        out.line(f"{outcome.rest} got nothing: {outcome.closed.for_guide}")
        out.line("when there is more: the same line with the same --key goes on with them")
    out.put(
        hears=dict(outcome.hears), refused=dict(outcome.refused), denied=dict(outcome.denied), there=outcome.there,
        elsewhere=outcome.elsewhere, rest=outcome.rest, closed=outcome.closed.code.value if outcome.closed else None,
    )  # fmt: skip


def _say(counts: Any) -> str:
    said = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    return f": {said}" if said else ""
