"""The webhook benchmark: interleaved rounds of a bare handler, WeRoBot's echo and the whole product."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psutil

from benchmarks.webhook import databases, servers
from benchmarks.webhook.load import Load, connected, drive, joined
from benchmarks.webhook.pushes import Turn, pushes, real_chats, synthetic
from benchmarks.webhook.servers import PATH, Running

Say = Callable[[str], None]

MODES = ("plain", "safe")
STRETCH = 500
"""Messages a server takes before it is the next one's turn."""


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    messages: int
    chats: int
    rss_messages: int


SMALL = Size(rounds=3, messages=2_000, chats=2_000, rss_messages=10_000)
FULL = Size(rounds=5, messages=8_000, chats=8_000, rss_messages=100_000)


@dataclass(slots=True)
class Row:
    """One server, mode and kind of traffic; each list has a figure a round."""

    server: str
    database: str
    mode: str
    traffic: str
    cpu_us: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    max_ms: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)

    def add(self, load: Load, cpu_s: float, rss_mb: float) -> None:
        count = len(load.latencies_s)
        self.cpu_us.append(cpu_s / count * 1e6)
        self.rate.append(count / load.seconds)
        self.p50_ms.append(load.percentile_ms(0.5))
        self.p99_ms.append(load.percentile_ms(0.99))
        self.max_ms.append(load.latencies_s[-1] * 1000)
        self.rss_mb.append(rss_mb)

    def medians(self) -> dict[str, Any]:
        figures = ("cpu_us", "rate", "p50_ms", "p99_ms", "max_ms", "rss_mb")
        names = {"server": self.server, "database": self.database, "mode": self.mode, "traffic": self.traffic}
        return {**names, **{name: round(median(getattr(self, name)), 2) for name in figures}}


def run(full: bool, say: Say) -> dict[str, Any]:
    """All of it; returns ``{"rows": […], "ratios": {…}, …}``."""
    size = FULL if full else SMALL
    _keep_client_off_server_core()
    stores = {"sqlite": databases.sqlite}
    if databases.has_postgres():
        stores = {"postgres": databases.postgres, **stores}
    else:
        say("no PostgreSQL answers: measuring SQLite only")
    chats = real_chats()[: size.chats]
    if not chats:
        say("the real chats are not here: measuring synthetic traffic only")
    rows = _rounds(size, stores, chats, say)
    soak = {name: _soak(size, make, say) for name, make in stores.items()}
    report = {
        "benchmark": "webhook",
        "size": "full" if full else "small",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rows": [row.medians() for row in rows],
        "ratios": _ratios(rows),
        "soak": soak,
    }
    _print(report, say)
    return report


def _keep_client_off_server_core() -> None:
    with suppress(AttributeError, psutil.Error, ValueError):
        psutil.Process().cpu_affinity([1])


def _rounds(size: Size, stores: dict[str, Any], chats: list[Turn], say: Say) -> list[Row]:
    rows: dict[tuple[str, ...], Row] = {}
    for number in range(size.rounds):
        say(f"round {number + 1} of {size.rounds}")
        turns = {"synthetic": synthetic(size.messages, seed=number), **({"chats": chats} if chats else {})}
        for mode in MODES:
            for traffic, lines in turns.items():
                with ExitStack() as stack:
                    _measure(rows, _open_all(stack, stores, mode), mode, traffic, lines)
    return list(rows.values())


def _open_all(stack: ExitStack, stores: dict[str, Any], mode: str) -> dict[tuple[str, str], Running]:
    """Every server, by name and database, up at the same time."""
    running = {
        ("bare", "-"): stack.enter_context(servers.bare()),
        ("werobot", "-"): stack.enter_context(servers.werobot()),
    }
    for name, make in stores.items():
        running["ours", name] = stack.enter_context(servers.ours(stack.enter_context(make()), mode))
    return running


def _measure(
    rows: dict[tuple[str, ...], Row],
    running: dict[tuple[str, str], Running],
    mode: str,
    traffic: str,
    turns: list[Turn],
) -> None:
    """Each server takes the same turns, a stretch at a time in turn: a machine that is slow for a while is slow for
    all of them."""
    loads = asyncio.run(_take_turns(running, mode, turns))
    for (server, database), (load, cpu_s) in loads.items():
        if load.wrong:
            raise RuntimeError(f"{server} {mode}: {load.wrong} answers were not 200")
        key = (server, database, mode, traffic)
        rows.setdefault(key, Row(*key)).add(load, cpu_s, running[server, database].rss_mb())


