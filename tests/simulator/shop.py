"""A tiny product written with wechatpy alone: answers pushes, can fail, can be slow, remembers what it got."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import xmltodict
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply
from wechatpy.utils import check_signature

from simulator.accounts import Account, Mode
from simulator.config import Config

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
RAW: dict[str, Any] = {
    "listen": "127.0.0.1:0",
    "accounts": [
        {
            "key": "shop",
            "kind": "official_account",
            "app_id": "wxshop",
            "app_secret": "wxshop-secret",
            "token": "shop-token",
            "aes_key": AES_KEY,
            "mode": "safe",
            "templates": ["T-ORDER"],
        },
        {
            "key": "mini",
            "kind": "mini_program",
            "app_id": "wxmini",
            "app_secret": "wxmini-secret",
            "token": "mini-token",
            "aes_key": AES_KEY,
            "mode": "safe",
            "format": "json",
            "templates": ["T-STOCK"],
        },
    ],
    "scenes": [{"scene": "g_one", "guide": "G001"}, {"scene": "g_two", "guide": "G002"}],
}


class Shop:
    """Answers ``says`` ("" for success), or the next of ``words`` while there are any.

    ``failures``: statuses answered first, one a push. ``delays``: seconds slept first. ``then``: awaited before each
    answer, with the account and the fields of the push.
    """

    def __init__(self, config: Config) -> None:
        self.accounts = {account.key: account for account in config.accounts}
        self.base = ""
        self.says = "欢迎光临"
        self.words: list[str] = []
        self.then: Callable[[Account, dict[str, Any]], Awaitable[None]] | None = None
        self.failures: list[int] = []
        self.delays: list[float] = []
        self.got: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.raw: list[bytes] = []
        self.reported: list[dict[str, Any]] = []
        self.codes: list[str] = []

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/hooks/{key}", self.check)
        app.router.add_post("/hooks/{key}", self.hear)
        app.router.add_post("/mini/{key}/session", self.sign_in)
        app.router.add_post("/mini/{key}/events", self.report)
        return app

    async def check(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        check_signature(self._account(request).token, query["signature"], query["timestamp"], query["nonce"])
        return web.Response(text=query["echostr"])

    async def hear(self, request: web.Request) -> web.Response:
        query, data = dict(parse_qsl(request.query_string)), await request.read()
        self.queries.append(query)
        self.raw.append(data)
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        if self.failures:
            return web.Response(status=self.failures.pop(0))
        account = self._account(request)
        check_signature(account.token, query["signature"], query["timestamp"], query["nonce"])
        fields = opened(account, query, data)
        self.got.append(fields)
        if self.then:
            await self.then(account, fields)
        return web.Response(text=self._answer(account, query, fields))

    async def sign_in(self, request: web.Request) -> web.Response:
        self.codes.append((await request.json())["code"])
        return web.json_response({"token": f"session-{len(self.codes)}"})

    async def report(self, request: web.Request) -> web.Response:
        if not request.headers["Authorization"].startswith("Bearer session-"):
            return web.json_response({"code": "no_session"}, status=401)
        self.reported += (await request.json())["events"]
        return web.json_response({"accepted": 1})

    def _answer(self, account: Account, query: dict[str, str], fields: dict[str, Any]) -> str:
        says = self.words.pop() if self.words else self.says
        if not says or not account.is_official:
            return "success"
        reply = TextReply(content=says, source=fields["ToUserName"], target=fields["FromUserName"], time=1)
        if account.mode is not Mode.SAFE:
            return reply.render()
        return crypto_of(account).encrypt_message(reply, query["nonce"], query["timestamp"])

    def _account(self, request: web.Request) -> Account:
        return self.accounts[request.match_info["key"]]


def opened(account: Account, query: dict[str, str], data: bytes) -> dict[str, Any]:
    """What wechatpy makes of a push: the decrypted fields."""
    text = data.decode()
    outer = json.loads(text) if text.startswith("{") else xmltodict.parse(text)["xml"]
    if "encrypt_type" not in query:
        return outer
    inner = crypto_of(account).decrypt_message(outer, query["msg_signature"], query["timestamp"], query["nonce"])
    return json.loads(inner) if inner.startswith("{") else xmltodict.parse(inner)["xml"]


def crypto_of(account: Account) -> WeChatCrypto:
    return WeChatCrypto(account.token, account.aes_key, account.app_id)
