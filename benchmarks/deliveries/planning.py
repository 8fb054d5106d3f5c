"""Planning measured: our planner beside the textbook's, each a process of its own on the same filled database."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.deliveries.people import fill
from models.database import close_database, migrate, open_database

Say = Callable[[str], None]
Stores = Mapping[str, Callable[[], AbstractContextManager[str]]]

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Size:
    """People of an audience of ours and of the peer's, by database, and how often."""

    rounds: int
    people: Mapping[str, int]
    peer_people: int


SMALL = Size(rounds=3, people={"postgres": 50_000, "sqlite": 50_000}, peer_people=3_000)
FULL = Size(rounds=1, people={"postgres": 1_000_000, "sqlite": 100_000}, peer_people=20_000)


def measure(full: bool, stores: Stores, say: Say) -> dict[str, Any]:
    """``{"rows": […], "ratios": {"planning_rate": {database: ours to the peer's}}}``."""
    size = FULL if full else SMALL
    rows: list[dict[str, Any]] = []
    for database, make in stores.items():
        count = size.people[database]
        with make() as url:
            say(f"planning: {database} is filled with {count:,} people")
            asyncio.run(_prepare(url, count))
            ours, peer = [], []
            for number in range(size.rounds):
                ours.append(_run("benchmarks.deliveries.planner", url, count, f"bench:ours:{number}"))
                peer.append(
                    _run("benchmarks.deliveries.peers.get_or_create", url, size.peer_people, f"bench:peer:{number}")
                )
            rows += [_row("ours", database, ours), _row("get_or_create", database, peer)]
    ratios = {
        ours["database"]: round(ours["rate"] / peer["rate"], 2)
        for ours, peer in zip(rows[::2], rows[1::2], strict=True)
    }
    _print(rows, ratios, say)
    return {"rows": rows, "ratios": {"planning_rate": ratios}}


async def _prepare(url: str, count: int) -> None:
    await migrate(url)
    await open_database(url)
    await fill(count, datetime.now(UTC))
    await close_database()


def _run(module: str, url: str, count: int, key: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", module, url, str(count), key], cwd=_ROOT, check=True, capture_output=True, text=True
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if figures["rows"] != count:
        raise RuntimeError(f"{module} made {figures['rows']} rows for {count} people")
    return figures


def _row(planner: str, database: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    middle = median(run["rows"] / run["seconds"] for run in runs)
    return {
        "part": "planning",
        "planner": planner,
        "database": database,
        "people": runs[0]["rows"],
        "planned": runs[0]["planned"],
        "refused": runs[0]["refused"],
        "seconds": round(median(run["seconds"] for run in runs), 2),
        "rate": round(middle, 1),
        "cpu_us": round(median(run["cpu_s"] / run["rows"] for run in runs) * 1e6, 1),
        "rss_mb": [round(max(quarter), 1) for quarter in zip(*(run["rss_mb"] for run in runs), strict=True)],
    }


def _print(rows: list[dict[str, Any]], ratios: Mapping[str, float], say: Say) -> None:
    say(f"{'planner':14} {'database':9}{'people':>10}{'seconds':>9}{'rows/s':>9}{'CPU µs':>8}  RSS MB by quarter")
    for row in rows:
        memory = " → ".join(f"{each:.0f}" for each in row["rss_mb"])
        say(
            f"{row['planner']:14} {row['database']:9}{row['people']:10,}{row['seconds']:9.1f}{row['rate']:9.0f}"
            f"{row['cpu_us']:8.0f}  {memory}"
        )
    say("rows/s, ours to the peer's: " + ", ".join(f"{name} {ratio}" for name, ratio in ratios.items()))
