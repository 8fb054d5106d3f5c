"""Redis GEOSEARCH asked by redis-py, blocking and on a loop; the stores lie under a key of their own."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
import redis.asyncio

from benchmarks.stores.ground import Degrees

URL = os.environ.get("SCRM_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
EARTH_RADIUS_M = 6_372_797.560856
"""Redis's own."""

_GONE_AFTER_S = 900
_CHUNK = 5000

Hits = list[tuple[str, float]]
"""Member and metres, nearest first."""


def find_fault() -> str | None:
    """Why no Redis can be asked, or None."""
    try:
        with redis.Redis.from_url(URL, socket_connect_timeout=3) as client:
            client.ping()
    except redis.RedisError as error:
        return f"{type(error).__name__}: {error}"
    return None


@contextmanager
def laid_out(stores: Sequence[Degrees]) -> Iterator[str]:
    """The key of a geo set of these stores, whose members are their numbers; deleted afterwards."""
    key = f"zhiji:bench:stores:{secrets.token_hex(6)}"
    with redis.Redis.from_url(URL) as client:
        try:
            for start in range(0, len(stores), _CHUNK):
                values: list[Any] = []
                for number, (latitude, longitude) in enumerate(stores[start : start + _CHUNK], start):
                    values += longitude, latitude, str(number)
                client.geoadd(key, values)
            client.expire(key, _GONE_AFTER_S)
            yield key
        finally:
            client.delete(key)


def ask_blocking(key: str, places: Sequence[Degrees], count: int, radius_m: float) -> tuple[list[Hits], float]:
    """The answers, and seconds a query, over one connection that is warm."""
    with redis.Redis.from_url(URL, decode_responses=True) as client:
        client.ping()
        begun_s = time.perf_counter()
        found: Any = [client.geosearch(key, **_asked(place, count, radius_m)) for place in places]
        return _hits(found), (time.perf_counter() - begun_s) / len(places)


def ask_on_loop(key: str, places: Sequence[Degrees], count: int, radius_m: float) -> tuple[list[Hits], float]:
    """The same with ``redis.asyncio``."""

    async def ask() -> tuple[list[Hits], float]:
        async with redis.asyncio.Redis.from_url(URL, decode_responses=True) as client:
            await client.ping()
            begun_s = time.perf_counter()
            found: Any = [await client.geosearch(key, **_asked(place, count, radius_m)) for place in places]
            return _hits(found), (time.perf_counter() - begun_s) / len(places)

    return asyncio.run(ask())


def _asked(place: Degrees, count: int, radius_m: float) -> dict[str, Any]:
    latitude, longitude = place
    # The same arc, told in metres of Redis's larger Earth.
    return {
        "latitude": latitude, "longitude": longitude, "radius": radius_m * EARTH_RADIUS_M / 6_371_008.8,
        "unit": "m", "sort": "ASC", "count": count, "withdist": True,
    }  # fmt: skip


def _hits(found: Any) -> list[Hits]:
    return [[(member, float(metres)) for member, metres in hits] for hits in found]
