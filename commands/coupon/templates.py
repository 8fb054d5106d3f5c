"""``coupon list|add|set|show|publish|pause|end``: offers as HQ lays them out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from campaigns.coupons.money import yuan
from campaigns.coupons.offers.template_form import form_of
from campaigns.coupons.offers.templates import (
    Stored,
    add_template,
    get_template,
    list_templates,
    set_template,
    step_template,
)
from campaigns.coupons.words import rules, worth
from campaigns.toml_file import read_file, write_toml
from commands.output import Exit, Output, table
from commands.wiring import operator
from core.clock import now

LINES = ("list", "add", "set", "show", "publish", "pause", "end")

_PAGE = "docs/coupons.md"


def arguments(what: Any) -> None:
    """Their lines."""
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


async def run(args: argparse.Namespace, out: Output) -> Exit:
    """One of ``LINES``."""
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
