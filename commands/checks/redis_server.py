"""Redis: present, embedded, or away, which slows things down and loses nothing."""

from __future__ import annotations

import asyncio

from redis.exceptions import AuthenticationError, RedisError

from commands.checks.finding import Finding, green, yellow
from delivery.wakeup import EMBEDDED, connect_redis
from models.database import is_sqlite

PART = "redis"

_WAIT_S = 3.0


async def check_redis(url: str, database_url: str) -> Finding:
    """Never red: the relational database is the only truth."""
    if url == EMBEDDED:
        if is_sqlite(database_url):
            return green(PART, "embedded: enough for the one server process that SQLite allows")
        remedy = "for more than one server process set SCRM_REDIS_URL to redis://host:port/number"
        return yellow(PART, "embedded: processes do not wake each other, sending may wait a second", remedy)
    redis = connect_redis(url)
    try:
        async with asyncio.timeout(_WAIT_S):
            version = (await redis.info("server"))["redis_version"]
    except AuthenticationError:
        return yellow(PART, "refuses our user or password: sending may wait a second", "correct SCRM_REDIS_URL")
    except (RedisError, OSError, ValueError, KeyError) as error:
        detail = f"does not answer ({type(error).__name__}): sending may wait a second, nothing is lost"
        return yellow(PART, detail, "start it, or correct SCRM_REDIS_URL")
    finally:
        await redis.aclose()
    return green(PART, f"Redis {version}")
