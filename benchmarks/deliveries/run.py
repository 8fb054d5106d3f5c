"""The deliveries benchmark: each part measures by itself and brings its rows and ratios."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from typing import Any

from benchmarks.deliveries import planning, sending
from benchmarks.deliveries.planning import Say, Stores
from benchmarks.webhook import databases

PARTS: tuple[Callable[[bool, Stores, Say], dict[str, Any]], ...] = (planning.measure, sending.measure)


def run(full: bool, say: Say) -> dict[str, Any]:
    """All parts; returns ``{"rows": […], "ratios": {…}, …}``."""
    stores: Stores = {"sqlite": databases.sqlite}
    if databases.has_postgres():
        stores = {"postgres": databases.postgres, **stores}
    else:
        say("no PostgreSQL answers: measuring SQLite only")
    report: dict[str, Any] = {
        "benchmark": "deliveries",
        "size": "full" if full else "small",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "rows": [],
        "ratios": {},
    }
    say(report["machine"])
    for part in PARTS:
        found = part(full, stores, say)
        report["rows"] += found["rows"]
        report["ratios"] |= found["ratios"]
    return report
