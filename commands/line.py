"""Finds the command, runs it, and turns what went wrong into words and an exit code.

Only the command asked for is imported: all of them, with the web and the database, take more than a second.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import uvloop

import commands
from commands.output import Exit, Output

_NOT_COMMANDS = {"checks", "failures", "imported", "line", "logs", "output", "parts", "sending", "server", "wiring"}


class _WrongUsage(Exception):
    """The line cannot be understood; the message says why."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise _WrongUsage(f"{self.prog}: {message}")


def find_commands() -> dict[str, str]:
    """Every command's module by the command's name, none imported: the file's name, ``import_`` for ``import``."""
    names = [m.name for m in pkgutil.iter_modules(commands.__path__) if m.name not in _NOT_COMMANDS]
    return {name.rstrip("_"): f"commands.{name}" for name in sorted(names)}


def build_parser(asked: str = "") -> argparse.ArgumentParser:
    """The line of the command asked for; where that is none (help, wrong usage), of all. Each takes ``--json``."""
    parser = _Parser(prog="main.py", description="Zhiji 知己: social CRM for retail brands on WeChat")
    kinds = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    found = find_commands()
    for name in [asked] if asked in found else found:
        module = importlib.import_module(found[name])
        command = kinds.add_parser(name, help=module.HELP, description=module.HELP)
        module.arguments(command)
        _offer_json(command)
        command.set_defaults(run=module.run)
    return parser


def _offer_json(parser: argparse.ArgumentParser) -> None:
    nested = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for action in nested:
        for choice in action.choices.values():
            _offer_json(choice)
    if not nested:
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")


def run_line(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit code."""
    out = Output(as_json="--json" in arguments)
    try:
        args = build_parser(next(iter(arguments), "")).parse_args(arguments)
        code = uvloop.run(_run(args, out))
    except _WrongUsage as error:
        out.problem(str(error))
        code = Exit.USAGE
    except KeyboardInterrupt:
        code = Exit.COULD_NOT
    except Exception as error:
        from commands.failures import tell_failure  # what it needs is slow to import, and seldom needed

        tell_failure(error, out)
        code = Exit.COULD_NOT
    out.close(code)
    return int(code)


async def _run(args: Any, out: Output) -> Exit:
    code: Exit = await args.run(args, out)
    return code
