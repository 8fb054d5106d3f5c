"""The fixtures that hand out databases: fresh, of one test alone, gone afterwards."""

from __future__ import annotations

import asyncpg
import pytest
import redis

from tests.services import fresh_postgres, fresh_redis, get_url


@pytest.mark.postgres
async def test_each_postgres_database_is_empty_its_own_and_dropped_while_connected() -> None:
    with fresh_postgres() as one, fresh_postgres() as other:
        connection = await asyncpg.connect(one)
        assert (
            await connection.fetchval("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == 0
        )
        assert one != other
    with pytest.raises(asyncpg.PostgresError):
        await connection.fetchval("SELECT 1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(one)


@pytest.mark.redis
def test_each_redis_database_is_its_own_and_emptied() -> None:
    with fresh_redis() as one, fresh_redis() as other:
        assert one != other
        client = redis.Redis.from_url(one)
        client.set("left", "behind")
    assert client.get("left") is None


@pytest.mark.redis
def test_a_redis_database_with_somebodys_data_is_left_alone() -> None:
    with fresh_redis() as taken:
        client = redis.Redis.from_url(taken)
        client.flushdb()
        client.set("somebody", "else")
        with fresh_redis() as url:
            assert url != taken
            assert client.get("somebody") == b"else"


def test_tests_run_on_both_kinds_of_database(database_url: str) -> None:
    assert database_url.startswith(("sqlite:///", "postgres"))


def test_the_environment_names_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRM_TEST_POSTGRES_URL", "postgres://someone@example.test:5/x")
    assert get_url("SCRM_TEST_POSTGRES_URL") == "postgres://someone@example.test:5/x"
