"""Migrated, empty databases for tests, migrated once a run: SQLite by copying a file, PostgreSQL by emptying tables."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

import models
from models.database import close_database, migrate, open_database
from tests.services import fresh_postgres

TABLES = [getattr(models, name)._meta.db_table for name in models.__all__ if hasattr(getattr(models, name), "_meta")]


def _on_own_loop(coroutine: object) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result()  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.db"
    _on_own_loop(migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    """A migrated database that tests empty and share, one after the other."""
    with fresh_postgres() as url:
        _on_own_loop(migrate(url))
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        return copy_of(request.getfixturevalue("migrated_sqlite"), tmp_path)
    url: str = request.getfixturevalue("migrated_postgres")
    _on_own_loop(empty(url))
    return url


@pytest.fixture
async def database(migrated_url: str) -> AsyncIterator[str]:
    """The URL of an open database with all tables and no rows; the test runs once on each kind."""
    await open_database(migrated_url)
    yield migrated_url
    await close_database()


@pytest.fixture
async def postgres(migrated_postgres: str) -> AsyncIterator[str]:
    """PostgreSQL alone, open and empty, where transactions truly run beside each other."""
    await empty(migrated_postgres)
    await open_database(migrated_postgres)
    yield migrated_postgres
    await close_database()


def copy_of(migrated: Path, folder: Path) -> str:
    """The URL of a copy in ``folder``."""
    return f"sqlite:///{shutil.copy(migrated, folder / 'zhiji.db')}"


async def empty(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    try:
        names = ", ".join(f'"{table}"' for table in TABLES)
        await connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    finally:
        await connection.close()
