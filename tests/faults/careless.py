"""The product with one of its guards taken out, as a process: ``python -m tests.faults.careless GUARD serve``.

Only for the control: a suite that these cannot fail proves nothing. The product itself has no such switch.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import Any

import commands.sending
import commands.server
import delivery.outcome
import delivery.starting
from bot.channels.channel import Channel
from commands.line import run_line
from delivery.claims import Claimed, Claims
from delivery.policy import ContactRules, Decision
from delivery.stocks import Taken
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
        await self._ended(row).update(started_at=None)
        return await self._give_back(replace(row, started_at=None), trail)


class CredulousChannel(Channel):
    """Believes every query."""

    def check_query(self, query: Mapping[str, str]) -> None:
        return None


async def _take_nothing(
    asked: Sequence[tuple[Claimed, Decision]], rules: ContactRules, at: datetime
) -> tuple[dict[int, Taken], dict[int, str]]:
    """Lets everything go, whatever is left of windows, grants and caps."""
    return {row.id: {} for row, _ in asked}, {}


def _some_client_id(row: Claimed) -> str:
    """Another one with each try."""
    return secrets.token_hex(16)


def _with_table(wrap: type[ForgetfulTable] | type[RepeatingTable]) -> dict[str, Any]:
    opened = commands.server.open_journal
    return {"open_journal": lambda url: wrap(opened(url))}


GUARDS: dict[str, tuple[ModuleType, Callable[[], dict[str, Any]]]] = {
    "stored-before-acknowledged": (commands.server, lambda: _with_table(ForgetfulTable)),
    "one-row-a-push": (commands.server, lambda: _with_table(RepeatingTable)),
    "signature": (commands.server, lambda: {"Channel": CredulousChannel}),
    "unknown-is-not-repeated": (commands.sending, lambda: {"Claims": InsistentClaims}),
    "one-client-id-a-delivery": (delivery.outcome, lambda: {"client_id": _some_client_id}),
    "stocks-are-taken": (delivery.starting, lambda: {"take_all": _take_nothing}),
}
"""By name: whose name is bound to what instead."""


if __name__ == "__main__":
    module, instead = GUARDS[sys.argv[1]]
    vars(module).update(instead())
    sys.exit(run_line(sys.argv[2:]))
