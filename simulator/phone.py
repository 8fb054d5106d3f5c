"""The mini program on a customer's phone: signs in with a one-time code and reports what they do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulator.accounts import Account
from simulator.push import Patience


@dataclass(frozen=True, slots=True)
class Told:
    """How one request of the phone ended; ``status`` is 0 when no answer came."""

    status: int
    latency_s: float
    body: Mapping[str, Any]
    fault: str = ""

    @property
    def is_done(self) -> bool:
        return 200 <= self.status < 300


@dataclass(slots=True)
class Phone:
    """Speaks to ``{base}/mini/{account}/…``; tries again when the network or the server fails, not when refused."""

    session: aiohttp.ClientSession
    base: str
    patience: Patience

    async def sign_in(self, account: Account, code: str) -> Told:
        """One attempt, because the code works once; the answer's ``token`` is the customer's session."""
        return await self._post(f"/mini/{account.key}/session", {"code": code}, {})

    async def report(self, account: Account, token: str, events: Sequence[Mapping[str, Any]]) -> Told:
        """``events`` as the product documents them; repeats carry the same idempotency keys."""
        for attempt in range(self.patience.retries + 1):
            told = await self._post(
                f"/mini/{account.key}/events", {"events": list(events)}, {"Authorization": f"Bearer {token}"}
            )
            if (told.status and told.status < 500) or attempt == self.patience.retries:
                break
            await asyncio.sleep(self.patience.pause_s)
        return told

    async def _post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Told:
        started = time.perf_counter()
        timeout = aiohttp.ClientTimeout(total=self.patience.timeout_s)
        try:
            async with self.session.post(self.base + path, json=body, headers=headers, timeout=timeout) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as broken:
            return Told(0, time.perf_counter() - started, {}, f"{type(broken).__name__}: {broken}")
        shown = answer if isinstance(answer, dict) else {}
        fault = "" if response.status < 300 else f"HTTP {response.status} {shown.get('code', '')}".rstrip()
        return Told(response.status, time.perf_counter() - started, shown, fault)
