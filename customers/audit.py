"""Writes down who changed or saw what of a person: rows by their ids, never what they say."""

from __future__ import annotations

from datetime import datetime

from models import Audit

SYSTEM = "system"


async def note(action: str, subject: str, at: datetime, actor: str = SYSTEM, **detail: object) -> None:
    """One line of the audit. ``subject`` is ``customer:12`` or ``identity:7``; ``detail`` holds ids and field names."""
    await Audit.create(at=at, actor=actor, action=action, subject=subject, detail=detail)


async def note_once(action: str, subject: str, at: datetime, **detail: object) -> None:
    """The same, unless this very line is there already."""
    known = await Audit.filter(action=action, subject=subject)
    if all(line.detail != detail for line in known):
        await Audit.create(at=at, actor=SYSTEM, action=action, subject=subject, detail=detail)
