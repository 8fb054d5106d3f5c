"""A WeChat for tests on a free port: the simulator with its rules, or answers set one by one; and our client to it."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.client.client import WeChatClient
from bot.client.http import Timeouts, WeChatHttp
from bot.client.token import MemoryTokenStore, Tokens
from core.accounts import Account, AccountKind
from core.clock import now
from core.ports import Metered
from core.tokens import TokenStore
from simulator.api.server import make_app
from simulator.config import parse_config
from simulator.state.stocks import Act
from simulator.state.world import World

SHOP_ID, MINI_ID = "wx00000000000000aa", "wx00000000000000bb"
QUICK = Timeouts(connect_s=1.0, read_s=0.4, total_s=3.0)


def shop_account(base: str, **changes: Any) -> Account:
    values = {"app_secret": "shop-secret", "token": "t", "api_base": base, **changes}
    return Account("shop", AccountKind.OFFICIAL_ACCOUNT, SHOP_ID, **values)


def mini_account(base: str, **changes: Any) -> Account:
    values = {"app_secret": "mini-secret", "token": "t", "api_base": base, **changes}
    return Account("mini", AccountKind.MINI_PROGRAM, MINI_ID, **values)


@dataclass
class SimulatedWeChat:
    """The simulator's platform. ``world`` may be looked into and turned."""

    world: World
    base: str

    @property
    def shop(self) -> Account:
        return shop_account(self.base)

    @property
    def mini(self) -> Account:
        return mini_account(self.base)

    @property
    def accepted(self) -> list[tuple[str, str]]:
        """(openid, words) of every message a customer got."""
        return [(row.openid, row.text) for row in self.world.ledger.rows]

    def calls(self, path: str) -> int:
        return self.world.ledger.calls[path]

    def follower(self, openid: str = "oA", unionid: str = "") -> str:
        self.world.register(SHOP_ID, {"openid": openid, "unionid": unionid})
        self.world.note(SHOP_ID, openid, Act.FOLLOW)
        return openid

    def writes(self, openid: str, app_id: str = SHOP_ID) -> None:
        self.world.note(app_id, openid, Act.MESSAGE)


@asynccontextmanager
async def simulated_wechat(clock: Callable[[], float] = time.time, **shop: Any) -> AsyncIterator[SimulatedWeChat]:
    accounts = [
        {
            "key": "shop",
            "kind": "official_account",
            "app_id": SHOP_ID,
            "app_secret": "shop-secret",
            "token": "t",
            **shop,
        },
        {"key": "mini", "kind": "mini_program", "app_id": MINI_ID, "app_secret": "mini-secret", "token": "t"},
    ]
    world = World(parse_config({"accounts": accounts}), clock)
    async with serving(make_app(world)) as base:
        yield SimulatedWeChat(world, base)


Answer = dict[str, Any] | Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class ScriptedWeChat:
    """Answers each path by what is set for it: a JSON object, or a function that does something stranger."""

    base: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    bodies: list[Any] = field(default_factory=list)
    tokens: int = 0

    @property
    def shop(self) -> Account:
        return shop_account(self.base)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls[request.path] += 1
        data = await request.read()
        self.bodies.append(data)
        answer = self.answers.get(request.path)
        if callable(answer):
            return await answer(request)
        if answer is None and request.path == "/cgi-bin/stable_token":
            self.tokens += 1
            answer = {"access_token": f"T{self.tokens}", "expires_in": 7200}
        return web.Response(body=json.dumps(answer if answer is not None else {"errcode": 0}).encode())


@asynccontextmanager
async def scripted_wechat() -> AsyncIterator[ScriptedWeChat]:
    wechat = ScriptedWeChat()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", wechat.answer)
    async with serving(app) as wechat.base:
        yield wechat


async def cut(request: web.Request) -> web.StreamResponse:
    """Reads the request and closes the connection without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hang(request: web.Request) -> web.StreamResponse:
    """Reads the request and never answers within any time-out of a test."""
    await asyncio.sleep(5)
    return web.Response()


def says(status: int, body: bytes, after_s: float = 0.0) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(after_s)
        return web.Response(status=status, body=body)

    return answer


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Caller:
    """Our client as ``main`` wires it; ``failures`` are what it told of failed calls."""

    client: WeChatClient
    tokens: Tokens
    http: WeChatHttp
    failures: list[tuple[str, str, int, str]]


@asynccontextmanager
async def open_caller(
    store: TokenStore | None = None, timeouts: Timeouts = QUICK, clock: Any = now, metered: Metered | None = None
) -> AsyncIterator[Caller]:
    failures: list[tuple[str, str, int, str]] = []

    async def record(app_id: str, api: str, code: int, detail: str) -> None:
        failures.append((app_id, api, code, detail))

    async with WeChatHttp(timeouts) as http:
        tokens = Tokens(http, store or MemoryTokenStore(), clock)
        yield Caller(WeChatClient(http, tokens, record, clock, metered), tokens, http, failures)
        await tokens.close()


@dataclass
class Hands:
    """A clock a test moves; starts at the real time, to the millisecond."""

    moment: Any = field(default_factory=now)

    def __call__(self) -> Any:
        return self.moment

    def epoch(self) -> float:
        return float(self.moment.timestamp())
