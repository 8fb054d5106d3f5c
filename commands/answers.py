"""``answers import FILE|list|remove CODE|ask TEXT|unanswered``: what customers are answered, or asked in vain."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from campaigns.answers.base import AnswerBase, Found, suggested
from campaigns.answers.likeness import NEAR, THRESHOLD
from campaigns.answers.rows import COLUMNS, Answer
from campaigns.answers.storing import import_rows, list_answers, remove
from campaigns.answers.unanswered import as_json, list_unanswered
from commands.imported import tell_import
from commands.output import Exit, Output, table
from commands.wiring import database, read_installation
from core.clock import now
from guides.imports.csv_file import Layout, read_table

HELP = "stored answers: import FILE, list, remove CODE, ask TEXT (what would be answered, and why), unanswered"

_LAYOUT = Layout(
    fields=COLUMNS,
    required=("code", "question"),
    verbatim=frozenset({"code", "stores"}),
    longest={"code": 64, "question": 2000, "answer": 680},
)
_RUNNERS_UP = 4


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    importing = kinds.add_parser("import", help=f"CSV: {', '.join(COLUMNS)}")
    importing.add_argument("file", type=Path)
    kinds.add_parser("list", help="every stored answer")
    kinds.add_parser("remove", help="take one away").add_argument("code")
    asking = kinds.add_parser("ask", help="what a customer would be answered, and why")
    asking.add_argument("text")
    asking.add_argument("--store", default="", metavar="CODE", help="the customer's store (default: none)")
    unanswered = kinds.add_parser("unanswered", help="what customers asked in vain, grouped, the most asked first")
    unanswered.add_argument("--days", type=int, default=30, choices=range(1, 366), metavar="1-365")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    async with database(read_installation()):
        match args.what:
            case "import":
                return await _import(args.file, out)
            case "remove":
                removed = await remove(args.code)
                out.line(f"{removed.code}: removed, with {len(removed.questions)} question(s)")
                out.put(removed=removed.code)
            case "ask":
                await _ask(args.text, args.store, out)
            case "unanswered":
                await _unanswered(args.days, out)
            case _:
                await _list(out)
    return Exit.DONE


async def _import(file: Path, out: Output) -> Exit:
    found = read_table(file, _LAYOUT, {})
    done = await import_rows([row.values for row in found.rows], now(), [row.number for row in found.rows])
    return tell_import(file, done, found.rejected, out)


async def _list(out: Output) -> None:
    answers = await list_answers()
    heads = ["code", "questions", "answer", "valid", "stores"]
    out.line(
        table([[a.code, "|".join(a.questions), a.words, _days(a), "|".join(sorted(a.stores))] for a in answers], heads)
    )
    out.put(
        answers=[
            {
                "code": a.code, "questions": list(a.questions), "answer": a.words,
                "valid_from": a.valid_from and a.valid_from.isoformat(),
                "valid_until": a.valid_until and a.valid_until.isoformat(), "stores": sorted(a.stores),
            }
            for a in answers
        ]
    )  # fmt: skip


def _days(answer: Answer) -> str:
    if not answer.valid_from and not answer.valid_until:
        return "always"
    return f"{answer.valid_from or ''}–{answer.valid_until or ''}"


async def _ask(text: str, store: str, out: Output) -> None:
    base = AnswerBase()
    await base.refresh()
    found = base.find(text, now(), store)
    best = found[0] if found else None
    if best and best.is_sure:
        out.line(f"answered by {best.answer.code}: {best.answer.words}")
    elif near := suggested(found):
        out.line(f"suggested: {' / '.join(near)}")
    else:
        out.line("nothing comes near: the customer is told so" if len(base) else "no answers are stored")
    out.line(f"answered from {THRESHOLD:.2f} on, suggested from {NEAR:.2f} on; best first:")
    for each in found[: 1 + _RUNNERS_UP]:
        out.line(f"  {_why(each)}")
    out.put(
        answered=best.answer.code if best and best.is_sure else None, threshold=THRESHOLD, near=NEAR,
        found=[
            {
                "code": each.answer.code, "question": each.question, "score": round(each.like.score, 3),
                "terms": list(each.like.terms), "clash": each.like.clash or None,
                "signs": {name: round(value, 3) for name, value in each.like.signs._asdict().items()},
            }
            for each in found[: 1 + _RUNNERS_UP]
        ],
    )  # fmt: skip


def _why(found: Found) -> str:
    clash = f", but they differ in {found.like.clash}" if found.like.clash else ""
    both = " ".join(found.like.terms) or "single characters only"
    return f"{found.like.score:.2f} {found.answer.code} “{found.question}”: both say {both}{clash}"


async def _unanswered(days: int, out: Output) -> None:
    base = AnswerBase()
    await base.refresh()
    moment = now()
    groups = await list_unanswered(base, moment - timedelta(days=days), moment)
    out.line(f"{len(groups)} group(s) of questions without an answer in {days} day(s)")
    for group in groups:
        near = f" — nearest: {group.nearest.answer.code} ({group.nearest.like.score:.2f})" if group.nearest else ""
        out.line(f"  {group.customers} customer(s), {group.times} time(s): {' / '.join(group.examples)}{near}")
    out.put(days=days, groups=[as_json(group) for group in groups])
