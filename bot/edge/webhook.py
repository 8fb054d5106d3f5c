"""``GET|POST /hooks/{account}``: from WeChat's request to the bytes it is answered with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from aiohttp import web

from bot.channels.channel import MAX_BODY, Channel
from bot.channels.inbound import Opened
from bot.channels.refusals import PushRefused, Reason
from bot.edge.counts import EdgeCounts
from bot.edge.desk import Desk
from bot.edge.forward import Forwarder
from core.clock import Now, now
from core.ports import People

log = logging.getLogger(__name__)

PREFIX = "/hooks/"
BODY_WAIT_S = 4.0
CONSENT_WAIT_S = 1.0

_RETRY_LATER = b"try again"
_ALLOWED = {"Content-Type": "text/plain; charset=utf-8", "Allow": "GET, POST"}


class Answer(NamedTuple):
    """What a request is answered with."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


Body = bytes | Callable[[], Awaitable[bytes]]
"""A body that is here, or how to read it once the query is found good."""


class Webhook:
    """Answers WeChat. ``channels`` are the accounts by their key, the last part of the path."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        desk: Desk,
        people: People,
        counts: EdgeCounts,
        forwarder: Forwarder | None = None,
        clock: Now = now,
    ) -> None:
        self._channels = channels
        self._desk = desk
        self._people = people
        self._counts = counts
        self._forwarder = forwarder
        self._now = clock
        self._monotonic: Callable[[], float] = asyncio.get_running_loop().time

    async def handle(self, request: web.BaseRequest) -> web.Response:
        """One request as aiohttp brings it; what ``take`` refuses, and 405."""
        account, query = request.rel_url.raw_path[len(PREFIX) :], request.rel_url.raw_query_string
        if request.method not in ("GET", "POST"):
            return web.Response(status=405, body=b"use GET or POST", headers=_ALLOWED)
        body = None if request.method == "GET" else lambda: _body(request)
        answer = await self.take(account, query, body)
        return web.Response(status=answer.status, body=answer.body, headers={"Content-Type": answer.content_type})

    async def take(self, account: str, raw_query: str, body: Body | None) -> Answer:
        """A push, or WeChat's URL check where ``body`` is None; refusals are 400, 403, 404 or 413 and leave no trace
        but a count."""
        began = self._monotonic()
        channel = self._channels.get(account)
        if channel is None:
            self._counts.refused("-", "unknown_account")
            return Answer(404, b"no such account")
        query = _query(raw_query)
        try:
            if body is None:
                answer = Answer(200, channel.check_url(query).encode())
                self._counts.url_check(account)
            else:
                answer = await self._push(channel, query, raw_query, body)
        except PushRefused as refused:
            self._counts.refused(account, refused.reason)
            return Answer(refused.status, refused.reason.encode())
        self._counts.latency(self._monotonic() - began)
        return answer

    async def _push(self, channel: Channel, query: Mapping[str, str], raw_query: str, body: Body) -> Answer:
        channel.check_query(query)
        if not isinstance(body, bytes):
            body = await body()
        opened = channel.read(query, body)
        keeps_place = opened.has_place and await self._keeps_place(channel, opened)
        inbound = channel.inbound(opened, keeps_place=keeps_place, received_at=self._now())
        account = inbound.account
        try:
            recorded = await self._desk.take(inbound)
        except Exception as error:
            self._counts.failed(account, inbound.kind)
            log.error("push not stored", extra={"account": account, "error": type(error).__name__})
            return Answer(503, _RETRY_LATER)
        self._counts.pushed(account, inbound.kind, recorded.is_first)
        if self._forwarder is not None and recorded.is_first:
            self._forwarder.offer(account, raw_query, body)
        return Answer(200, *channel.render(opened, recorded.reply, recorded.received_at))

    async def _keeps_place(self, channel: Channel, opened: Opened) -> bool:
        """Whether a coarse place may be kept; where nobody can be asked, or not in time, it is not."""
        try:
            async with asyncio.timeout(CONSENT_WAIT_S):
                return await self._people.has_location_consent(channel.account.app_id, opened.openid)
        except Exception as error:
            log.warning("consent could not be read", extra={"error": type(error).__name__})
            return False


def _query(raw: str) -> dict[str, str]:
    """The query as a mapping; WeChat's values seldom need decoding."""
    if "%" in raw or "+" in raw:
        return dict(parse_qsl(raw, keep_blank_values=True, errors="replace"))
    try:
        return dict([part.split("=", 1) for part in raw.split("&")])
    except ValueError:  # a part without a value
        return dict(parse_qsl(raw, keep_blank_values=True, errors="replace"))


async def _body(request: web.BaseRequest) -> bytes:
    """The body, at most ``MAX_BODY`` bytes, within ``BODY_WAIT_S``."""
    length = request.content_length
    if length is not None and length > MAX_BODY:
        raise PushRefused(Reason.TOO_LARGE)
    try:
        if request.content.is_eof():
            body = request.content.read_nowait()
        else:
            async with asyncio.timeout(BODY_WAIT_S):
                body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise PushRefused(Reason.TOO_LARGE) from None
    except (TimeoutError, ConnectionError, web.HTTPException, web.RequestPayloadError):
        raise PushRefused(Reason.NOT_A_PUSH, "the body did not arrive whole") from None
    if len(body) > MAX_BODY:
        raise PushRefused(Reason.TOO_LARGE)
    return body
