"""``serve``: webhook and API, with an embedded worker unless ``--no-worker``."""

from __future__ import annotations

import argparse

from commands.output import Exit, Output
from commands.server import serve

HELP = "serve webhook and API, with an embedded worker"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-worker", action="store_true", help="leave sending and projecting to worker processes")


async def run(args: argparse.Namespace, out: Output) -> Exit:
    return await serve(out, web=True, worker=not args.no_worker)
