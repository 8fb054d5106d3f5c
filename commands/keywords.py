"""``keywords import FILE|list|remove WORD``: replies HQ configures; every process knows them within a second."""

from __future__ import annotations

import argparse
from pathlib import Path

from campaigns.keyword_replies import import_rows, list_rules, remove
from commands.imported import tell_import
from commands.output import Exit, Output, table
from commands.wiring import database, read_installation
from guides.imports.csv_file import Layout, read_table

HELP = "configured replies: import FILE (keyword,match,reply), list, remove WORD"

_LAYOUT = Layout(
    fields=("keyword", "match", "reply"),
    required=("keyword", "match", "reply"),
    verbatim=frozenset(),
    longest={"keyword": 64, "reply": 600},
)


def arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="what", required=True)
    kinds.add_parser("import", help="CSV: keyword, match (exact or contains), reply").add_argument("file", type=Path)
    kinds.add_parser("list", help="every configured reply")
    kinds.add_parser("remove", help="take one away").add_argument("word")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    async with database(read_installation()):
        match args.what:
            case "import":
                return await _import(args.file, out)
            case "remove":
                out.line(f"{args.word}: {await remove(args.word)} reply removed")
                out.put(removed=args.word)
            case _:
                rules = await list_rules()
                out.line(table([[r.keyword, r.match, r.reply] for r in rules], ["keyword", "match", "reply"]))
                out.put(replies=[{"keyword": r.keyword, "match": r.match, "reply": r.reply} for r in rules])
    return Exit.DONE


async def _import(file: Path, out: Output) -> Exit:
    found = read_table(file, _LAYOUT, {})
    done = await import_rows([row.values for row in found.rows], [row.number for row in found.rows])
    return tell_import(file, done, found.rejected, out)
