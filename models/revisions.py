"""Counters that tell every process, within a second, that something it keeps in memory has changed."""

from __future__ import annotations

from tortoise.expressions import F

from models.system import Revision


async def bump(name: str) -> None:
    """Say that ``name`` changed; in the transaction of the change itself."""
    await Revision.get_or_create(name=name)
    await Revision.filter(name=name).update(number=F("number") + 1)


async def number(name: str) -> int:
    """The present revision of ``name``; 0 where it never changed."""
    row = await Revision.get_or_none(name=name)
    return row.number if row else 0
