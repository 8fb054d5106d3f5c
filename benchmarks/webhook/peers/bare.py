"""A bare aiohttp handler under uvloop that reads the body and answers ``success``: the floor of any aiohttp service."""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiohttp import web


async def _handle(request: web.BaseRequest) -> web.Response:
    await request.read()
    return web.Response(body=b"success", content_type="text/plain")


async def _serve(port: int) -> None:
    runner = web.ServerRunner(web.Server(_handle, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
