"""Cutting over from another vendor: hands a copy of every new push, as it came, to an old address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import aiohttp

log = logging.getLogger(__name__)

_MOST_WAITING = 1000
_TIMEOUT_S = 5.0


class Forwarder:
    """Best effort and off the reply path: the old system's answer is not used, a full queue drops the copy."""

    def __init__(self, addresses: Mapping[str, str], session: aiohttp.ClientSession) -> None:
        self._addresses = {account: address for account, address in addresses.items() if address}
        self._session = session
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(_MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self.forwarded = 0
        self.dropped = 0

    def start(self, workers: int = 4) -> None:
        self._tasks = [asyncio.get_running_loop().create_task(self._run()) for _ in range(workers)]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def offer(self, account: str, query: str, body: bytes) -> None:
        """Queue a copy where the account has an old address."""
        address = self._addresses.get(account)
        if address is None:
            return
        try:
            self._waiting.put_nowait((f"{address}{'&' if '?' in address else '?'}{query}", body))
        except asyncio.QueueFull:
            self.dropped += 1

    async def _run(self) -> None:
        while True:
            url, body = await self._waiting.get()
            try:
                timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
                headers = {"Content-Type": _content_type(body)}
                async with self._session.post(url, data=body, headers=headers, timeout=timeout) as response:
                    await response.read()
                self.forwarded += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                self.dropped += 1
                log.warning("push not forwarded", extra={"error": type(error).__name__})


def _content_type(body: bytes) -> str:
    """What WeChat calls it; some old systems turn anything else away."""
    return "application/json" if body.lstrip().startswith(b"{") else "text/xml"
