"""``worker``: sends deliveries, projects the journal, keeps promises with a date; no web."""

from __future__ import annotations

import argparse

from commands.output import Exit, Output
from commands.server import serve

HELP = "send deliveries and project the journal, without web (PostgreSQL)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


async def run(args: argparse.Namespace, out: Output) -> Exit:
    return await serve(out, web=False, worker=True)
