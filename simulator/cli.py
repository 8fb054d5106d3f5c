"""The command line: ``serve`` answers the platform's calls, ``day`` plays people, ``run`` does both."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

from aiohttp import web

from simulator.api.server import make_app
from simulator.config import Config, ConfigError, load_config
from simulator.day import play_day
from simulator.link import LinkBroken
from simulator.options import CLOCKS, DayOptions, make_options
from simulator.push import UrlRefused
from simulator.state.world import World
from simulator.teller import Teller

DONE, COULD_NOT, PARTLY, WRONG_USAGE = 0, 1, 2, 64


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; 0 done, 1 could not, 2 some pushes failed, 64 wrong usage."""
    said = _parser().parse_args(arguments)
    try:
        config = load_config(said.config)
        config = dataclasses.replace(
            config, listen=said.listen or config.listen, knobs={**config.knobs, **json.loads(said.knobs)}
        )
        World(config)
        options = make_options(config.day, _day_knobs(said))
    except (ConfigError, ValueError) as fault:
        print(f"simulator: {fault}", file=sys.stderr)
        return WRONG_USAGE
    try:
        return asyncio.run(_command(said, config, options))
    except (UrlRefused, LinkBroken, OSError) as fault:
        print(f"simulator: {fault}", file=sys.stderr)
        return COULD_NOT
    except KeyboardInterrupt:
        return COULD_NOT


async def _command(said: argparse.Namespace, config: Config, options: DayOptions) -> int:
    if said.command == "day":
        return await _day(said, config, options)
    async with _serving(config):
        print(f"WeChat answers at http://{config.listen}", flush=True, file=sys.stderr)
        code = await _day(said, config, options) if said.command == "run" else DONE
        if said.command == "serve" or said.stay:
            await _until_stopped()
        return code


async def _day(said: argparse.Namespace, config: Config, options: DayOptions) -> int:
    teller = Teller((lambda line: None) if said.quiet else (lambda line: print(line, flush=True)))
    with contextlib.ExitStack() as files:
        record = files.enter_context(said.record.open("w", encoding="utf-8")) if said.record else None
        api = said.api or f"http://{config.listen}"
        summary = await play_day(config, options, said.target, api.rstrip("/"), teller, record)
    if said.json:
        print(json.dumps(summary, ensure_ascii=False), flush=True)
    return PARTLY if summary["errors"] else DONE


@asynccontextmanager
async def _serving(config: Config) -> AsyncIterator[None]:
    host, _, port = config.listen.rpartition(":")
    runner = web.AppRunner(make_app(World(config)), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, int(port)).start()
        yield
    finally:
        await runner.cleanup()


async def _until_stopped() -> None:
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="simulator", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    for name, words in (("serve", "answer the platform's calls"), ("day", "play a shop day"), ("run", "both at once")):
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument("--config", type=Path, required=True, help="JSON or TOML file with accounts and scenes")
        command.add_argument("--listen", help="host:port of the API, over the file's")
        command.add_argument("--knobs", default="{}", help="JSON object of API knobs, over the file's")
        if name != "serve":
            _add_day(command)
        if name == "run":
            command.add_argument("--stay", action="store_true", help="go on answering calls after the day")
    return parser


def _add_day(command: argparse.ArgumentParser) -> None:
    command.add_argument("--target", required=True, help="the product's address, without /hooks")
    command.add_argument("--api", help="the simulator's own address when it is not `listen`")
    for field in dataclasses.fields(DayOptions):
        kind = {"int": int, "float": float, "str": str}[str(field.type)]
        command.add_argument(
            f"--{field.name.replace('_', '-')}",
            type=kind,
            default=None,
            choices=CLOCKS if field.name == "clock" else None,
            help=f"default {field.default}",
        )
    command.add_argument("--record", type=Path, help="file that gets one JSON line a push")
    command.add_argument("--quiet", action="store_true", help="do not narrate")
    command.add_argument("--json", action="store_true", help="the summary as one JSON object, the last line")


def _day_knobs(said: argparse.Namespace) -> dict[str, Any]:
    return {field.name: getattr(said, field.name, None) for field in dataclasses.fields(DayOptions)}
