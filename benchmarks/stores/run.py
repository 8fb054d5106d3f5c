"""The stores benchmark: the nearest stores of a customer beside Redis, and the customers near a store."""

from __future__ import annotations

import os
import platform
from typing import Any

from benchmarks.stores import nearest, people
from benchmarks.stores.ground import Say, read_shops


def run(full: bool, say: Say) -> dict[str, Any]:
    """``rows``: a figure each, medians; ``ratios.ours_vs_redis_client``: our index's time to GEOSEARCH's, by size."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    say(f"{machine}; nearest {nearest.K} within {nearest.RADIUS_M:.0f} m, rounds taken in turns")
    shops = read_shops(say)
    rows, ratios = nearest.measure(shops, full, say)
    _print_nearest(rows, ratios, say)
    near = people.measure(shops, full, say)
    _print_near(near, say)
    return {
        "benchmark": "stores",
        "size": "full" if full else "small",
        "machine": machine,
        "rows": [*rows, *near],
        "ratios": {"ours_vs_redis_client": ratios},
    }


def _print_nearest(rows: list[dict[str, Any]], ratios: dict[str, float], say: Say) -> None:
    say(f"{'engine':18}{'stores':>9}{'µs':>9}{'CPU µs':>9}")
    for row in rows:
        if row["part"] == "nearest":
            say(f"{row['engine']:18}{row['stores']:9}{row['us']:9}{row['cpu_us']:9}")
    for row in rows:
        if row["part"] == "reload":
            took = f"{row['seconds']} s, the loop waits {row['longest_wait_ms']} ms at the longest"
            say(f"all {row['stores']} read from SQLite and the index grown: {took}")
    for size, ratio in ratios.items():
        say(f"{size} stores: our index takes {ratio} of the time of Redis's faster client")


def _print_near(rows: list[dict[str, Any]], say: Say) -> None:
    for row in rows:
        say(
            f"{row['way']:20}{row['places']:11} places: {row['ms']} ms, slowest point {row['slowest_ms']} ms;"
            f" {row['people']:.0f} people near, at most {row['most_people']}; index {row['index_mb']} MB"
        )
