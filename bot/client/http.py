"""One connection pool to WeChat that knows whether a failed request can have arrived."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import SimpleNamespace, TracebackType
from typing import Any, NamedTuple, Self

import aiohttp

from core.accounts import Account
from core.clock import Now, now
from core.errors import ChannelError, Retryable, Terminal, Unknown
from core.reasons import Reason

MAX_ANSWER_BYTES = 8 * 1024 * 1024
PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
"""How the pictures WeChat takes and gives begin, and what they are called."""

_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Api:
    """One address of WeChat.

    ``is_repeatable``: asking twice does no harm, so a lost answer may be asked for again. ``tries``: how often the
    client itself asks at most; 1 where a caller counts the attempts. ``is_metered_by_caller``: who calls has taken its
    share of the rate and of the day's calls before. ``gives_picture``: success is a picture, only errors are JSON.
    """

    method: str
    path: str
    is_repeatable: bool
    needs_token: bool = True
    tries: int = 3
    is_metered_by_caller: bool = False
    gives_picture: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes out as the one part of a form."""

    part: str
    filename: str
    content_type: str
    data: bytes = field(repr=False)


Body = Mapping[str, Any] | Upload | None


class Answer(NamedTuple):
    """What WeChat said: a JSON object, or a picture where the API gives one."""

    fields: dict[str, Any]
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each phase: a connection from the pool or a new one, each read, and all together with the writing.

    ``upload_s`` stands for both of the latter where a file goes out.
    """

    connect_s: float = 3.0
    read_s: float = 8.0
    total_s: float = 12.0
    upload_s: float = 60.0


class WeChatHttp:
    """Sends one request and returns WeChat's answer, whatever its errcode; opened by ``async with``."""

    def __init__(self, timeouts: Timeouts | None = None, connections: int = 100, clock: Now = now) -> None:
        self._timeouts = timeouts or Timeouts()
        self._connections = connections
        self._now = clock
        self._session: aiohttp.ClientSession | None = None
        self._offsets_s: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_note_written)
        self._session = aiohttp.ClientSession(
            # A short keep-alive: a connection WeChat closed meanwhile would make a send's outcome unknown.
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=10),
            trace_configs=[trace],
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def clock_offset_s(self, account: Account) -> float | None:
        """WeChat's clock minus ours at the last answer, in seconds (its resolution is 1 s); None before any."""
        return self._offsets_s.get(account.api_base)

    async def exchange(self, account: Account, api: Api, query: Mapping[str, str], body: Body = None) -> Answer:
        """WeChat's answer as it is.

        Raises ``Retryable`` where the request surely was not written (or may be repeated), ``Unknown`` where it was
        and no sound answer came: broken, timed out, 5xx, neither JSON object nor picture.
        """
        written = _Written()
        try:
            return await self._exchange(account, api, query, body, written)
        except aiohttp.InvalidURL:
            raise Terminal("the account's api_base is no address", api=api.path, reason=Reason.MISCONFIGURED) from None
        except (aiohttp.ClientError, OSError, TimeoutError, _Unsound) as error:
            # The cause's words may hold the whole address with its token: they must not reach a traceback.
            raise _outcome(api, error, written) from None

    async def _exchange(
        self, account: Account, api: Api, query: Mapping[str, str], body: Body, written: _Written
    ) -> Answer:
        if self._session is None:
            raise RuntimeError("WeChatHttp is used outside its async with")
        data, headers = _sealed(body)
        async with self._session.request(
            api.method,
            account.api_base.rstrip("/") + api.path,
            params=query,
            data=data,
            headers=headers,
            timeout=self._timeout(isinstance(body, Upload)),
            allow_redirects=False,
            trace_request_ctx=written,
        ) as response:
            self._note_clock(account, response.headers.get("Date", ""))
            return _understood(api, await _read(response))

    def _timeout(self, is_upload: bool) -> aiohttp.ClientTimeout:
        times = self._timeouts
        return aiohttp.ClientTimeout(
            connect=times.connect_s,
            sock_connect=times.connect_s,
            # The wait for an answer begins while the body is still being written.
            sock_read=times.upload_s if is_upload else times.read_s,
            total=times.upload_s if is_upload else times.total_s,
        )

    def _note_clock(self, account: Account, date: str) -> None:
        try:
            told = parsedate_to_datetime(date).astimezone(UTC)
        except ValueError:
            return
        self._offsets_s[account.api_base] = (told - self._now()).total_seconds()


class _Written:
    """Becomes true just before the first byte of the request goes to the connection."""

    is_true = False


class _Unsound(Exception):
    """An answer came that is none of WeChat's."""


async def _note_written(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    written: _Written = context.trace_request_ctx
    if written.is_true:
        # aiohttp writes a GET anew when its connection breaks; one that uses up a code must not be.
        raise _Unsound("connection lost")
    written.is_true = True


def _sealed(body: Body) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    """The body as it goes out, with the headers it needs."""
    if body is None:
        return None, None
    if isinstance(body, Upload):
        form = aiohttp.FormData()
        form.add_field(body.part, body.data, filename=body.filename, content_type=body.content_type)
        return form, None
    # WeChat shows \uXXXX to the customer as it stands: the body is UTF-8, never escaped.
    return json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}


async def _read(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_ANSWER_BYTES:
            raise _Unsound("answer too large")
    if response.status != 200:
        raise _Unsound(f"HTTP {response.status}")
    return bytes(data)


def _understood(api: Api, data: bytes) -> Answer:
    """The answer in ``data``; WeChat calls some JSON text/plain, so the type is not asked."""
    if api.gives_picture and data.startswith(tuple(PICTURES)):
        return Answer({}, data)
    try:
        answer = json.loads(data)
    except ValueError as error:
        raise _Unsound("answer is no JSON") from error
    if not isinstance(answer, dict):
        raise _Unsound("answer is no JSON object")
    if api.gives_picture and not answer.get("errcode"):
        raise _Unsound("answer is no picture")
    return Answer(answer)


def _outcome(api: Api, error: Exception, written: _Written) -> ChannelError:
    """The error to raise, decided by whether the request was written and whether it may be repeated."""
    words = str(error) if isinstance(error, _Unsound) else type(error).__name__
    if not written.is_true:
        return Retryable(f"no connection ({words})", api=api.path)
    if api.is_repeatable:
        return Retryable(f"no sound answer ({words})", api=api.path)
    return Unknown(f"no sound answer ({words})", api=api.path)
