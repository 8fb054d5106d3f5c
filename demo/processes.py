"""The processes of the demo: started, waited for, ended together."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from demo.stage import ROOT, Stage


class Processes:
    """Children of the demo; leaving the ``with`` block ends them all."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._running: list[subprocess.Popen[bytes]] = []
        self._logs: list[IO[bytes]] = []

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
        log = (self._stage.folder / f"{name}.log").open("wb")
        self._logs.append(log)
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
        """Run one command of the product to its end; returns its JSON."""
        done = subprocess.run(
            [sys.executable, "main.py", *arguments, "--json"],
            cwd=ROOT,
            env=self._stage.environment,
            capture_output=True,
        )
        if done.returncode:
            raise RuntimeError(f"main.py {' '.join(arguments)} failed:\n{done.stderr.decode()}")
        result: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
        return result

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
