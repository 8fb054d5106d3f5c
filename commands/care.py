"""``care list|add|set|on|off|show|remove|preview``: why customers hear from the brand by itself, and when."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from campaigns.care.kind import Rule
from campaigns.care.planner import ReadyRule, find_next_fire, fires_on, prepare
from campaigns.care.preview import Line, Outcome, preview
from campaigns.care.registry import all_kinds
from campaigns.care.rule_form import CLASSES, form_of
from campaigns.care.rules import add_rule, get_rule, list_rules, note_seen, remove_rule, set_rule, switch_rule
from campaigns.toml_file import read_file, write_toml
from commands.output import Exit, Output, table
from commands.wiring import Installation, database, operator, read_installation
from core.clock import BRAND_ZONE, local, now
from core.errors import Invalid
from delivery.policy.quiet_hours import find_end

HELP = "care rules: list, add, set, on, off, show, remove, preview"

_WORDS_SHOWN = 40
_PAGE = "docs/care.md"


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("list", help="every rule, and when it falls due next")
    add = what.add_parser("add", help="a new rule, switched off: from a file, options, or both (options win)")
    add.add_argument("file", type=Path, nargs="?", metavar="FILE.toml")
    add.add_argument("--name")
    add.add_argument("--kind", help=", ".join(all_kinds()))
    _field_arguments(add)
    change = what.add_parser("set", help="change fields of a rule; in force at once where it is on")
    change.add_argument("name", metavar="RULE")
    change.add_argument("--file", type=Path, metavar="FILE.toml", help="every field this file names")
    _field_arguments(change)
    for name, told in (
        ("on", "switch a rule on"),
        ("off", "switch a rule off; what it planned and has not sent is not sent"),
        ("show", "a rule as a file that add takes"),
        ("remove", "take a rule away"),
    ):
        what.add_parser(name, help=told).add_argument("name", metavar="RULE")
    look = what.add_parser("preview", help="who would hear what on a day, who would not and why; sends nothing")
    look.add_argument("name", metavar="RULE")
    look.add_argument("--on", type=_day, required=True, metavar="YYYY-MM-DD")
    look.add_argument("--limit", type=int, default=50, metavar="N", help="people shown; all are counted (default 50)")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write YYYY-MM-DD") from None


def _field_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", metavar="KEY")
    parser.add_argument("--at", metavar="HH:MM")
    parser.add_argument("--class", dest="contact_class", metavar="|".join(CLASSES))
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="NAME= takes one away")
    words = "most wanted first; channels with a template of WeChat's need a file"
    parser.add_argument("--option", action="append", default=[], metavar="CHANNEL=WORDS", help=words)


async def run(args: argparse.Namespace, out: Output) -> Exit:
    installation = read_installation()
    async with database(installation):
        match args.what:
            case "list":
                await _list(installation, out)
            case "add":
                rule = await add_rule(_form(args, {}), installation.accounts, operator(), now())
                out.line(f"{rule.name} added, switched off. Look: care preview {rule.name} --on {_today()}")
                _tell(rule, installation, out)
            case "set":
                await _set(args, installation, out)
            case "on" | "off":
                await _switch(args, installation, out)
            case "show":
                _tell(await get_rule(args.name), installation, out)
            case "remove":
                await remove_rule(args.name, operator(), now())
                out.line(f"{args.name} removed")
                out.put(removed=args.name)
            case _:
                await _preview(args, installation, out)
    return Exit.DONE


# ── what the line says ───────────────────────────────────────────────────────────────────────────────────────────
def _form(args: argparse.Namespace, before: Mapping[str, Any]) -> dict[str, Any]:
    """The fields the line gives: those of the file, then the options; single settings join those of ``before``."""
    form = read_file(args.file, _PAGE) if args.file else {}
    said = {"account": args.account, "at": args.at, "class": args.contact_class}
    if args.what == "add":
        said |= {"name": args.name, "kind": args.kind}
    form |= {field: value for field, value in said.items() if value is not None}
    if args.setting:
        settings = dict(form.get("settings", before.get("settings", {})))
        for name, value in (_pair("--setting", each) for each in args.setting):
            settings[name] = int(value) if value.isascii() and value.isdigit() else value
        form["settings"] = {name: value for name, value in settings.items() if value != ""}
    if args.option:
        form["options"] = [_option(*_pair("--option", each)) for each in args.option]
    return form


def _pair(field: str, text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not name or not separator:
        raise Invalid(field, f"{text!r} has no =", "write NAME=VALUE")
    return name.strip(), value.strip()


def _option(channel: str, words: str) -> dict[str, str]:
    return {"channel": channel, "words" if channel == "guide_task" else "text": words}


def _today() -> date:
    return now().astimezone(BRAND_ZONE).date()


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────
async def _set(args: argparse.Namespace, installation: Installation, out: Output) -> None:
    before = form_of(await get_rule(args.name))
    differing = await set_rule(args.name, _form(args, before), installation.accounts, operator(), now())
    out.line(f"{args.name}: {', '.join(differing)} changed" if differing else f"{args.name} is so already")
    _tell(await get_rule(args.name), installation, out)
    out.put(changed=differing)


async def _switch(args: argparse.Namespace, installation: Installation, out: Output) -> None:
    if args.what == "on":
        _ready(await get_rule(args.name), installation)
    has_changed = await switch_rule(args.name, args.what == "on", operator(), now())
    rule = await get_rule(args.name)
    out.line(f"{args.name} is {args.what}{'' if has_changed else ' already'}")
    if args.what == "on":
        out.line(f"falls due next {_say(find_next_fire(_ready(rule, installation), now()))}")
    out.put(name=rule.name, is_on=rule.on_since is not None)


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────
async def _list(installation: Installation, out: Output) -> None:
    rules = await list_rules()
    told = [{**_told(rule, installation), "channels": [o["channel"] for o in rule.options]} for rule in rules]
    header = ["name", "kind", "class", "account", "state", "next", "channels"]
    rows = [
        [r["name"], r["kind"], r["class"], r["account"], _state(r["is_on"]), r["next"], ", ".join(r["channels"])]
        for r in told
    ]
    out.line(table(rows, header) if rows else "no rule yet: see docs/care.md, and campaigns/care/examples/")
    out.put(rules=told)


def _tell(rule: Rule, installation: Installation, out: Output) -> None:
    told = _told(rule, installation)
    out.line(f"# {_state(told['is_on'])}, falls due next {told['next']}")
    out.line(write_toml(form_of(rule)))
    contact = installation.contact_rules
    if rule.at and find_end(datetime.combine(_today(), rule.at, BRAND_ZONE), contact.quiet_from, contact.quiet_until):
        quiet = f"{contact.quiet_from:%H:%M} to {contact.quiet_until:%H:%M}"
        out.line(f"! {rule.at:%H:%M} lies in the quiet hours ({quiet}): what keeps for a day only is not sent at all")
    out.put(rule=form_of(rule), is_on=told["is_on"], next_at=told["next_at"])


def _told(rule: Rule, installation: Installation) -> dict[str, Any]:
    """A rule in a line; one that cannot be used any more says why instead of when."""
    try:
        next_at = find_next_fire(_ready(rule, installation), now())
        words = _say(next_at)
    except Invalid as fault:
        next_at, words = None, f"never: {fault}"
    return {
        "name": rule.name,
        "kind": rule.kind,
        "class": rule.contact_class.value,
        "account": rule.account,
        "is_on": rule.on_since is not None,
        "next": words,
        "next_at": next_at.isoformat() if next_at else None,
    }


def _ready(rule: Rule, installation: Installation) -> ReadyRule:
    return prepare(rule, installation.account(rule.account))


def _state(is_on: bool) -> str:
    return "on" if is_on else "off"


def _say(at: datetime | None) -> str:
    return local(at) if at else "in more than a year"


async def _preview(args: argparse.Namespace, installation: Installation, out: Output) -> None:
    ready = _ready(await get_rule(args.name), installation)
    if args.limit < 0:
        raise Invalid("--limit", f"{args.limit} is no number of people", "write 0 or more")
    shown: list[Line] = []
    outcomes: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    brand = installation.settings.brand.name
    async for lines in preview(ready, args.on, brand, installation.accounts, installation.contact_rules):
        shown += lines[: args.limit - len(shown)]
        outcomes.update(line.outcome.value for line in lines)
        channels.update(line.channel for line in lines if line.outcome is Outcome.HEARS)
        reasons.update(line.reason for line in lines if line.outcome in (Outcome.WAITS, Outcome.DOES_NOT))
    await note_seen(args.name, args.on.isoformat(), len(shown), operator(), now())
    fires = fires_on(ready, args.on)
    if not fires:
        out.line(f"{args.name} does not fall due on {args.on}; next {_say(find_next_fire(ready, now()))}")
    else:
        _show_people(shown, outcomes, channels, reasons, out)
    out.put(
        rule=args.name, on=args.on.isoformat(), fires=[at.isoformat() for at in fires], outcomes=dict(outcomes),
        channels=dict(channels), reasons=dict(reasons), left_out=outcomes.total() - len(shown),
        people=[_person(line) for line in shown],
    )  # fmt: skip


def _show_people(
    shown: list[Line], outcomes: Counter[str], channels: Counter[str], reasons: Counter[str], out: Output
) -> None:
    rows = [[str(line.customer_id), line.name, _outcome(line), line.channel, _short(line.words)] for line in shown]
    if rows:
        out.line(table(rows, ["customer", "name", "outcome", "channel", "words"]))
    if left := outcomes.total() - len(shown):
        out.line(f"… and {left} more; --limit shows them")
    for title, counts in (("outcomes", outcomes), ("by channel", channels), ("not, because", reasons)):
        if counts:
            out.line(f"{title}: {', '.join(f'{name} {count}' for name, count in counts.most_common())}")
    if not outcomes:
        out.line("nobody is due on that day")


def _outcome(line: Line) -> str:
    if line.outcome is Outcome.WAITS and line.again_at:
        return f"waits until {local(line.again_at)}"
    return f"{line.outcome}: {line.reason}" if line.outcome is Outcome.DOES_NOT else line.outcome.value


def _short(words: str) -> str:
    return words if len(words) <= _WORDS_SHOWN else words[: _WORDS_SHOWN - 1] + "…"


def _person(line: Line) -> dict[str, Any]:
    again_at = line.again_at.isoformat() if line.again_at else None
    return {**line._asdict(), "at": line.at.isoformat(), "again_at": again_at}
