"""Real PostgreSQL and Redis for tests: where they are, whether they answer, and a fresh database for each use.

``python -m tests.services postgres|redis`` says whether one answers (exit 0) or why not (exit 1).
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import redis

ROOT = Path(__file__).resolve().parent.parent
PRIVATE_ENV = ROOT / ".services" / "env"  # written by scripts/services
DEFAULTS = {
    "SCRM_TEST_POSTGRES_URL": "postgres://postgres@127.0.0.1:5432/postgres",
    "SCRM_TEST_REDIS_URL": "redis://127.0.0.1:6379/15",
}
LEFTOVER_AFTER_S = 7200
CONNECT_TIMEOUT_S = 3.0


def get_url(variable: str) -> str:
    """Where a service should be: the environment's word, else the private instance's, else the default port."""
    return os.environ.get(variable) or _private_urls().get(variable) or DEFAULTS[variable]


def _private_urls() -> dict[str, str]:
    if not PRIVATE_ENV.exists():
        return {}
    return dict(line.split("=", 1) for line in PRIVATE_ENV.read_text().splitlines())


@cache
def find_postgres_fault() -> str | None:
    """Why no PostgreSQL ≥ 15 can be used, or None."""
    url = get_url("SCRM_TEST_POSTGRES_URL")
    try:
        version = _run(_query(url, "SHOW server_version_num"))
    except Exception as error:
        return f"PostgreSQL does not answer at {_place(url)} ({type(error).__name__}: {error})"
    major = int(version) // 10_000
    return None if major >= 15 else f"PostgreSQL {major} answers at {_place(url)}, 15 or newer is needed"


@cache
def find_redis_fault() -> str | None:
    """Why no Redis can be used, or None."""
    url = get_url("SCRM_TEST_REDIS_URL")
    try:
        with _redis(url) as client:
            client.ping()
    except Exception as error:
        return f"Redis does not answer at {_place(url)} ({type(error).__name__}: {error})"
    return None


FAULTS: dict[str, Callable[[], str | None]] = {"postgres": find_postgres_fault, "redis": find_redis_fault}


@contextmanager
def fresh_postgres() -> Iterator[str]:
    """The URL of a new, empty database, dropped afterwards even while somebody is still connected."""
    server = get_url("SCRM_TEST_POSTGRES_URL")
    _drop_leftovers(server)
    name = f"zhiji_test_{int(time.time())}_{os.getpid()}_{secrets.token_hex(4)}"
    _run(_query(server, f'CREATE DATABASE "{name}"'))
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _run(_query(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@cache
def _drop_leftovers(server: str) -> None:
    """Drops what runs that were killed left behind, once a process."""
    names = _run(
        _query(server, "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname ~ '^zhiji_test_[0-9]+_'")
    )
    for name in (names or "").split():
        if int(name.split("_")[2]) < time.time() - LEFTOVER_AFTER_S:
            _run(_query(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


# A Redis has 16 databases and no names for them. One that is empty, or marked as ours by a run that was
# killed, is claimed; somebody's data is never touched.
CLAIM, OURS = "zhiji:test:claim", "zhiji:test:ours"


@contextmanager
def fresh_redis() -> Iterator[str]:
    """The URL of a Redis database that holds nothing but our two claim keys; emptied afterwards."""
    base = urlsplit(get_url("SCRM_TEST_REDIS_URL"))
    first = int(base.path.strip("/") or 0)
    for number in range(first, -1, -1):
        url = base._replace(path=f"/{number}").geturl()
        with _redis(url) as client:
            if _claim(client):
                try:
                    yield url
                finally:
                    client.flushdb()
                return
    raise RuntimeError(
        f"every Redis database from {first} down to 0 at {_place(base.geturl())} holds data or is in use"
    )


def _claim(client: redis.Redis) -> bool:
    if not client.set(CLAIM, os.getpid(), nx=True, ex=LEFTOVER_AFTER_S):
        return False
    if client.dbsize() > 1 and not client.exists(OURS):
        client.delete(CLAIM)
        return False
    with client.pipeline(transaction=True) as pipeline:
        pipeline.flushdb().set(CLAIM, os.getpid(), ex=LEFTOVER_AFTER_S).set(OURS, 1).execute()
    return True


def _redis(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=CONNECT_TIMEOUT_S, socket_timeout=30)


async def _query(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs to the end on a loop of its own, so that it serves tests with and without a running loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def _place(url: str) -> str:
    """Host and port only: the URL may carry a password."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'local socket'}:{parts.port or 'default port'}"


def main() -> int:
    name = sys.argv[1]
    fault = FAULTS[name]()
    print(fault or f"{name} answers at {_place(get_url(f'SCRM_TEST_{name.upper()}_URL'))}")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
