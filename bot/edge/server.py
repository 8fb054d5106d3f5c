"""One port, two doors: the webhook on a low-level handler, everything else on the API application."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from bot.channels.channel import MAX_BODY
from bot.edge.webhook import PREFIX, Webhook


class EdgeRunner(web.AppRunner):
    """Runs an application whose ``/hooks/`` requests never pass through its router, middlewares or signals.

    A bare request handler costs a fifth less CPU than an application's (docs/benchmarks.md).
    """

    def __init__(self, app: web.Application, webhook: Webhook, **kwargs: Any) -> None:
        super().__init__(app, access_log=None, handle_signals=False, **kwargs)
        self._webhook = webhook

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        application = server.request_factory
        hooks = self._webhook.handle
        app_handler = server.request_handler
        loop = asyncio.get_running_loop()

        def make_request(
            message: RawRequestMessage,
            payload: StreamReader,
            protocol: RequestHandler,
            writer: Any,
            task: asyncio.Task[None],
        ) -> web.BaseRequest:
            if message.path.startswith(PREFIX):
                return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=MAX_BODY)
            return application(message, payload, protocol, writer, task)

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            if type(request) is web.BaseRequest:
                return await hooks(request)
            return await app_handler(request)

        server.request_factory = make_request
        server.request_handler = handle
        return server
