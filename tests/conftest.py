"""Fixtures every test may use, and what happens to tests whose PostgreSQL or Redis is absent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import database, migrated_postgres, migrated_sqlite, migrated_url, postgres  # noqa: F401
from tests.services import FAULTS, fresh_postgres, fresh_redis

SERVICES_REQUIRED = os.environ.get("ZHIJI_REQUIRE_SERVICES") == "1"
SERVICE_OF_FIXTURE = {"postgres_url": "postgres", "postgres": "postgres", "redis_url": "redis"}
NOT_RUN = pytest.StashKey[dict[str, int]]()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A new, empty PostgreSQL database of this test alone."""
    with fresh_postgres() as url:
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis database of this test alone."""
    with fresh_redis() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new, empty database of this test alone: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'zhiji.db'}"
        return
    with fresh_postgres() as url:
        yield url


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOT_RUN] = {}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by fixture, so that `-m postgres` selects what needs PostgreSQL."""
    for item in items:
        for fixture, service in SERVICE_OF_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(service)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose service is absent; where services are required that is a failure."""
    for service, find_fault in FAULTS.items():
        if item.get_closest_marker(service) is None:
            continue
        if (fault := find_fault()) is None:
            continue
        if SERVICES_REQUIRED:
            pytest.fail(f"{fault} (ZHIJI_REQUIRE_SERVICES=1)", pytrace=False)
        counts = item.config.stash[NOT_RUN]
        counts[fault] = counts.get(fault, 0) + 1
        pytest.skip(fault)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Says loudly what was not tested."""
    for fault, count in config.stash[NOT_RUN].items():
        terminalreporter.section("NOT TESTED", sep="!", yellow=True, bold=True)
        terminalreporter.line(
            f"{count} tests did not run: {fault}; scripts/services starts what is missing", yellow=True
        )
