"""A client that sends bytes as they are and reads no more of an answer than its status and its length."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

WAIT_S = 8.0
MOMENT_S = 0.3
HUNG_UP, SILENT = 0, -1
"""Instead of a status: the server closed the connection without a word; it said nothing in time."""


class Wire:
    """One connection, opened anew where the last answer ended it."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, data: bytes) -> int:
        """The status that one request is answered with, or ``HUNG_UP`` or ``SILENT``."""
        for _ in range(2):
            is_fresh = self._streams is None
            try:
                async with asyncio.timeout(WAIT_S):
                    reader, writer = await self._open()
                    writer.write(data)
                    return await self._read(reader)
            except TimeoutError:
                await self.close()
                return SILENT
            except (OSError, EOFError):
                await self.close()
                if is_fresh:
                    return HUNG_UP  # not a connection that had been closed meanwhile
        return HUNG_UP

    async def tell(self, data: bytes) -> list[int]:
        """Every status that comes back until nothing comes for a moment; then the connection is dropped."""
        statuses: list[int] = []
        try:
            reader, writer = await self._open()
            writer.write(data)
            while True:
                async with asyncio.timeout(MOMENT_S):
                    statuses.append(await self._read(reader))
        except (OSError, EOFError, TimeoutError):
            return statuses
        finally:
            await self.close()

    async def close(self) -> None:
        if self._streams is not None:
            _, writer = self._streams
            self._streams = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        return self._streams

    async def _read(self, reader: asyncio.StreamReader) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        length = head.partition("content-length:")[2].split("\r\n", 1)[0]
        if length.strip():
            await reader.readexactly(int(length))
        if "connection: close" in head:
            await self.close()
        return status
