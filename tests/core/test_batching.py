"""Group commit: those who wait share a commit; one bad item fails alone; an outage fails all who wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from core.batching import GroupCommit


class Ledger:
    """Applies batches of numbers; 13 is poison, and nothing works while ``is_away``."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.told: dict[int, Any] = {}
        self.is_away = False
        self.commit = GroupCommit(self.apply, self.done, lambda error: isinstance(error, OSError), gather_s=0.001)

    async def apply(self, batch: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0.01)
        if self.is_away:
            raise OSError("away")
        if 13 in batch:
            raise ValueError("poison")
        self.batches.append(list(batch))
        return [number * 2 for number in batch]

    def done(self, item: int, result: Any) -> None:
        assert item not in self.told
        self.told[item] = result
        if item == 7:
            raise RuntimeError("a listener's bug")

    async def all_told(self, count: int) -> None:
        while len(self.told) < count:
            await asyncio.sleep(0.005)


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    ledger = Ledger()
    ledger.commit.start()
    yield ledger
    await ledger.commit.stop()


async def test_what_waits_during_a_commit_shares_the_next(ledger: Ledger) -> None:
    ledger.commit.put(1)
    await asyncio.sleep(0.005)
    for number in (2, 3, 4):
        ledger.commit.put(number)
    await ledger.all_told(4)
    assert ledger.told == {1: 2, 2: 4, 3: 6, 4: 8}
    assert ledger.batches == [[1], [2, 3, 4]]
    assert (ledger.commit.batches, ledger.commit.items) == (2, 4)


async def test_a_poisoned_item_fails_alone(ledger: Ledger) -> None:
    for number in (12, 13, 14):
        ledger.commit.put(number)
    await ledger.all_told(3)
    assert isinstance(ledger.told.pop(13), ValueError)
    assert ledger.told == {12: 24, 14: 28}


async def test_an_outage_fails_everybody_who_waits_and_service_resumes(ledger: Ledger) -> None:
    ledger.is_away = True
    ledger.commit.put(1)
    await asyncio.sleep(0.005)
    ledger.commit.put(2)
    await ledger.all_told(2)
    assert all(isinstance(told, OSError) for told in ledger.told.values())
    ledger.is_away = False
    ledger.commit.put(3)
    await ledger.all_told(3)
    assert ledger.told[3] == 6


async def test_a_listeners_bug_stops_nobody(ledger: Ledger) -> None:
    for number in (7, 8):
        ledger.commit.put(number)
    await ledger.all_told(2)
    ledger.commit.put(9)
    await ledger.all_told(3)
    assert ledger.told[9] == 18


async def test_stopping_applies_what_waits(ledger: Ledger) -> None:
    ledger.commit.put(5)
    await ledger.commit.stop()
    assert ledger.told == {5: 10}
