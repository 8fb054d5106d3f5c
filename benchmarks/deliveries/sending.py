"""Sending measured: workers against a simulated WeChat that counts what it took, and how fast it came.

Everybody has one customer-service message due. The account's limit is kept by the workers together; the peer is the
textbook's worker, which locks a row, sends, saves it, and knows only its own limit.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from redis import Redis
from redis.exceptions import RedisError

from benchmarks.deliveries.people import APP_ID, fill_due
from benchmarks.deliveries.planning import Say, Stores
from benchmarks.webhook.servers import free_port
from models import Delivery
from models.database import close_database, connection, migrate, open_database

LIMIT = 500
API = "/cgi-bin/message/custom/send"
REDIS = os.environ.get("SCRM_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")

_ROOT = Path(__file__).resolve().parents[2]
_SECRET = secrets.token_hex(16)
_KEY = secrets.token_hex(32)
_WAIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Size:
    """Deliveries of a run, so that it lasts some seconds at the limit; of the peer's too."""

    deliveries: int
    peer_deliveries: int


SMALL = Size(deliveries=3_000, peer_deliveries=1_000)
FULL = Size(deliveries=15_000, peer_deliveries=4_000)


def measure(full: bool, stores: Stores, say: Say) -> dict[str, Any]:
    """``{"rows": […], "ratios": {"sent_to_limit": with four workers, "sending_cpu": ours to the peer's}}``."""
    size = FULL if full else SMALL
    if "postgres" not in stores or not _has_redis():
        say("sending: not measured, for several workers need PostgreSQL and Redis")
        return {"rows": [], "ratios": {}}
    rows = [_round(stores, "ours", workers, size.deliveries, say) for workers in (1, 2, 4)]
    rows += [_round(stores, "lock_send_save", workers, size.peer_deliveries, say) for workers in (1, 4)]
    ours, peer = rows[2], rows[3]
    ratios = {
        "sent_to_limit": round(ours["rate"] / LIMIT, 3),
        "sending_cpu": round(rows[0]["cpu_us"] / peer["cpu_us"], 3),
    }
    _print(rows, ratios, say)
    return {"rows": rows, "ratios": ratios}


def _has_redis() -> bool:
    try:
        with Redis.from_url(REDIS) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False


def _round(stores: Stores, sender: str, workers: int, count: int, say: Say) -> dict[str, Any]:
    with ExitStack() as stack:
        url = stack.enter_context(stores["postgres"]())
        base = stack.enter_context(_wechat())
        asyncio.run(_prepare(url, base, count))
        Redis.from_url(REDIS).delete(f"zhiji:rate:{APP_ID}:{API}")
        processes = [stack.enter_context(_worker(sender, url, base)) for _ in range(workers)]
        time.sleep(3.0)  # they have started, and find nothing to do
        before = sum(_cpu_s(process) for process in processes)
        asyncio.run(_make_due(url))
        accepted = asyncio.run(_watch(base, count))
        cpu_s = sum(_cpu_s(process) for process in processes) - before
        calls = asyncio.run(_ask_rates(base))
    row = {"part": "sending", "sender": sender, "workers": workers, "deliveries": count, **_rates(accepted)}
    row |= {
        "peak_per_second": calls["peak_per_second"],
        "refused_by_limit": calls["calls"] - len(accepted),
        "cpu_us": round(cpu_s / count * 1e6, 1),
    }
    say(f"sending: {sender}, {workers} worker(s), {row['rate']:.0f}/s, at most {row['peak_per_second']} in a second")
    return row


def _rates(accepted: list[dict[str, Any]]) -> dict[str, Any]:
    """Deliveries a second over the middle of the run, without its beginning and end; whether any came twice."""
    times = sorted(row["at"] for row in accepted)
    tenth = len(times) // 10
    middle = times[tenth:-tenth]
    twice = len(accepted) - len({row["openid"] for row in accepted})
    return {"rate": round((len(middle) - 1) / (middle[-1] - middle[0]), 1), "sent_twice": twice}


