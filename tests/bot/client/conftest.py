"""Both WeChats and our client, each test its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.wechat import (
    Caller,
    ScriptedWeChat,
    SimulatedWeChat,
    open_caller,
    scripted_wechat,
    simulated_wechat,
)


@pytest.fixture
async def wechat() -> AsyncIterator[SimulatedWeChat]:
    async with simulated_wechat() as wechat:
        yield wechat


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedWeChat]:
    async with scripted_wechat() as wechat:
        yield wechat


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    async with open_caller() as caller:
        yield caller
