"""The shop of each test; an empty database each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.databases import copy_of
from tests.handlers.shop import Shop, open_shop


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return copy_of(migrated_sqlite, tmp_path)


@pytest.fixture
async def shop(sqlite_url: str) -> AsyncIterator[Shop]:
    async with open_shop(sqlite_url) as shop:
        yield shop


@pytest.fixture
async def hasty_shop(sqlite_url: str) -> AsyncIterator[Shop]:
    """Erases whoever unfollows at once."""
    async with open_shop(sqlite_url, grace=timedelta(0)) as shop:
        yield shop


@pytest.fixture
async def any_shop(migrated_url: str) -> AsyncIterator[Shop]:
    """Once on each kind of database."""
    async with open_shop(migrated_url) as shop:
        yield shop