@contextmanager
def _wechat() -> Iterator[str]:
    """A simulated WeChat of its own process, with the account's limit; its base address."""
    base = f"127.0.0.1:{free_port()}"
    account = {
        "key": "shop", "kind": "official_account", "mode": "plain", "format": "xml",
        "app_id": APP_ID, "app_secret": _SECRET, "token": "benchmark", "templates": [],
    }  # fmt: skip
    config = {"listen": base, "accounts": [account], "knobs": {"second_limits": {API: LIMIT}}}
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(config, file)
        file.flush()
        command = [sys.executable, "-m", "simulator", "serve", "--config", file.name]
        process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL)
        try:
            asyncio.run(_answers(f"http://{base}"))
            yield f"http://{base}"
        finally:
            process.kill()
            process.wait()


async def _answers(base: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(300):
            try:
                async with session.get(f"{base}/_sim/counters"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
    raise RuntimeError("the simulator never answered")


@contextmanager
def _worker(sender: str, url: str, base: str) -> Iterator[psutil.Process]:
    """A process that sends: the product's worker, or the peer's."""
    command = ["main.py", "worker"] if sender == "ours" else ["-m", "benchmarks.deliveries.peers.lock_send_save"]
    environment = {
        "SCRM_CONFIG": os.devnull,
        "SCRM_DATABASE_URL": url,
        "SCRM_REDIS_URL": REDIS,
        "SCRM_SECRET_KEY": _KEY,
        "SCRM_LOG_LEVEL": "error",
        "SCRM_ACCOUNTS__SHOP__KIND": "official_account",
        "SCRM_ACCOUNTS__SHOP__APP_ID": APP_ID,
        "SCRM_ACCOUNTS__SHOP__APP_SECRET": _SECRET,
        "SCRM_ACCOUNTS__SHOP__TOKEN": "benchmark",
        "SCRM_ACCOUNTS__SHOP__MODE": "plain",
        "SCRM_ACCOUNTS__SHOP__API_BASE": base,
        "SCRM_ACCOUNTS__SHOP__CALLS_PER_S": str(LIMIT),
    }
    process = subprocess.Popen(
        [sys.executable, *command], cwd=_ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _prepare(url: str, base: str, count: int) -> None:
    """Everybody wrote a minute ago, here and at WeChat, and has a message planned for tomorrow."""
    await migrate(url)
    await open_database(url)
    openids = await fill_due(count, datetime.now(UTC))
    await close_database()
    async with aiohttp.ClientSession() as session:
        for start in range(0, count, 1000):
            people = [{"app_id": APP_ID, "openid": openid} for openid in openids[start : start + 1000]]
            await _tell(session, base, "people", {"people": people})
            for act in ("follow", "message"):
                await _tell(session, base, "acts", {"acts": [{**person, "act": act} for person in people]})


async def _make_due(url: str) -> None:
    await open_database(url)
    await Delivery.all().update(due_at=datetime.now(UTC))
    await connection().execute_script("ANALYZE delivery")
    await close_database()


async def _watch(base: str, count: int) -> list[dict[str, Any]]:
    """What WeChat took, once it has taken all."""
    end = time.monotonic() + _WAIT_S
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < end:
            if (await _ask(session, base, "counters"))["accepted"] >= count:
                break
            await asyncio.sleep(0.5)
        messages: list[dict[str, Any]] = (await _ask(session, base, "accepted?since=0&fields=at,openid"))["messages"]
        return messages


async def _ask_rates(base: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        rates: dict[str, Any] = (await _ask(session, base, "rates"))[APP_ID][API]
        return rates


async def _ask(session: aiohttp.ClientSession, base: str, name: str) -> dict[str, Any]:
    async with session.get(f"{base}/_sim/{name}") as response:
        answer: dict[str, Any] = await response.json()
        return answer


async def _tell(session: aiohttp.ClientSession, base: str, name: str, body: dict[str, Any]) -> None:
    async with session.post(f"{base}/_sim/{name}", json=body) as response:
        response.raise_for_status()


def _print(rows: list[dict[str, Any]], ratios: dict[str, Any], say: Say) -> None:
    heads = f"{'per s':>8}{'peak/s':>8}{'over limit':>11}{'twice':>7}{'CPU µs':>8}"
    say(f"{'sender':15}{'workers':>8}{'deliveries':>11}{heads}")
    for row in rows:
        say(
            f"{row['sender']:15}{row['workers']:8}{row['deliveries']:11,}{row['rate']:8.1f}{row['peak_per_second']:8}"
            f"{row['refused_by_limit']:11}{row['sent_twice']:7}{row['cpu_us']:8.0f}"
        )
    say(f"account limit {LIMIT}/s; " + ", ".join(f"{name} {ratio}" for name, ratio in ratios.items()))
