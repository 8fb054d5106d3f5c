"""Finds the command, runs it, and turns what went wrong into words and an exit code."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

import uvloop
from tortoise.exceptions import DBConnectionError, OperationalError

import commands
from commands.logs import places
from commands.output import Exit, Output
from config.load import SettingsInvalid
from core.errors import ChannelError, Invalid, Refused, ZhijiError

_NOT_COMMANDS = {"checks", "line", "logs", "output", "server", "wiring"}


class _WrongUsage(Exception):
    """The line cannot be understood; the message says why."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise _WrongUsage(f"{self.prog}: {message}")


def find_commands() -> dict[str, ModuleType]:
    """Every command by its name: the file's name, ``import_`` for ``import``."""
    names = [m.name for m in pkgutil.iter_modules(commands.__path__) if m.name not in _NOT_COMMANDS]
    return {name.rstrip("_"): importlib.import_module(f"commands.{name}") for name in sorted(names)}


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Every command takes ``--json``."""
    parser = _Parser(prog="main.py", description="Zhiji 知己: social CRM for retail brands on WeChat")
    kinds = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name, module in find_commands().items():
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
        args = build_parser().parse_args(arguments)
        code = uvloop.run(_run(args, out))
    except _WrongUsage as error:
        out.problem(str(error))
        code = Exit.USAGE
    except SettingsInvalid as error:
        for fault in error.faults:
            out.fault(fault)
        code = Exit.COULD_NOT
    except Invalid as error:
        out.fault(error)
        code = Exit.COULD_NOT
    except (ZhijiError, OSError, DBConnectionError, OperationalError) as error:
        out.problem(_words(error))
        code = Exit.COULD_NOT
    except KeyboardInterrupt:
        code = Exit.COULD_NOT
    except Exception as error:
        out.problem(f"a fault in Zhiji: {type(error).__name__} at {' < '.join(reversed(places(error)))}; please report")
        code = Exit.COULD_NOT
    out.close(code)
    return int(code)


async def _run(args: Any, out: Output) -> Exit:
    code: Exit = await args.run(args, out)
    return code


def _words(error: BaseException) -> str:
    text = error.words if isinstance(error, Refused) else str(error)
    if "no such table" in text or ("relation" in text and "does not exist" in text):
        return "the database has no schema yet — run: python main.py migrate"
    if isinstance(error, ChannelError):
        return f"WeChat refused: {text}"
    return text or type(error).__name__
