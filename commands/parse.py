"""``parse FILE…``: what the edge makes of push bodies; needs neither settings nor database."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from bot.channels.parse_file import parse_file
from commands.output import Exit, Output
from core.accounts import AccountKind

HELP = "what the edge makes of push bodies: one JSON object a line and file"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--kind", type=AccountKind, choices=list(AccountKind), help="whose push it is, if known")
    parser.add_argument("--aes-key", metavar="K", help="EncodingAESKey, 43 characters, for encrypted bodies")
    parser.add_argument("--app-id", metavar="A", help="the app id an encrypted body must name")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    accepted = 0
    for file in args.files:
        verdict = parse_file(file, args.kind, args.aes_key, args.app_id)
        accepted += bool(verdict["accepted"])
        print(json.dumps(verdict, ensure_ascii=False), flush=True)
    refused = len(args.files) - accepted
    out.put(files=len(args.files), accepted=accepted, refused=refused)
    if not refused:
        return Exit.DONE
    return Exit.PARTLY if accepted else Exit.COULD_NOT
