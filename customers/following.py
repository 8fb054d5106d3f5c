"""Following: when a person follows an account, when they left, and when what we hold of them must go."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.transactions import in_transaction

from core.ports import Subject
from customers.erasure import erase_identity, lock_identity
from models import Following

_BEFORE_US = "before_us"
"""Source of a stretch whose beginning nobody saw."""


async def follow(who: Subject, source: str) -> None:
    """A person follows (again): the erasure that was due after they left is called off."""
    stretches = Following.filter(identity_id=who.identity_id)
    await stretches.filter(erase_due_at__isnull=False, until__lte=who.at).update(erase_due_at=None)
    if await stretches.filter(open_slot__isnull=False).exists():
        return
    left_later = await stretches.filter(until__gt=who.at).order_by("until").first()
    if left_later is not None:  # pushes arrived in the wrong order: they follow no more
        if left_later.source == _BEFORE_US:
            await stretches.filter(id=left_later.id).update(since=who.at, source=source)
        return
    await Following.create(identity_id=who.identity_id, since=who.at, source=source, open_slot=who.identity_id)


async def unfollow(who: Subject, grace: timedelta) -> None:
    """A person leaves: they are erased when ``grace`` is over unless they come back; at once where it is zero."""
    current = await Following.get_or_none(open_slot=who.identity_id)
    if current is not None and current.since > who.at:
        return  # this push was overtaken by a later follow: they are still here
    due = who.at + grace
    if grace <= timedelta(0):
        await erase_identity(who.identity_id, who.at)
    elif current is None:
        await Following.create(
            identity_id=who.identity_id, since=who.at, until=who.at, source=_BEFORE_US, erase_due_at=due
        )
    else:
        current.until, current.open_slot, current.erase_due_at = who.at, None, due
        await current.save(update_fields=["until", "open_slot", "erase_due_at"])


async def erase_due(now: datetime, limit: int) -> int:
    """Erases up to ``limit`` identities whose grace is over; returns how many. Safe in several processes."""
    due = await Following.filter(erase_due_at__lte=now).order_by("erase_due_at", "id").limit(limit)
    erased = 0
    for identity_id in dict.fromkeys(following.identity_id for following in due):
        async with in_transaction():
            await lock_identity(identity_id)
            if await Following.filter(identity_id=identity_id, erase_due_at__lte=now).exists():
                await erase_identity(identity_id, now)
                erased += 1
    return erased
