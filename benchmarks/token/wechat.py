"""The simulated WeChat of this measurement: an app for each round, so that every round begins cold."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECRET = "0123456789abcdef0123456789abcdef"
PATHS = ("/cgi-bin/stable_token", "/cgi-bin/token")
ANSWERS_AFTER_MS = 50.0
"""About what a fetch takes from a data centre in China."""


def app_id(round_number: int) -> str:
    return f"wx{round_number:016x}"


class WeChat:
    """A running simulator."""

    def __init__(self, base: str) -> None:
        self.base = base

    def fetches(self) -> int:
        """How often an access token was asked for, by either way."""
        with urllib.request.urlopen(f"{self.base}/_sim/counters", timeout=5) as answer:
            calls = json.load(answer)["calls"]
        return sum(int(calls.get(path, 0)) for path in PATHS)


@contextmanager
def simulator(rounds: int) -> Iterator[WeChat]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    config = {
        "listen": listen,
        "accounts": [
            {
                "key": f"shop{number}",
                "kind": "official_account",
                "app_id": app_id(number),
                "app_secret": SECRET,
                "token": "t",
            }
            for number in range(rounds)
        ],
        "knobs": {"slow_ms": ANSWERS_AFTER_MS, "fault_paths": list(PATHS)},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "simulator.json"
        path.write_text(json.dumps(config))
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "serve", "--config", str(path)], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        try:
            yield _ready(WeChat(f"http://{listen}"), process)
        finally:
            process.terminate()
            process.wait(10)


def _ready(wechat: WeChat, process: subprocess.Popen[bytes]) -> WeChat:
    for _ in range(600):
        if process.poll() is not None:
            break
        with suppress(urllib.error.URLError):
            wechat.fetches()
            return wechat
        time.sleep(0.02)
    raise RuntimeError("the simulator never answered")
