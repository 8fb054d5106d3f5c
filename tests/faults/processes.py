"""Children: the product, the simulator and Redis as processes of their own, which can be killed, ended and measured."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 30.0


class Child:
    """One process that can be started again and again under the same address; its output goes to ``log``.

    It is ready when ``ready``, a URL or host:port, answers; where that is empty, when it has said something.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path, ready: str) -> None:
        self._command = list(command)
        self._environment = {**os.environ, **environment}
        self._log = log
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None
        self.start_s = 0.0

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log_text(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    async def start(self) -> None:
        """Start and wait until it is ready; raises RuntimeError with the end of its log."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        while not await asyncio.to_thread(self._answers):
            if self._process.poll() is not None or time.monotonic() - began > READY_WITHIN_S:
                self.kill()
                raise RuntimeError(f"{self._command} did not become ready:\n{self.log_text[-2000:]}")
            await asyncio.sleep(0.02)
        self.start_s = time.monotonic() - began

    def _answers(self) -> bool:
        if not self._ready:
            return bool(self.log_text)
        if self._ready.startswith("http"):
            with suppress(OSError), urllib.request.urlopen(self._ready, timeout=3) as response:
                return bool(response.status == 200)
            return False
        host, _, port = self._ready.rpartition(":")
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return True
        return False

    def kill(self) -> None:
        """``kill -9``: no handler, no flush, no goodbye."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    async def end(self, within_s: float = 15.0) -> tuple[int | None, float]:
        """SIGTERM; the exit code (None where it had to be killed) and how long it took, in seconds."""
        if self._process is None:
            return None, 0.0
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        while self._process.poll() is None and time.monotonic() - began < within_s:
            await asyncio.sleep(0.01)
        code = self._process.poll()
        if code is None:
            self.kill()
        return code, time.monotonic() - began

    def rss_mib(self) -> float:
        return float(psutil.Process(self.pid).memory_info().rss) / 2**20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
