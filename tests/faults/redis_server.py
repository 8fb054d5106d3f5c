"""A Redis that can be killed: a server of our own, or where that program is missing, a wire to the one that is there."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tests.faults.processes import Child, free_port
from tests.faults.run import Skipped
from tests.services import find_redis_fault, get_url


class Mortal(Protocol):
    """Can be killed and started again under the same address."""

    async def start(self) -> None: ...

    def kill(self) -> None: ...


class CutWire:
    """Relays to a Redis somewhere else; killed, it drops every connection and takes no new one."""

    def __init__(self, port: int, target: str) -> None:
        parts = urlsplit(target)
        self._port = port
        self._target = (parts.hostname or "127.0.0.1", parts.port or 6379)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)

    def kill(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._writers |= {writer, far_writer}
            await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        self._writers -= {writer, far_writer}


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def mortal_redis(folder: Path) -> AsyncIterator[tuple[str, Mortal]]:
    """Its URL and itself, running. Raises ``Skipped`` where there is no Redis at all."""
    port = free_port()
    if program := shutil.which("redis-server"):
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        redis: Mortal = Child(command, {}, folder / "redis.log", f"127.0.0.1:{port}")
    elif fault := find_redis_fault():
        raise Skipped(f"redis-server is not installed, and {fault}", is_service=True)
    else:
        redis = CutWire(port, get_url("SCRM_TEST_REDIS_URL"))
    await redis.start()
    try:
        yield f"redis://127.0.0.1:{port}/0", redis
    finally:
        redis.kill()
