"""One port, two doors: the webhook on a low-level handler, everything else on the API application."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from aiohttp import web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from bot.channels.channel import MAX_BODY
from bot.edge.door import Door
from bot.edge.webhook import PREFIX, Webhook


class EdgeRunner(web.AppRunner):
    """Runs an application whose ``/hooks/`` requests never pass through its router, middlewares or signals.

    Most do not even pass through aiohttp, whose request costs as much CPU as all the rest of the edge: see ``Door``.
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
        return cast(web.Server, _Doors(self._webhook, server))


class _Doors:
    """What the runner sees of the server: makes each connection's door, and empties all of them at the end."""

    def __init__(self, webhook: Webhook, behind: web.Server) -> None:
        self._webhook = webhook
        self._behind = behind
        self._opened: set[Door] = set()

    def __call__(self) -> Door:
        return Door(self._webhook, self._behind, self._opened)

    def pre_shutdown(self) -> None:
        for door in list(self._opened):
            door.close()
        self._behind.pre_shutdown()

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as the runner calls it
        """Pushes in work are answered, for at most ``timeout`` seconds; then every connection is closed."""
        in_work = [door.task for door in self._opened if door.task is not None]
        if in_work:
            await asyncio.wait(in_work, timeout=timeout)
        for door in list(self._opened):
            door.abort()
        await self._behind.shutdown(timeout)
