"""Customers within 3 km of a store among a million coarse places and more, in PostgreSQL, beside a scan of all."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from benchmarks.stores.ground import HOME_KM, Degrees, Say, scatter
from benchmarks.webhook import databases
from core.accounts import Crs
from core.cells import key_of
from core.clock import now
from core.coordinates import convert
from core.places import EARTH_RADIUS_M, Point, coarse
from customers.near import count_near, customers_near
from models.database import close_database, connection, migrate, open_database
from models.dialect.bulk import insert_rows

RADIUS_M, CELL_M = 3000.0, 600.0
_HOMES = 200_000
_GCJ02_SHARE = 0.3

_FILL = """
INSERT INTO place (customer_id, latitude, longitude, crs, cell, accuracy_m, source, captured_at, expires_at)
SELECT n, h.latitude, h.longitude, h.crs, h.cell, 0, 'event.location', $1::timestamptz,
       $1::timestamptz + random() * interval '30 days'
FROM (SELECT n, 1 + floor(random() * $3::int)::int AS at FROM generate_series(1, $2::int) n) AS s
JOIN home h ON h.number = s.at
"""
# The great circle in SQL, over every row: what an index is measured against, and a second opinion on the count.
_SCAN = f"""
SELECT count(*) AS people FROM place JOIN unnest($1::text[], $2::float8[], $3::float8[]) AS here(crs, lat, lng)
  ON here.crs = place.crs
WHERE expires_at > $4 AND 2 * {EARTH_RADIUS_M} * asin(least(1, sqrt(sin(radians(latitude - lat) / 2) ^ 2
  + cos(radians(lat)) * cos(radians(latitude)) * sin(radians(longitude - lng) / 2) ^ 2))) <= $5
"""


def measure(shops: list[Degrees], full: bool, say: Say) -> list[dict[str, Any]]:
    """A row for each way; none without PostgreSQL."""
    if not databases.has_postgres():
        say("NO POSTGRESQL ANSWERS: customers near a point are SKIPPED")
        return []
    with databases.postgres() as url:
        return asyncio.run(_measure(url, shops, full, say))


async def _measure(url: str, shops: list[Degrees], full: bool, say: Say) -> list[dict[str, Any]]:
    count, at = 10_000_000 if full else 1_000_000, now()
    await migrate(url)
    await open_database(url, 2)
    begun_s = time.perf_counter()
    await _fill(shops, count, at)
    say(f"{count:,} places stored in {time.perf_counter() - begun_s:.0f} s")
    asked = [Point(*place, Crs.WGS84) for place in random.Random(7).sample(shops, min(len(shops), 60 if full else 30))]
    sizes = await connection().execute_query_dict(
        "SELECT pg_relation_size('place') AS table_bytes,"
        " (SELECT pg_relation_size(indexrelid) FROM pg_stat_user_indexes JOIN pg_indexes ON indexname = indexrelname"
        "  WHERE relname = 'place' AND indexdef LIKE '%(cell)') AS index_bytes"
    )
    people = [(await count_near(point, RADIUS_M, at, cell_m=CELL_M)).count for point in asked]
    shared = {
        "part": "customers near", "places": count, "people": statistics.median(people), "most_people": max(people),
        "table_mb": round(sizes[0]["table_bytes"] / 1e6), "index_mb": round(sizes[0]["index_bytes"] / 1e6),
    }  # fmt: skip

    async def first_batch(point: Point) -> int:
        async for batch in customers_near(point, RADIUS_M, at):
            return len(batch)
        return 0

    rows = [
        await _row(shared, "count", lambda point: _count(point, at), asked, rounds=5),
        await _row(shared, "first batch of ids", first_batch, asked, rounds=3),
        await _row(shared, "scan of all places", lambda point: _scan(point, at), asked[:3], rounds=1),
    ]
    await close_database()
    return rows


async def _row(
    shared: dict[str, Any], way: str, ask: Callable[[Point], Awaitable[int]], asked: list[Point], rounds: int
) -> dict[str, Any]:
    """Medians a point of rounds over all points; then the median and the slowest point."""
    times_ms: list[list[float]] = [[] for _ in asked]
    for _ in range(rounds):
        for times, point in zip(times_ms, asked, strict=True):
            begun_s = time.perf_counter()
            await ask(point)
            times.append((time.perf_counter() - begun_s) * 1000)
    medians = [statistics.median(times) for times in times_ms]
    return {**shared, "way": way, "ms": round(statistics.median(medians), 2), "slowest_ms": round(max(medians), 2)}


async def _count(point: Point, at: datetime) -> int:
    return (await count_near(point, RADIUS_M, at, cell_m=CELL_M)).count


async def _scan(point: Point, at: datetime) -> int:
    here = [convert(point, crs) for crs in Crs]
    values = [[p.crs.value for p in here], [p.latitude for p in here], [p.longitude for p in here], at, RADIUS_M]
    scanned = int((await connection().execute_query_dict(_SCAN, values))[0]["people"])
    if scanned != await _count(point, at):
        raise RuntimeError(f"{scanned} people by looking at all, {await _count(point, at)} by cells, near {point}")
    return scanned


async def _fill(shops: list[Degrees], count: int, at: datetime) -> None:
    """Places without their customers, in no order of cells; the index made afterwards, as a restore does."""
    db = connection()
    dice = random.Random(5)
    homes = []
    for number, place in enumerate(scatter(shops, _HOMES, HOME_KM, seed=9), 1):
        crs = Crs.GCJ02 if dice.random() < _GCJ02_SHARE else Crs.WGS84
        here = convert(Point(*place, Crs.WGS84), crs)
        centre = coarse(here.latitude, here.longitude, CELL_M)
        homes.append((number, *centre, crs.value, key_of(*centre, crs)))
    await db.execute_script(
        "CREATE TABLE home (number int PRIMARY KEY, latitude float8, longitude float8, crs text, cell bigint)"
    )
    columns = {"number": "int", "latitude": "float8", "longitude": "float8", "crs": "text", "cell": "bigint"}
    await insert_rows("home", columns, homes)
    indexes = await db.execute_query_dict(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'place' AND indexdef NOT LIKE '%UNIQUE%'"
    )
    keys = await db.execute_query_dict(
        "SELECT conname FROM pg_constraint WHERE conrelid = 'place'::regclass AND contype = 'f'"
    )
    for key in keys:
        await db.execute_script(f'ALTER TABLE place DROP CONSTRAINT "{key["conname"]}"')
    for index in indexes:
        await db.execute_script(f'DROP INDEX "{index["indexname"]}"')
    await db.execute_query(_FILL, [at, count, _HOMES])
    for index in indexes:
        await db.execute_script(index["indexdef"])
    await db.execute_query("VACUUM ANALYZE place")
