"""The service as a process of its own, beside which commands are run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.commands.installation import Installation

ROOT = Path(__file__).resolve().parents[2]


class Served:
    """``main.py serve`` on a free port; ``base`` answers once it is made."""

    def __init__(self, installation: Installation) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            listen = f"127.0.0.1:{probe.getsockname()[1]}"
        self.base = f"http://{listen}"
        self._log = installation.home / "serve.log"
        others = {name: value for name, value in os.environ.items() if not name.startswith("SCRM_")}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "main.py", "serve"],
                cwd=ROOT, env={**others, **installation.variables, "SCRM_LISTEN": listen}, stdout=log, stderr=log,
            )  # fmt: skip
        self._wait_until_ready()

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def end(self) -> int:
        """SIGTERM; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(12)
        finally:
            self._process.kill()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.base}/health/ready", timeout=2):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        self._process.kill()
        raise AssertionError(f"serve did not become ready:\n{self.log}")
