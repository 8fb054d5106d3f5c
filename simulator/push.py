"""WeChat's side of a webhook: signs and posts a body, waits five seconds, repeats three times, reads the answer."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from simulator.accounts import Account
from simulator.envelope import Envelope
from simulator.reading import NONE, Answer, read_answer

POOL = 512


@dataclass(frozen=True, slots=True)
class Patience:
    """WeChat's own: 5 s for an answer, 3 repeats. ``pause_s`` precedes a repeat unless the time-out was the wait."""

    timeout_s: float = 5.0
    retries: int = 3
    pause_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one push ended. ``latency_s`` is that of the last attempt; ``status`` is 0 when no answer came."""

    status: int
    attempts: int
    latency_s: float
    answer: Answer
    fault: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return 200 <= self.status < 300


class UrlRefused(Exception):
    """The URL check of the console failed; the message says how."""


@dataclass(slots=True)
class Pusher:
    """Pushes to ``{base}/hooks/{account.key}`` over one pool of connections."""

    session: aiohttp.ClientSession
    base: str
    patience: Patience = field(default_factory=Patience)
    _envelopes: dict[str, Envelope] = field(default_factory=dict)

    async def push(self, account: Account, body: Mapping[str, Any]) -> Outcome:
        """Posts ``body`` until it is acknowledged or patience ends; every attempt is signed and encrypted anew."""
        for attempt in range(1, self.patience.retries + 2):
            outcome = await self._attempt(account, body, attempt)
            if outcome.is_acknowledged or attempt > self.patience.retries:
                break
            if outcome.latency_s < self.patience.timeout_s:
                await asyncio.sleep(self.patience.pause_s)
        return outcome

    async def check_url(self, account: Account) -> None:
        """What the console does when an address is saved: GET, and the echostr has to come back. Raises UrlRefused."""
        echo = secrets.token_hex(10)
        query = self._envelope(account).signed(*_moment()) | {"echostr": echo}
        try:
            async with self.session.get(self._url(account), params=query, timeout=self._timeout()) as response:
                body = await response.text()
        except (aiohttp.ClientError, TimeoutError) as fault:
            raise UrlRefused(f"{account.key}: {type(fault).__name__} {fault}") from fault
        if response.status != 200 or body != echo:
            raise UrlRefused(f"{account.key}: HTTP {response.status}, {len(body)} characters that are not the echostr")

    async def _attempt(self, account: Account, body: Mapping[str, Any], attempt: int) -> Outcome:
        envelope = self._envelope(account)
        sealed = envelope.seal(body, *_moment())
        started = time.perf_counter()
        try:
            async with self.session.post(
                self._url(account),
                params=sealed.query,
                data=sealed.data,
                allow_redirects=False,
                headers={"Content-Type": sealed.content_type},
                timeout=self._timeout(),
            ) as response:
                data = await response.read()
        except (aiohttp.ClientError, TimeoutError) as fault:
            return Outcome(0, attempt, time.perf_counter() - started, NONE, f"{type(fault).__name__}: {fault}")
        latency_s = time.perf_counter() - started
        if not 200 <= response.status < 300:
            return Outcome(response.status, attempt, latency_s, NONE, f"HTTP {response.status}")
        answer = read_answer(envelope, sealed.query["openid"], data)
        return Outcome(response.status, attempt, latency_s, answer, answer.fault)

    def _envelope(self, account: Account) -> Envelope:
        if account.key not in self._envelopes:
            self._envelopes[account.key] = Envelope(account)
        return self._envelopes[account.key]

    def _url(self, account: Account) -> str:
        return f"{self.base}/hooks/{account.key}"

    def _timeout(self) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=self.patience.timeout_s)


@asynccontextmanager
async def open_pusher(base: str, patience: Patience | None = None) -> AsyncIterator[Pusher]:
    """A pusher with its own pool of connections, closed at the end."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=POOL)) as session:
        yield Pusher(session, base.rstrip("/"), patience or Patience())


def _moment() -> tuple[str, str]:
    return str(int(time.time())), str(secrets.randbelow(9 * 10**9) + 10**9)
