"""The nearest five stores within 3 km: ours, the index alone and the whole directory, beside Redis."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from benchmarks.stores.ground import STORE_KM, Degrees, Say, scatter
from benchmarks.stores.peers import geosearch
from benchmarks.webhook import databases
from core.accounts import Crs
from core.coordinates import to_gcj02
from core.places import EARTH_RADIUS_M, Point, distance_m
from guides.sphere import Sphere, Spot
from guides.stores import StoreDirectory
from models.database import close_database, migrate, open_database
from models.dialect.bulk import insert_rows

K, RADIUS_M = 5, 3000.0
SIZES = (10_000, 100_000)
MOMENT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
_CHECKED = 30
_ROUNDING_M = 1.5
"""Redis keeps places as 52 bits: up to 0.6 m away from where they are, and so does the asker's."""

Round = Callable[[], tuple[list[list[float]], float]]
"""One round over the places asked from: metres found for each, and seconds a query."""


def measure(shops: list[Degrees], full: bool, say: Say) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """A row for each size and engine; ours to Redis by size, the faster of its two clients."""
    fault = geosearch.find_fault()
    if fault:
        say(f"NO REDIS ANSWERS at {geosearch.URL} ({fault}): GEOSEARCH IS SKIPPED, and with it the ratio")
    rows, ratios = [], {}
    for size in SIZES:
        stores = scatter(shops, size, STORE_KM, seed=size)
        asked = scatter(shops, 500 if full else 200, STORE_KM, seed=size + 1)
        found = _measure(stores, asked, 21 if full else 7, with_redis=fault is None)
        rows += found
        times = {row["engine"]: row["us"] for row in found if row["part"] == "nearest"}
        if fault is None:
            fastest = min(us for engine, us in times.items() if engine.startswith("redis"))
            ratios[str(size)] = round(times["ours, index"] / fastest, 3)
    return rows, ratios


def _measure(stores: list[Degrees], asked: list[Degrees], rounds: int, *, with_redis: bool) -> list[dict[str, Any]]:
    sphere = Sphere([Spot(*place, f"{number:06d}") for number, place in enumerate(stores)])
    _check_by_force(sphere, stores, asked[:_CHECKED])
    directory, reload = asyncio.run(_directory(stores))
    engines: dict[str, Round] = {
        "ours, index": lambda: _index(sphere, asked),
        "ours, directory": lambda: _whole(directory, asked),
    }
    if not with_redis:
        return _rows(len(stores), engines, rounds, reload)
    with geosearch.laid_out(stores) as key:
        for name, ask in {"redis, blocking": geosearch.ask_blocking, "redis, asyncio": geosearch.ask_on_loop}.items():
            engines[name] = lambda ask=ask: _metres(*ask(key, asked, K, RADIUS_M))  # type: ignore[misc]
        return _rows(len(stores), engines, rounds, reload)


def _rows(size: int, engines: dict[str, Round], rounds: int, reload: dict[str, float]) -> list[dict[str, Any]]:
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    cpu: dict[str, list[float]] = {name: [] for name in engines}
    for _ in range(rounds):
        answers = {}
        for name, ask in engines.items():
            begun_s = time.process_time()
            answers[name], took_s = ask()
            cpu[name].append((time.process_time() - begun_s) / len(answers[name]))
            seconds[name].append(took_s)
        _check_alike(answers)
    rows: list[dict[str, Any]] = [
        {
            "part": "nearest", "stores": size, "engine": name, "us": round(statistics.median(seconds[name]) * 1e6, 1),
            "cpu_us": round(statistics.median(cpu[name]) * 1e6, 1),
        }
        for name in engines
    ]  # fmt: skip
    return [*rows, {"part": "reload", "stores": size, **reload}]


