"""The API on a free port over a real database, with the simulator as the WeChat it asks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import aiohttp
from prometheus_client import CollectorRegistry

from api.application import ApiParts, build_application
from api.session_tokens import SessionTokens
from bot.client.mini_programs import MiniSession, exchange_code
from campaigns.coupons.counter import CouponCounter
from core.accounts import Account
from guides.stores import StoreDirectory
from tests.campaigns.coupons.offers import CODES
from tests.wechat import MINI_ID, Caller, SimulatedWeChat, open_caller, serving, simulated_wechat

SECRET = "5f2b8c1d9e7a4f60b3c2d1e0f9a8b7c6"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
CELL_M = 600.0


@dataclass
class Login:
    """Fills ``MiniLogin`` as ``main`` does."""

    caller: Caller

    async def exchange(self, account: Account, code: str) -> MiniSession:
        return await exchange_code(self.caller.client, account, code)


@dataclass
class Desk:
    in_work: int = 2
    commits: tuple[int, int] = (3, 40)
    handler_errors: int = 1
    is_storing: bool = True


@dataclass
class Answer:
    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(repr=False)


@dataclass
class House:
    """``moment`` is the API's clock; ``redis_fault`` is raised by the ping. ``stores`` look at each request."""

    wechat: SimulatedWeChat
    session: aiohttp.ClientSession
    stores: StoreDirectory
    coupons: CouponCounter
    base: str = ""
    moment: datetime = NOON
    redis_fault: Exception | None = None

    def now(self) -> datetime:
        return self.moment

    async def ping(self) -> None:
        if self.redis_fault is not None:
            raise self.redis_fault

    def code(self, openid: str = "oA", unionid: str = "") -> str:
        self.wechat.world.register(MINI_ID, {"openid": openid, "unionid": unionid})
        return self.wechat.world.app(MINI_ID).codes.mint("login", openid)

    async def post(self, path: str, token: str = "", **request: Any) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.post(self.base + path, headers=headers, **request) as response:
            return Answer(response.status, await response.json(content_type=None), dict(response.headers))

    async def get(self, path: str) -> tuple[int, str, dict[str, str]]:
        async with self.session.get(self.base + path) as response:
            return response.status, await response.text(), dict(response.headers)

    async def see(self, path: str, token: str = "") -> Answer:
        status, body, headers = await self.fetch(path, token)
        return Answer(status, json.loads(body), headers)

    async def fetch(self, path: str, token: str) -> tuple[int, bytes, dict[str, str]]:
        authorised = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.get(self.base + path, headers=authorised) as response:
            return response.status, await response.read(), dict(response.headers)

    async def sign_in(self, openid: str = "oA") -> str:
        answer = await self.post("/mini/mini/session", json={"code": self.code(openid)})
        assert answer.status == 200, answer
        return str(answer.body["token"])

    async def report(self, token: str, *events: Any) -> Answer:
        return await self.post("/mini/mini/events", token, json={"events": list(events)})


@asynccontextmanager
async def open_house(
    desk: Desk | None = None, per_minute: int = 0, counter: type[CouponCounter] = CouponCounter
) -> AsyncIterator[House]:
    """On an open database. ``counter`` is what gives coupons out."""
    async with simulated_wechat() as wechat, open_caller() as caller, aiohttp.ClientSession() as session:
        stores = StoreDirectory(partial(next, count(1.0, 1.0)))
        house = House(wechat, session, stores, counter(CODES, per_minute, stores))
        accounts = {"mini": wechat.mini, "shop": wechat.shop}
        tokens = SessionTokens(SECRET, timedelta(hours=24))
        parts = ApiParts(
            accounts, Login(caller), tokens, CELL_M, CollectorRegistry(), desk or Desk(), stores, house.coupons,
            house.ping, house.now,
        )  # fmt: skip
        house.coupons.start()
        async with serving(build_application(parts)) as house.base:
            yield house
        await house.coupons.stop()
