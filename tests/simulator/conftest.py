"""A simulator on a free port, with a clock the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from simulator.api.server import make_app
from simulator.config import Config, parse_config
from simulator.state.stocks import Act
from simulator.state.world import World
from tests.simulator.shop import RAW, Shop


@dataclass
class Clock:
    now: float = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Platform:
    """A running API: calls it over HTTP as a product would."""

    world: World
    base: str
    session: aiohttp.ClientSession
    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: object = None, **query: str) -> dict:
        async with self.session.request(method, self.base + path, params=query, json=body) as response:
            assert response.status == 200
            return await response.json(content_type=None)

    async def token(self, app_id: str = "wxshop") -> str:
        answer = await self.ask(
            "POST",
            "/cgi-bin/stable_token",
            {"grant_type": "client_credential", "appid": app_id, "secret": f"{app_id}-secret"},
        )
        return answer["access_token"]

    async def call(self, method: str, path: str, body: object = None, app_id: str = "wxshop", **query: str) -> dict:
        """A call with a living token."""
        return await self.ask(method, path, body, access_token=await self.token(app_id), **query)

    async def say(self, openid: str, content: str = "您好", app_id: str = "wxshop") -> int:
        """The errcode of a customer-service text."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": content}}
        return (await self.call("POST", "/cgi-bin/message/custom/send", body, app_id=app_id))["errcode"]

    def follower(self, openid: str = "oA", unionid: str = "") -> str:
        self.world.register("wxshop", {"openid": openid, "unionid": unionid})
        self.world.note("wxshop", openid, Act.FOLLOW)
        return openid


@pytest.fixture
def config() -> Config:
    return parse_config(RAW)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def platform(config: Config, clock: Clock) -> AsyncIterator[Platform]:
    world = World(config, clock)
    async with _served(make_app(world)) as base, aiohttp.ClientSession() as session:
        yield Platform(world, base, session, clock)


@pytest.fixture
async def shop(config: Config) -> AsyncIterator[Shop]:
    shop = Shop(config)
    async with _served(shop.app()) as shop.base:
        yield shop


class _served:
    def __init__(self, app: web.Application) -> None:
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> str:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
