"""``lexicon check|import|export|list|history|undo|add|remove|adopt|diff|discover``: the words that tags come from."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands.lexicon.trying import positive, show_difference, show_new_words
from commands.output import Exit, Output, table
from commands.wiring import database, operator, read_installation
from core.clock import local, now
from core.errors import Invalid
from customers.tagging.editions import Change, Edition, edit, find_live, get_edition, list_editions, store, undo
from customers.tagging.lexicon import Lexicon, LexiconInvalid
from customers.tagging.lexicon_csv import write_csv
from customers.tagging.lexicon_document import write_toml
from customers.tagging.lexicon_edits import add_words, remove_words
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.live import live_lexicon

HELP = "the lexicon: check, import, export, list, history, undo, add, remove, adopt, diff, discover"

_NEXT = "new messages are tagged with it in every process within a second; for those already there: replay tags"


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True)
    file = "one TOML or CSV file, or a folder with a TOML file a group; see docs/tagging.md"
    check = what.add_parser("check", help="whether a lexicon can be used, and all that is wrong with it; no database")
    check.add_argument("file", type=Path, metavar="FILE", help=file)
    import_ = what.add_parser("import", help="make a lexicon live, in place of all that is there")
    import_.add_argument("file", type=Path, metavar="FILE", help=file)
    import_.add_argument("--note", default="", metavar="TEXT", help="for the history")
    export = what.add_parser("export", help="the live lexicon as a file that import takes")
    export.add_argument("file", type=Path, metavar="FILE.toml|FILE.csv")
    export.add_argument("--edition", type=int, metavar="ID", help="an earlier one, as history numbers them")
    export.add_argument("--force", action="store_true", help="overwrite the file")
    what.add_parser("list", help="every group and tag with how many words, and who made it live")
    history = what.add_parser("history", help="who made which edition live, newest first")
    history.add_argument("--limit", type=int, default=20, metavar="N")
    what.add_parser("undo", help="make live again what was live before the last change; once more: back again")
    add = what.add_parser("add", help="words for a tag, or vocabulary for names that speak for none")
    add.add_argument("place", metavar="GROUP/TAG|vocabulary")
    add.add_argument("words", nargs="+", metavar="WORD")
    adopt = what.add_parser("adopt", help="a word that discover found, for a tag")
    adopt.add_argument("word", metavar="WORD")
    adopt.add_argument("place", metavar="GROUP/TAG|vocabulary")
    for command in (add, adopt):
        command.add_argument("--new-tag", action="store_true", help="make the tag, which is not there yet")
    remove = what.add_parser("remove", help="take words away, wherever they stand")
    remove.add_argument("words", nargs="+", metavar="WORD")
    diff = what.add_parser("diff", help="who would gain or lose which tag if this lexicon were live; changes nothing")
    diff.add_argument("file", type=Path, metavar="FILE", help=file)
    diff.add_argument("--days", type=int, metavar="N", help="only customers who wrote within so many days")
    diff.add_argument("--samples", type=int, default=5, metavar="N", help="customers shown of a tag (default 5)")
    found = what.add_parser(
        "discover", help="words customers have begun to use that no tag covers, and where to put them"
    )
    found.add_argument("--days", type=int, default=7, metavar="N", help="the days looked at (default 7)")
    found.add_argument("--background-days", type=int, default=60, metavar="N", help="those before (default 60)")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    try:
        if args.what == "check":
            _say_sound(args.file, load_lexicon(args.file), out)
            return Exit.DONE
        installation = read_installation()
        async with database(installation):
            return await _run(args, out)
    except LexiconInvalid as error:
        for fault in error.faults:
            out.fault(Invalid(fault.place, fault.problem, fault.remedy))
        return Exit.COULD_NOT


async def _run(args: argparse.Namespace, out: Output) -> Exit:
    match args.what:
        case "import":
            _tell(await store(load_lexicon(args.file), operator(), now(), args.note), out)
        case "export":
            await _export(args, out)
        case "list":
            await _list(out)
        case "history":
            await _history(args.limit, out)
        case "undo":
            _tell(await undo(operator(), now()), out)
        case "diff":
            await show_difference(args, out)
        case "discover":
            await show_new_words(args, out)
        case _:
            await _edit(args, out)
    return Exit.DONE


# ── changing ─────────────────────────────────────────────────────────────────────────────────────────────────────
async def _edit(args: argparse.Namespace, out: Output) -> None:
    change: Callable[[Lexicon], Lexicon]
    if args.what == "remove":
        words = args.words
        change, note = (lambda live: remove_words(live, words)), f"remove {' '.join(words)}"
    else:
        words = [args.word] if args.what == "adopt" else args.words
        change = lambda live: add_words(live, args.place, words, is_new_tag=args.new_tag)  # noqa: E731
        note = f"{args.what} {args.place} {' '.join(words)}"
    done = await edit(change, operator(), now(), note if len(note) <= 128 else note[:127] + "…")
    out.put(edited=words)
    _tell(done, out)


def _tell(done: Change, out: Output) -> None:
    if done.has_changed:
        out.line(f"lexicon {done.lexicon.version} is live: {_sum(done.lexicon)}")
        out.line(f"it was {done.version_before}; words: {done.added:,} added, {done.removed:,} removed")
        if done.edition and done.edition.note:
            out.line(f"edition {done.edition.id}: {done.edition.note}")
        out.line(_NEXT)
    else:
        out.line(f"nothing changed: lexicon {done.lexicon.version} is live already, word for word")
    out.put(
        version=done.lexicon.version, version_before=done.version_before, changed=done.has_changed,
        edition=_edition(done.edition), added=done.added, removed=done.removed, **_counts(done.lexicon),
    )  # fmt: skip


def _say_sound(file: Path, lexicon: Lexicon, out: Output) -> None:
    out.line(f"{file} is sound: {_sum(lexicon)}; version {lexicon.version}")
    out.put(version=lexicon.version, **_counts(lexicon))


def _counts(lexicon: Lexicon) -> dict[str, int]:
    rules = list(lexicon.rules())
    words = sum(len(rule.words) for rule in rules)
    return {"groups": len(lexicon.groups), "tags": len(rules), "words": words, "vocabulary": len(lexicon.vocabulary)}


def _sum(lexicon: Lexicon) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in _counts(lexicon).items() if count or what != "vocabulary")


# ── looking ──────────────────────────────────────────────────────────────────────────────────────────────────────
async def _export(args: argparse.Namespace, out: Output) -> None:
    lexicon = await live_lexicon() if args.edition is None else await get_edition(args.edition)
    is_table = args.file.suffix.lower() == ".csv"
    if not is_table and args.file.suffix.lower() != ".toml":
        raise Invalid("FILE", f"{args.file} is no .toml and no .csv file", "name FILE.toml or FILE.csv")
    encoding = "utf-8-sig" if is_table else "utf-8"  # without the mark Excel takes Chinese for something else
    try:
        with args.file.open("w" if args.force else "x", encoding=encoding, newline="") as file:
            file.write(write_csv(lexicon) if is_table else write_toml(lexicon))
    except FileExistsError:
        raise Invalid("FILE", f"{args.file} is there already", "name another, or add --force") from None
    except OSError as error:
        raise Invalid("FILE", f"{args.file} cannot be written ({error.strerror})", "name a file of yours") from None
    out.line(f"{args.file}: lexicon {lexicon.version}, {_sum(lexicon)}")
    out.line(f"edit it, then look what it would change: lexicon diff {args.file}")
    out.put(file=str(args.file), version=lexicon.version, **_counts(lexicon))


async def _list(out: Output) -> None:
    lexicon, edition = await live_lexicon(), await find_live()
    for group in lexicon.groups.values():
        kinds = [group.kind.value, f"half-life {group.half_life_days:g} days"]
        kinds += [word for word, is_so in (("one at a time", group.exclusive), ("personal", group.personal)) if is_so]
        out.line(f"{group.label} {group.key}: {', '.join(kinds)}")
        out.line(f"  {', '.join(f'{tag.name} {len(tag.words)}' for tag in group.tags)}")
    out.line(f"lexicon {lexicon.version}: {_sum(lexicon)}")
    if edition:
        out.line(f"live since {local(edition.made_at)} by {edition.made_by} {f'({edition.note})' * bool(edition.note)}")
    else:
        out.line("the starter files, never changed")
    out.put(
        version=lexicon.version, edition=_edition(edition), **_counts(lexicon), vocabulary_words=lexicon.vocabulary,
        taxonomy=[
            {
                "group": group.key, "label": group.label, "kind": group.kind.value, "exclusive": group.exclusive,
                "half_life_days": group.half_life_days, "personal": group.personal,
                "tags": [{"name": t.name, "words": len(t.words), "weight": t.weight} for t in group.tags],
            }
            for group in lexicon.groups.values()
        ],
    )  # fmt: skip


async def _history(limit: int, out: Output) -> None:
    editions = await list_editions(positive("--limit", limit))
    rows = [[str(e.id), e.version, local(e.made_at), e.made_by, e.note] for e in editions]
    head = ["edition", "version", "live since", "by", "note"]
    out.line(table(rows, head) if rows else "the starter files are live, and were never changed")
    out.put(editions=[_edition(edition) for edition in editions])


def _edition(edition: Edition | None) -> dict[str, Any] | None:
    if edition is None:
        return None
    return {
        "id": edition.id, "version": edition.version, "made_at": edition.made_at.isoformat(),
        "made_by": edition.made_by, "note": edition.note,
    }  # fmt: skip
