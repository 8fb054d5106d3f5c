"""The port's first look: answers a whole push in WeChat's usual form itself, hands any other connection to aiohttp."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import cast

from aiohttp.helpers import rfc822_formatted_time
from aiohttp.tcp_helpers import tcp_keepalive

from bot.channels.channel import MAX_BODY
from bot.edge.webhook import Answer, Webhook

log = logging.getLogger(__name__)

IDLE_S = 3600.0
"""A connection that says nothing for so long is closed; longer than any proxy keeps one."""

MAX_HEAD = 8 * 1024
"""Bytes of request line and headers; what is longer is aiohttp's to refuse."""

REST_S = 1.0
"""How long a body may come after its head before aiohttp takes over, with limits of its own."""

_OTHER_HEADERS = rb"""
    (?:(?i:connection:\ *keep-alive\r\n)
    |(?!(?i:content-length|content-encoding|transfer-encoding|connection|expect|upgrade|te|trailer):)
    [\w-]+:[\t\x20-\x7e]*\r\n)*
"""
_HEAD = re.compile(
    rb'POST\ /hooks/([\w.~-]+)\?([!"$-~]*)\ HTTP/1\.1\r\n'
    + _OTHER_HEADERS
    + rb"(?i:content-length):\ *([0-9]{1,5})\r\n"
    + _OTHER_HEADERS
    + rb"\r\n",
    re.VERBOSE,
)
"""Nothing in such a head can change how the body is read or the connection kept."""


class Door(asyncio.Protocol):
    """One connection. ``behind`` makes the protocol that takes it over, for good, at the first other request."""

    def __init__(self, webhook: Webhook, behind: Callable[[], asyncio.Protocol], opened: set[Door]) -> None:
        self._webhook = webhook
        self._behind = behind
        self._opened = opened
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._used_at_s = 0.0
        self._held = b""
        self._rest: asyncio.TimerHandle | None = None
        self._is_full = False
        self._is_closing = False
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        tcp_keepalive(self._transport)
        self._opened.add(self)
        self._used_at_s = self._loop.time()
        self._idle = self._loop.call_later(IDLE_S, self._close_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._is_closing:
            return
        if self._held:
            data, self._held = self._held + data, b""
        if self.task is not None or self._is_full:  # one at a time, in order
            self._held = data
            self._transport.pause_reading()
            return
        head = _HEAD.match(data)
        missing = -1 if head is None else head.end() + int(head[3]) - len(data)
        if head is None or missing < 0 or head.end() > MAX_HEAD or int(head[3]) > MAX_BODY:
            self._hand_over(self._transport, data)
            return
        if missing:
            self._wait_for_rest(data)
            return
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        self._used_at_s = self._loop.time()
        push = self._webhook.take(head[1].decode("ascii"), head[2].decode("ascii"), data[head.end() :])
        self.task = self._loop.create_task(self._answer(push))

    def _wait_for_rest(self, data: bytes) -> None:
        """The body comes apart from its head; where it is slow, that is aiohttp's to deal with."""
        self._held = data
        if self._rest is None:
            self._rest = self._loop.call_later(REST_S, self._give_up_waiting)

    def _give_up_waiting(self) -> None:
        self._rest = None
        if self._transport is not None and self._held and self.task is None:
            self._hand_over(self._transport, self._held)

    async def _answer(self, push: Awaitable[Answer]) -> None:
        try:
            answer = await push
        except Exception as error:
            log.error("push not answered", extra={"error": type(error).__name__}, exc_info=error)
            answer = Answer(500, b"try again")
        self.task = None
        if self._transport is None:
            return
        self._transport.write(_bytes(answer))
        if self._is_closing:
            self._transport.close()
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Looks at what came meanwhile."""
        if self._transport is not None and self._held and self.task is None and not self._is_full:
            self._transport.resume_reading()
            self.data_received(b"")

    def pause_writing(self) -> None:
        """The other side does not read its answers: it gets no more before it does."""
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._go_on()

    def _hand_over(self, transport: asyncio.Transport, data: bytes) -> None:
        protocol = self._behind()
        self._leave()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(data)

    def _leave(self) -> None:
        """The connection is gone, or somebody else's."""
        self._transport = None
        self._opened.discard(self)
        for timer in (self._idle, self._rest):
            if timer is not None:
                timer.cancel()

    def _close_idle(self) -> None:
        left_s = self._used_at_s + IDLE_S - self._loop.time()
        if left_s > 0:
            self._idle = self._loop.call_later(left_s, self._close_idle)
        else:
            self.close()

    def close(self) -> None:
        """Takes nothing more; closes once what is in work is answered."""
        self._is_closing = True
        if self._transport is not None and self.task is None:
            self._transport.close()

    def abort(self) -> None:
        """Closes now; a push in work is still stored."""
        if self._transport is not None:
            self._transport.close()


def _bytes(answer: Answer) -> bytes:
    return b"HTTP/1.1 %d %b\r\nContent-Type: %b\r\nContent-Length: %d\r\nDate: %b\r\n\r\n%b" % (
        answer.status,
        _PHRASES[answer.status],
        answer.content_type.encode(),
        len(answer.body),
        rfc822_formatted_time().encode(),
        answer.body,
    )


_PHRASES = {status.value: status.phrase.encode() for status in HTTPStatus}