def _index(sphere: Sphere, asked: Sequence[Degrees]) -> tuple[list[list[float]], float]:
    begun_s = time.perf_counter()
    found = [sphere.nearest(*place, K, RADIUS_M) for place in asked]
    took_s = (time.perf_counter() - begun_s) / len(asked)
    return [[metres for metres, _ in each] for each in found], took_s


def _whole(directory: StoreDirectory, asked: Sequence[Degrees]) -> tuple[list[list[float]], float]:
    """As a customer asks: from a point of WeChat's map, GCJ-02, to cards of stores."""
    points = [to_gcj02(Point(*place, Crs.WGS84)) for place in asked]
    begun_s = time.perf_counter()
    found = [directory.nearest(point, K, MOMENT, within_m=RADIUS_M) for point in points]
    took_s = (time.perf_counter() - begun_s) / len(asked)
    return [[near.distance_m for near in each] for each in found], took_s


def _metres(found: list[geosearch.Hits], took_s: float) -> tuple[list[list[float]], float]:
    shrink = EARTH_RADIUS_M / geosearch.EARTH_RADIUS_M
    return [[metres * shrink for _, metres in hits] for hits in found], took_s


def _check_by_force(sphere: Sphere, stores: Sequence[Degrees], asked: Sequence[Degrees]) -> None:
    for place in asked:
        ranked = sorted((distance_m(*place, *store), f"{number:06d}") for number, store in enumerate(stores))[:K]
        expected = [each for each in ranked if each[0] <= RADIUS_M]
        if [(metres, spot.key) for metres, spot in sphere.nearest(*place, K, RADIUS_M)] != expected:
            raise RuntimeError(f"not the nearest stores of {place}")


def _check_alike(answers: dict[str, list[list[float]]]) -> None:
    ours = answers["ours, index"]
    for name, others in answers.items():
        for one, other in zip(ours, others, strict=True):
            both = min(len(one), len(other))
            is_alike = all(abs(a - b) <= _ROUNDING_M for a, b in zip(one[:both], other[:both], strict=True))
            if not is_alike or any(metres < RADIUS_M - _ROUNDING_M for metres in [*one[both:], *other[both:]]):
                raise RuntimeError(f"{name} disagrees: {other}, ours {one}")


async def _directory(stores: Sequence[Degrees]) -> tuple[StoreDirectory, dict[str, float]]:
    """A directory read from a database of its own; how long that took, and the longest the loop had to wait."""
    with databases.sqlite() as url:
        await migrate(url)
        await open_database(url, 2)
        numbers = range(1, len(stores) + 1)
        tree = {"id": "bigint", "kind": "text", "code": "text", "name": "text", "path": "text"}
        await insert_rows("organisation", tree, [(n, "store", f"{n:06d}", "门店", f"/{n}/") for n in numbers])
        columns = {
            "organisation_id": "bigint", "code": "text", "name": "text", "city": "text", "address": "text",
            "latitude": "float8", "longitude": "float8", "crs": "text", "phone": "text", "opening_hours": "text",
        }  # fmt: skip
        shop = "wgs84", "", "Mo-Fr 10:00-22:00; Sa,Su 09:00-23:00"
        rows = [(n, f"{n:06d}", "门店", "上海", "", *place, *shop) for n, place in zip(numbers, stores, strict=True)]
        await insert_rows("store", columns, rows)
        directory, waits = StoreDirectory(), [0.0]
        gc.collect()
        gc.freeze()  # as the server does when it is up
        watching = asyncio.create_task(_watch(waits))
        begun_s = time.perf_counter()
        await directory.refresh()
        took_s = time.perf_counter() - begun_s
        watching.cancel()
        await close_database()
    return directory, {"seconds": round(took_s, 2), "longest_wait_ms": round(max(waits) * 1000, 1)}


async def _watch(waits: list[float]) -> None:
    """Notes how long the loop lets a task wait that has something to do all the time."""
    while True:
        begun_s = time.perf_counter()
        await asyncio.sleep(0)
        waits.append(time.perf_counter() - begun_s)
