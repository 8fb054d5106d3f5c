"""The product with one of its guards taken out, as a process: ``python -m tests.faults.careless GUARD serve``.

Only for the control: a suite that these cannot fail proves nothing. The product itself has no such switch.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import commands.server
from bot.channels.channel import Channel
from commands.line import run_line
from delivery.claims import Claimed, Claims
from delivery.trail import Trail
from models.dialect.journal import JournalTable, Row


class ForgetfulTable:
    """Says that pushes are stored, and stores them a moment later: acknowledges too early."""

    def __init__(self, table: JournalTable) -> None:
        self._table = table
        self._later: set[asyncio.Task[int]] = set()

    async def insert(self, rows: Sequence[Row]) -> int:
        task = asyncio.get_running_loop().create_task(self._insert(rows))
        self._later.add(task)
        task.add_done_callback(self._later.discard)
        return len(rows)

    async def _insert(self, rows: Sequence[Row]) -> int:
        await asyncio.sleep(0.3)
        return await self._table.insert(rows)

    async def close(self) -> None:
        await self._table.close()


class RepeatingTable:
    """Stores every copy under a key of its own: nothing is ever a repeat."""

    def __init__(self, table: JournalTable) -> None:
        self._table = table

    async def insert(self, rows: Sequence[Row]) -> int:
        return await self._table.insert([row._replace(key=secrets.token_hex(16)) for row in rows])

    async def close(self) -> None:
        await self._table.close()


class InsistentClaims(Claims):
    """Sends again what a killed process may have sent: knows no ``unknown``."""

    async def _end_unknown(self, row: Claimed, trail: Trail) -> int:
        await self._ended(row, started_at__isnull=False).update(started_at=None)
        return await self._give_back(row, trail)


class CredulousChannel(Channel):
    """Believes every query."""

    def check_query(self, query: Mapping[str, str]) -> None:
        return None


def _with_table(wrap: type[ForgetfulTable] | type[RepeatingTable]) -> dict[str, Any]:
    opened = commands.server.open_journal
    return {"open_journal": lambda url: wrap(opened(url))}


GUARDS: dict[str, Callable[[], dict[str, Any]]] = {
    "stored-before-acknowledged": lambda: _with_table(ForgetfulTable),
    "one-row-a-push": lambda: _with_table(RepeatingTable),
    "unknown-is-not-repeated": lambda: {"Claims": InsistentClaims},
    "signature": lambda: {"Channel": CredulousChannel},
}


if __name__ == "__main__":
    vars(commands.server).update(GUARDS[sys.argv[1]]())
    sys.exit(run_line(sys.argv[2:]))
