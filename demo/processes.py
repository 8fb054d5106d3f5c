"""The processes of the demo: started, waited for, ended together."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from demo.stage import ROOT, Stage


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended: its exit code, its JSON, and what it told people."""

    code: int
    result: dict[str, Any]
    said: str


class Processes:
    """Children of the demo; leaving the ``with`` block ends them all."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._running: list[subprocess.Popen[bytes]] = []
        self._logs: list[IO[bytes]] = []
        self._terminal: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._running):
            process.terminate()
        for process in self._running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(12)
            process.kill()
        for log in self._logs:
            log.close()

    def start(self, name: str, *command: str, ready: str) -> subprocess.Popen[bytes]:
        """Start a child that logs into the stage's folder; wait until ``ready`` (a URL) answers."""
        log = self._log(name)
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=self._stage.environment, stdout=log, stderr=log
        )
        self._running.append(process)
        for _ in range(300):
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended at once; see {log.name}")
            with suppress(OSError), urllib.request.urlopen(ready, timeout=1):
                return process
            time.sleep(0.05)
        raise RuntimeError(f"{name} does not answer at {ready}; see {log.name}")

    def main(self, *arguments: str) -> dict[str, Any]:
        """Run one command of the product to its end; returns its JSON. Raises where it could not."""
        ran = self.ask(*arguments)
        if ran.code:
            raise RuntimeError(f"main.py {' '.join(arguments)} failed:\n{ran.said}")
        return ran.result

    def ask(self, *arguments: str) -> Ran:
        """Run one command that may be refused."""
        terminal = self._open_terminal()
        if terminal.stdin is None or terminal.stdout is None:
            raise RuntimeError("the terminal has no pipes")
        terminal.stdin.write(json.dumps(arguments).encode() + b"\n")
        terminal.stdin.flush()
        answer = terminal.stdout.readline()
        if not answer:
            raise RuntimeError(f"main.py {' '.join(arguments)} ended its process; see {self._stage.folder}")
        return Ran(**json.loads(answer))

    def _open_terminal(self) -> subprocess.Popen[bytes]:
        if self._terminal is None:
            pipe = subprocess.PIPE
            self._terminal = subprocess.Popen(
                [sys.executable, "-m", "demo.terminal"],
                cwd=ROOT, env=self._stage.environment, stdin=pipe, stdout=pipe, stderr=self._log("commands"),
            )  # fmt: skip
            self._running.append(self._terminal)
        return self._terminal

    def _log(self, name: str) -> IO[bytes]:
        log = (self._stage.folder / f"{name}.log").open("wb")
        self._logs.append(log)
        return log

    def day(self, tell: Callable[[str], None], *arguments: str) -> dict[str, Any]:
        """Play the simulator's shop day, telling its lines as they come; returns its summary."""
        command = [sys.executable, "-m", "simulator", "day", "--config", str(self._stage.folder / "wechat.json")]
        command += ["--target", f"http://{self._stage.product}", "--json", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env=self._stage.environment, stdout=subprocess.PIPE)
        self._running.append(process)
        last = ""
        for raw in process.stdout or ():
            if last:
                tell(last)
            last = raw.decode().rstrip("\n")
        if process.wait() not in (0, 2):
            raise RuntimeError(f"the shop day could not be played: {last}")
        summary: dict[str, Any] = json.loads(last)
        return summary
