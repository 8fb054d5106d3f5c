"""A copy of each push goes to an old system as WeChat would have sent it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.edge.forward import Forwarder


class OldSystem:
    """Takes copies; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.got: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        await self.got.put((request.rel_url.raw_path_qs, request.headers["Content-Type"], await request.read()))
        return web.Response(status=self.status, text="success")


@asynccontextmanager
async def forwarding(system: OldSystem, path: str = "/old") -> AsyncIterator[Forwarder]:
    runner = web.ServerRunner(web.Server(system.handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        forwarder = Forwarder({"shop": f"http://127.0.0.1:{port}{path}", "other": ""}, session)
        forwarder.start()
        yield forwarder
        await forwarder.stop()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"<xml><A>1</A></xml>", "text/xml"), (b' {"MsgType": "text"}', "application/json")]
)
async def test_query_and_body_arrive_as_they_came(body: bytes, content_type: str) -> None:
    system = OldSystem()
    async with forwarding(system) as forwarder:
        forwarder.offer("shop", "signature=ab%2Bc&nonce=1", body)
        assert await asyncio.wait_for(system.got.get(), 5) == ("/old?signature=ab%2Bc&nonce=1", content_type, body)


async def test_only_accounts_with_an_old_address_are_forwarded() -> None:
    system = OldSystem()
    async with forwarding(system) as forwarder:
        forwarder.offer("other", "n=1", b"<xml/>")
        forwarder.offer("unknown", "n=2", b"<xml/>")
        forwarder.offer("shop", "n=3", b"<xml/>")
        assert (await asyncio.wait_for(system.got.get(), 5))[0] == "/old?n=3"
        assert system.got.empty()


async def test_an_old_system_that_is_away_loses_its_copies_and_stops_nothing() -> None:
    async with aiohttp.ClientSession() as session:
        forwarder = Forwarder({"shop": "http://127.0.0.1:9/"}, session)
        forwarder.start()
        forwarder.offer("shop", "n=1", b"<xml/>")
        async with asyncio.timeout(5):
            while not forwarder.dropped:
                await asyncio.sleep(0.01)
        assert forwarder.forwarded == 0
        await forwarder.stop()
