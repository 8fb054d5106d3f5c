"""The API over an empty database of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.api.house import House, open_house


@pytest.fixture
async def house(database: str) -> AsyncIterator[House]:
    async with open_house() as house:
        yield house
