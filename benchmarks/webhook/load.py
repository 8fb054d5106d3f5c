"""A load client on bare sockets: cheap enough that the server is what is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """What one run brought: ``latencies_s`` sorted, ``wrong`` answers other than 200."""

    seconds: float
    latencies_s: list[float]
    wrong: int

    def percentile_ms(self, share: float) -> float:
        return self.latencies_s[min(len(self.latencies_s) - 1, int(len(self.latencies_s) * share))] * 1000


async def drive(port: int, requests: Sequence[bytes], connections: int = 32, rate: float | None = None) -> Load:
    """Send all requests; as fast as answers come, or at ``rate`` a second."""
    taken = iter(enumerate(requests))
    latencies: list[float] = []
    wrong = 0
    begin = time.perf_counter()

    async def one() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for number, request in taken:
                if rate is not None:
                    await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
                sent = time.perf_counter()
                writer.write(request)
                status = await _answer(reader)
                latencies.append(time.perf_counter() - sent)
                wrong += status != 200
        finally:
            writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return Load(time.perf_counter() - begin, sorted(latencies), wrong)


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if length:
        await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