async def _take_turns(
    running: dict[tuple[str, str], Running], mode: str, turns: list[Turn]
) -> dict[tuple[str, str], tuple[Load, float]]:
    parts: dict[tuple[str, str], list[Load]] = {name: [] for name in running}
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(connected(server.port)) for name, server in running.items()}
        for client in clients.values():
            await client.drive(pushes(turns[:200], mode, PATH))  # warm
        before = {name: server.cpu_s() for name, server in running.items()}
        for start in range(0, len(turns), STRETCH):
            for name, client in clients.items():
                parts[name].append(await client.drive(pushes(turns[start : start + STRETCH], mode, PATH)))
        return {name: (joined(parts[name]), server.cpu_s() - before[name]) for name, server in running.items()}


def _soak(size: Size, make: Any, say: Say) -> dict[str, float]:
    """Half the top rate for latency; then many messages for memory; and how soon the first push is answered."""
    turns = synthetic(size.messages, seed=99)
    first = pushes(turns[:1], "plain", PATH)
    with make() as url, servers.ours(url, "plain") as running:
        asyncio.run(drive(running.port, first, connections=1))
        first_s = time.perf_counter() - running.spawned_at
        top = asyncio.run(drive(running.port, pushes(turns, "plain", PATH)))
        rate = len(turns) / top.seconds / 2
        half = asyncio.run(drive(running.port, pushes(turns, "plain", PATH), rate=rate))
        marks: list[float] = []
        for part in range(4):
            asyncio.run(drive(running.port, pushes(synthetic(size.rss_messages // 4, seed=200 + part), "plain", PATH)))
            marks.append(running.rss_mb())
        say(f"soak: {size.rss_messages} messages, RSS {marks[0]:.0f} → {marks[-1]:.0f} MB")
    return {
        "half_rate": round(rate, 1),
        "half_rate_p99_ms": round(half.percentile_ms(0.99), 2),
        "first_answer_s": round(first_s, 2),
        "messages": size.rss_messages,
        "rss_after_quarter_mb": round(marks[0], 1),
        "rss_after_all_mb": round(marks[-1], 1),
    }


def _ratios(rows: list[Row]) -> dict[str, Any]:
    cpu = {(row.server, row.database, row.mode, row.traffic): median(row.cpu_us) for row in rows}
    ratios: dict[str, Any] = {"ours_vs_werobot_cpu": {}, "ours_vs_bare_cpu": {}}
    for row in rows:
        if row.server != "ours":
            continue
        name = f"{row.database}_{row.mode}" + ("" if row.traffic == "synthetic" else f"_{row.traffic}")
        for peer in ("werobot", "bare"):
            ratio = median(row.cpu_us) / cpu[(peer, "-", row.mode, row.traffic)]
            ratios[f"ours_vs_{peer}_cpu"][name] = round(ratio, 3)
    for part in ratios.values():
        ordered = dict(
            sorted(part.items(), key=lambda item: ("postgres" not in item[0], "plain" not in item[0], item[0]))
        )
        part.clear()
        part.update(ordered)
    return ratios


_COLUMNS = (("cpu_us", "CPU µs"), ("rate", "msg/s"), ("p50_ms", "p50 ms"), ("p99_ms", "p99 ms"), ("max_ms", "max ms"))


def _print(report: dict[str, Any], say: Say) -> None:
    say(f"\n{report['machine']}; medians of the rounds; server on one core, client on the other")
    heads = "".join(f"{title:>9}" for _, title in _COLUMNS)
    say(f"{'server':8} {'database':9} {'mode':6} {'traffic':10}{heads}{'RSS MB':>9}")
    for row in report["rows"]:
        names = f"{row['server']:8} {row['database']:9} {row['mode']:6} {row['traffic']:10}"
        say(names + "".join(f"{row[name]:9.1f}" for name, _ in _COLUMNS) + f"{row['rss_mb']:9.0f}")
    for name, ratios in report["ratios"].items():
        say(f"{name}: " + ", ".join(f"{key} {value}" for key, value in ratios.items()))
    for name, soak in report["soak"].items():
        say(f"{name}: {soak}")
