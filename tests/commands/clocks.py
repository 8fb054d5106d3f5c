"""A WeChat that says yes to everything, with a clock of its own."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate

from aiohttp import web

from tests.wechat import serving


@asynccontextmanager
async def wechat_whose_clock_is_off(offset_s: float) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        words = {"access_token": "T", "expires_in": 7200, "ip_list": [], "quota": {"daily_limit": 10, "used": 0}}
        date = formatdate(time.time() + offset_s, usegmt=True)
        return web.Response(body=json.dumps(words).encode(), headers={"Date": date})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with serving(app) as base:
        yield base
