"""The token benchmark: a cold crowd on our client and on wechatpy's, against the same simulator."""

from __future__ import annotations

import asyncio
import os
import platform
from collections.abc import Callable, Sequence
from typing import Any

from redis import Redis, RedisError

from benchmarks.token.crowd import Outcome, drive
from benchmarks.token.peers.wechatpy_client import PREFIX
from benchmarks.token.wechat import ANSWERS_AFTER_MS, simulator
from benchmarks.webhook import databases
from models.database import migrate

Say = Callable[[str], None]

CALLERS, PROCESSES = 100, 8
REDIS_URL = os.environ.get("SCRM_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")


def run(full: bool, say: Say) -> dict[str, Any]:
    """Returns ``{"rows": […], "ratios": {"token_fetches": the most of ours in any round}, …}``."""
    rounds = 20 if full else 5
    has_postgres = databases.has_postgres()
    processes = PROCESSES if has_postgres else 1
    if not has_postgres:
        say("no PostgreSQL answers: SQLite has one process, so everybody asks in one")
    callers = [len(range(number, CALLERS, processes)) for number in range(processes)]
    cache = REDIS_URL if _has_redis() else "memory"
    if cache == "memory":
        say("no Redis answers: wechatpy keeps its token in each process")
    with (databases.postgres if has_postgres else databases.sqlite)() as url, simulator(rounds) as wechat:
        asyncio.run(migrate(url))
        ours = drive(_command("benchmarks.token.ours", url, wechat.base), wechat, callers, rounds)
        peer = drive(_command("benchmarks.token.peers.wechatpy_client", cache, wechat.base), wechat, callers, rounds)
    _forget(cache)
    rows = [
        _row("ours", "postgres" if has_postgres else "sqlite", callers, ours),
        _row("wechatpy", "memory" if cache == "memory" else "redis", callers, peer),
    ]
    report = {
        "benchmark": "token",
        "size": "full" if full else "small",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rows": rows,
        "ratios": {"token_fetches": max(ours.fetches)},
    }
    _print(report, say)
    return report


def _command(module: str, store: str, base: str) -> Callable[[int], Sequence[str]]:
    return lambda callers: [module, store, base, str(callers)]


def _has_redis() -> bool:
    try:
        with Redis.from_url(REDIS_URL, socket_connect_timeout=2) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def _forget(cache: str) -> None:
    if cache != "memory":
        with Redis.from_url(cache) as redis:
            for key in redis.scan_iter(f"{PREFIX}:*"):
                redis.delete(key)


def _row(client: str, store: str, callers: Sequence[int], outcome: Outcome) -> dict[str, Any]:
    return {
        "client": client,
        "store": store,
        "processes": len(callers),
        "callers": sum(callers),
        "fetches": outcome.fetches,
        "p50_ms": round(outcome.percentile_ms(0.5), 1),
        "p99_ms": round(outcome.percentile_ms(0.99), 1),
        "max_ms": round(max(outcome.waits_s) * 1000, 1),
    }


def _print(report: dict[str, Any], say: Say) -> None:
    say(f"{report['machine']}; WeChat answers after {ANSWERS_AFTER_MS:.0f} ms; every round begins without a token")
    heads = "".join(f"{head:>8}" for head in ("callers", "p50 ms", "p99 ms", "max ms"))
    say(f"{'client':9} {'store':9}{'processes':>10}{heads}  fetches a round")
    for row in report["rows"]:
        say(
            f"{row['client']:9} {row['store']:9}{row['processes']:10}{row['callers']:8}{row['p50_ms']:8.0f}"
            f"{row['p99_ms']:8.0f}{row['max_ms']:8.0f}  {row['fetches']}"
        )
