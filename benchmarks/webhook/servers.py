"""Starts one server process on one core and reads what it costs."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.webhook.pushes import ACCOUNT, AES_KEY, APP_ID, TOKEN

ROOT = Path(__file__).resolve().parents[2]
PATH = f"/hooks/{ACCOUNT}"


@dataclass(frozen=True, slots=True)
class Running:
    """A server whose port is open; ``spawned_at`` is when its process was started (``time.perf_counter``)."""

    port: int
    process: psutil.Process
    spawned_at: float

    def cpu_s(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def rss_mb(self) -> float:
        return float(self.process.memory_info().rss) / 1e6


@contextmanager
def bare() -> Iterator[Running]:
    with _running(["-m", "benchmarks.webhook.peers.bare"], lambda port: [str(port)]) as server:
        yield server


@contextmanager
def werobot() -> Iterator[Running]:
    arguments = [PATH, TOKEN, APP_ID, AES_KEY]
    with _running(["-m", "benchmarks.webhook.peers.werobot_echo"], lambda port: [str(port), *arguments]) as server:
        yield server


@contextmanager
def ours(database_url: str, mode: str) -> Iterator[Running]:
    """The whole product: ``main.py serve`` without its embedded worker, which is measured by its own benchmark."""
    environment = {
        "SCRM_CONFIG": os.devnull,
        "SCRM_DATABASE_URL": database_url,
        "SCRM_REDIS_URL": "embedded",
        "SCRM_SECRET_KEY": secrets.token_hex(32),
        "SCRM_LOG_LEVEL": "warning",
        "SCRM_ACCOUNTS__SHOP__KIND": "official_account",
        "SCRM_ACCOUNTS__SHOP__APP_ID": APP_ID,
        "SCRM_ACCOUNTS__SHOP__APP_SECRET": secrets.token_hex(16),
        "SCRM_ACCOUNTS__SHOP__TOKEN": TOKEN,
        "SCRM_ACCOUNTS__SHOP__AES_KEY": AES_KEY,
        "SCRM_ACCOUNTS__SHOP__MODE": mode,
        "SCRM_ACCOUNTS__SHOP__API_BASE": "http://127.0.0.1:9",
    }
    subprocess.run(
        [sys.executable, "main.py", "migrate"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    command = ["main.py", "serve", "--no-worker"]
    with _running(command, lambda port: [], environment, listen=True) as server:
        yield server


@contextmanager
def _running(
    command: list[str],
    extra: Callable[[int], list[str]],
    environment: dict[str, str] | None = None,
    listen: bool = False,
) -> Iterator[Running]:
    port = free_port()
    env = {**os.environ, **(environment or {})}
    if listen:
        env["SCRM_LISTEN"] = f"127.0.0.1:{port}"
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command, *extra(port)],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
    )
    watched = psutil.Process(process.pid)
    if hasattr(watched, "cpu_affinity"):
        with suppress(psutil.Error):
            watched.cpu_affinity([0])
    try:
        _wait(port, process)
        yield Running(port, watched, began)
    finally:
        process.terminate()
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended at once with {process.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.02)
    raise RuntimeError("the server never opened its port")
