"""WeChat's part: signs, waits five seconds, repeats three times; keeps every answer as it reads after decryption."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree import ElementTree

import aiohttp

from simulator.accounts import Account, Mode
from simulator.envelope import Envelope, Sealed
from tests.faults.people import Push

TIMEOUT_S = 5.0
REPEATS = 3
PAUSE_S = 2.5
"""Before a repeat, where the answer was an error or nobody listened; after a time-out WeChat repeats at once.

Long enough that four attempts outlast the restart of a server on a slow machine."""


@dataclass(frozen=True, slots=True)
class Copy:
    """How one copy of a push ended: ``answer`` is decrypted, ``success`` or XML; ``status`` 0 where none came."""

    status: int
    attempts: int
    answer: str
    latency_s: float
    fault: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return self.status == 200

    @property
    def words(self) -> str | None:
        """What the customer reads, None for silence."""
        return None if self.answer == "success" else ElementTree.fromstring(self.answer).findtext("Content")


@dataclass(slots=True)
class Sent:
    """A push and what came of each of its copies."""

    push: Push
    copies: list[Copy] = field(default_factory=list)

    @property
    def acknowledged(self) -> list[Copy]:
        return [copy for copy in self.copies if copy.is_acknowledged]


class Pushing:
    """Pushes to ``targets``, another one with each attempt. ``told`` hears of every answer."""

    def __init__(self, session: aiohttp.ClientSession, targets: Sequence[str], accounts: Mapping[str, Account]) -> None:
        self._session = session
        self._targets = list(targets)
        self._envelopes = {key: Envelope(account) for key, account in accounts.items()}
        self._turn = 0
        self.acknowledged = 0
        self.statuses: dict[int, int] = {}
        self.attempted: Callable[[int, float], None] = lambda status, latency_s: None

    async def push(self, push: Push) -> Sent:
        """All copies of a push: those that come together at once, then those that come after."""
        sent = Sent(push)
        sent.copies += await asyncio.gather(*(self.copy(push) for _ in range(1 + push.together)))
        for _ in range(push.after):
            sent.copies.append(await self.copy(push))
        return sent

    async def copy(self, push: Push) -> Copy:
        """One copy with WeChat's patience."""
        for attempt in range(1, REPEATS + 2):
            copy = await self.attempt(push, attempt)
            if copy.is_acknowledged:
                self.acknowledged += 1
                break
            if attempt <= REPEATS and copy.latency_s < TIMEOUT_S:
                await asyncio.sleep(PAUSE_S)
        return copy

    async def attempt(self, push: Push, attempt: int = 1) -> Copy:
        sealed, began = self.seal(push), time.monotonic()
        self._turn += 1
        url = f"{self._targets[self._turn % len(self._targets)]}/hooks/{push.account.key}"
        status, answer, fault = 0, "", ""
        try:
            async with self._session.post(
                url, params=sealed.query, data=sealed.data, headers={"Content-Type": sealed.content_type},
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            ) as response:  # fmt: skip
                data = await response.read()
                status = response.status
                answer = self.read(push.account, data) if status == 200 else ""
        except (aiohttp.ClientError, TimeoutError) as error:
            fault = type(error).__name__
        latency_s = time.monotonic() - began
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.attempted(status, latency_s)
        return Copy(status, attempt, answer, latency_s, fault)

    def seal(self, push: Push) -> Sealed:
        """The push as it goes over the wire now."""
        return self._envelopes[push.account.key].seal(push.body, str(int(time.time())), secrets.token_hex(5))

    def read(self, account: Account, data: bytes) -> str:
        """The answer after decryption."""
        envelope = self._envelopes[account.key]
        if data == b"success" or account.mode is Mode.PLAIN or envelope.crypto is None:
            return data.decode()
        outer = {child.tag: child.text or "" for child in ElementTree.fromstring(data)}
        inner = envelope.crypto.decrypt_message(outer, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
        return str(inner)
