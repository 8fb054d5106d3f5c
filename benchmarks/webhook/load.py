"""A load client on bare sockets: cheap enough that the server is what is measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Load:
    """What one run brought: ``latencies_s`` sorted, ``wrong`` answers other than 200."""

    seconds: float
    latencies_s: list[float]
    wrong: int

    def percentile_ms(self, share: float) -> float:
        return self.latencies_s[min(len(self.latencies_s) - 1, int(len(self.latencies_s) * share))] * 1000


def joined(parts: Sequence[Load]) -> Load:
    """Several runs as one."""
    latencies = sorted(latency for part in parts for latency in part.latencies_s)
    return Load(sum(part.seconds for part in parts), latencies, sum(part.wrong for part in parts))


class Client:
    """Open connections to one server, kept between runs as WeChat keeps its own."""

    def __init__(self, connections: Sequence[_Connection]) -> None:
        self._connections = connections

    async def drive(self, requests: Sequence[bytes], rate: float | None = None) -> Load:
        """Send all requests; as fast as answers come, or at ``rate`` a second."""
        taken = iter(enumerate(requests))
        latencies: list[float] = []
        wrong = 0
        begin = time.perf_counter()

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal wrong
            for number, request in taken:
                if rate is not None:
                    await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
                sent = time.perf_counter()
                writer.write(request)
                status = await _answer(reader)
                latencies.append(time.perf_counter() - sent)
                wrong += status != 200

        await asyncio.gather(*(one(reader, writer) for reader, writer in self._connections))
        return Load(time.perf_counter() - begin, sorted(latencies), wrong)


@asynccontextmanager
async def connected(port: int, connections: int = 32) -> AsyncIterator[Client]:
    """A client with that many connections to a server on this machine."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    try:
        yield Client(opened)
    finally:
        for _, writer in opened:
            writer.close()


async def drive(port: int, requests: Sequence[bytes], connections: int = 32, rate: float | None = None) -> Load:
    """One run on connections of its own."""
    async with connected(port, connections) as client:
        return await client.drive(requests, rate)


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if length:
        await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
