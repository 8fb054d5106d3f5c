"""The projector benchmark: one and two workers beside the textbook's, and a replay of everything, twice.

Each measurement fills a database of its own. The peer stores the same rows from the same readings, one at a time.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.projector.journal import fill
from benchmarks.webhook import databases
from models.database import close_database, connection, migrate, open_database

Say = Callable[[str], None]
Stores = Mapping[str, Callable[[], AbstractContextManager[str]]]

_ROOT = Path(__file__).resolve().parents[2]
_AT = datetime(2026, 1, 1, 4, tzinfo=UTC)
_OURS = "benchmarks.projector.worker"
_PEER = "benchmarks.projector.peers.row_by_row"
_SHARE = 0.7
"""Of the rows that are words."""


@dataclass(frozen=True, slots=True)
class Size:
    """Journal rows to project, of which the peer takes so many, and to replay."""

    rows: int
    peer_rows: int
    replayed: int


SMALL = Size(rows=20_000, peer_rows=1_000, replayed=100_000)
FULL = Size(rows=200_000, peer_rows=10_000, replayed=1_000_000)


def run(full: bool, say: Say) -> dict[str, Any]:
    """``{"rows": […], "ratios": {"projected_to_peer": {database: …}, "two_workers_to_one": …}, …}``."""
    stores: Stores = {"sqlite": databases.sqlite}
    if databases.has_postgres():
        stores = {"postgres": databases.postgres, **stores}
    else:
        say("no PostgreSQL answers: measuring SQLite only, one worker, no replay")
    size = FULL if full else SMALL
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    say(machine)
    rows: list[dict[str, Any]] = []
    for database, make in stores.items():
        rows.append(_project("ours", database, 1, size.rows, make, say))
        if database == "postgres":
            rows.append(_project("ours", database, 2, size.rows, make, say))
        rows.append(_project("row_by_row", database, 1, size.peer_rows, make, say))
    if "postgres" in stores:
        rows += _replay(size.replayed, stores["postgres"], say)
    ratios = _ratios(rows)
    _print(rows, ratios, say)
    return {
        "benchmark": "projector",
        "size": "full" if full else "small",
        "machine": machine,
        "rows": rows,
        "ratios": ratios,
    }


def _project(
    who: str, database: str, workers: int, count: int, make: Callable[[], AbstractContextManager[str]], say: Say
) -> dict[str, Any]:
    with make() as url:
        asyncio.run(_prepare(url, count, is_projected=False))
        command = [_OURS, url, "project"] if who == "ours" else [_PEER, url, str(count)]
        runs = _run([command] * workers)
        left = asyncio.run(_count(url, "SELECT count(*) AS n FROM interaction WHERE is_projected = false"))
        counted = asyncio.run(_count(url, "SELECT sum(messages + events) AS n FROM profile"))
    if (left, counted) != (0, count):
        raise RuntimeError(f"{who} left {left} rows and counted {counted} of {count}")
    row = _row("project", who, database, workers, runs)
    say(f"project: {who}, {database}, {workers} worker(s): {row['rate']:.0f} rows/s")
    return row


def _replay(count: int, make: Callable[[], AbstractContextManager[str]], say: Say) -> list[dict[str, Any]]:
    """First with nothing read before, then over what the first left, which has to stay as it is."""
    rows = []
    with make() as url:
        say(f"replay: filling {count:,} rows")
        asyncio.run(_prepare(url, count, is_projected=True))
        for part in ("replay", "replay again"):
            rows.append(_row(part, "ours", "postgres", 1, _run([[_OURS, url, "replay"]])))
            say(f"{part}: {rows[-1]['rate']:.0f} messages/s")
    if rows[0]["rows"] != round(count * _SHARE):
        raise RuntimeError(f"{rows[0]['rows']} messages were read of {count} rows")
    return rows


def _run(commands: list[list[str]]) -> list[dict[str, Any]]:
    """Starts them all, lets them begin together, and returns what each tells."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *command], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for command in commands
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            if process.stdout.readline() != "ready\n":
                raise RuntimeError(f"{process.args!r} did not become ready")
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        told = [process.communicate()[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [json.loads(each.splitlines()[-1]) for each in told]


async def _prepare(url: str, count: int, *, is_projected: bool) -> None:
    await migrate(url)
    await open_database(url)
    await fill(count, _AT, is_projected=is_projected)
    await close_database()


async def _count(url: str, query: str) -> int:
    await open_database(url)
    (row,) = await connection().execute_query_dict(query)
    await close_database()
    return int(row["n"] or 0)


def _row(part: str, who: str, database: str, workers: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    rows, seconds = sum(run["rows"] for run in runs), max(run["seconds"] for run in runs)
    return {
        "part": part,
        "projector": who,
        "database": database,
        "workers": workers,
        "rows": rows,
        "seconds": round(seconds, 2),
        "rate": round(rows / seconds, 1),
        "cpu_us": round(sum(run["cpu_s"] for run in runs) / rows * 1e6, 1),
        "rss_mb": round(max(run["rss_mb"] for run in runs), 1),
    }


def _ratios(rows: list[dict[str, Any]]) -> dict[str, Any]:
    rates = {(r["part"], r["projector"], r["database"], r["workers"]): r["rate"] for r in rows}
    found: dict[str, Any] = {
        "projected_to_peer": {
            r["database"]: round(rates["project", "ours", r["database"], 1] / r["rate"], 2)
            for r in rows
            if r["projector"] == "row_by_row"
        }
    }
    if two := rates.get(("project", "ours", "postgres", 2)):
        found["two_workers_to_one"] = round(two / rates["project", "ours", "postgres", 1], 2)
    return found


def _print(rows: list[dict[str, Any]], ratios: dict[str, Any], say: Say) -> None:
    heads = f"{'rows':>10}{'seconds':>9}{'rows/s':>9}{'CPU µs':>8}{'RSS MB':>8}"
    say(f"{'part':13}{'projector':12}{'database':9}{'workers':>8}{heads}")
    for row in rows:
        say(
            f"{row['part']:13}{row['projector']:12}{row['database']:9}{row['workers']:8}{row['rows']:10,}"
            f"{row['seconds']:9.1f}{row['rate']:9.0f}{row['cpu_us']:8.0f}{row['rss_mb']:8.0f}"
        )
    say(", ".join(f"{name} {ratio}" for name, ratio in ratios.items()))
