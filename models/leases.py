"""Leases: a job one process at a time may do, with a fence that grows with each new holder."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from models.system import Lease


def new_holder() -> str:
    """A name for this process that no other had or will have, for people to recognise: host, process id, random."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(6)}"


async def take(name: str, holder: str, for_s: float, at: datetime) -> int | None:
    """The fence of a lease that was free, over or never held; None while anybody, this holder too, has it."""
    until = at + timedelta(seconds=for_s)
    async with in_transaction():
        changed = await Lease.filter(name=name, expires_at__lte=at).update(
            holder=holder, fence=F("fence") + 1, expires_at=until
        )
        if changed:
            return (await Lease.get(name=name)).fence
    if await Lease.exists(name=name):
        return None
    try:
        async with in_transaction():
            await Lease.create(name=name, holder=holder, fence=1, expires_at=until)
    except IntegrityError:
        return None
    return 1


async def renew(name: str, holder: str, fence: int, for_s: float, at: datetime) -> bool:
    """Keeps a lease that is still ours, even one that ran out if nobody took it meanwhile."""
    until = at + timedelta(seconds=for_s)
    return bool(await Lease.filter(name=name, holder=holder, fence=fence).update(expires_at=until))


async def release(name: str, holder: str, fence: int, at: datetime) -> None:
    """Lets the next holder in at once. The row and its fence stay."""
    await Lease.filter(name=name, holder=holder, fence=fence).update(expires_at=at)


async def is_held(name: str, holder: str, fence: int) -> bool:
    """True while nobody else has taken it; inside a transaction nobody can until that ends (PostgreSQL, SQLite)."""
    return await Lease.filter(name=name, holder=holder, fence=fence).select_for_update().first() is not None
