"""What answering asks of the database beside its tables: is a transaction open, and the journal in stretches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from datetime import datetime

from tortoise.backends.base.client import TransactionalDBClient

from models.database import connection
from models.journal import Interaction

_AT_ONCE = 1000


def is_in_transaction() -> bool:
    """True where the caller's queries are part of a transaction: nobody may wait for a network there."""
    return isinstance(connection(), TransactionalDBClient)


async def each_message(
    kinds: Collection[str], handlers: Collection[str], since: datetime
) -> AsyncIterator[Interaction]:
    """The messages some handlers took since then, oldest first, read in stretches by their ids."""
    rows = Interaction.filter(kind__in=list(kinds), handler__in=list(handlers), occurred_at__gte=since)
    newest = 0
    while found := await rows.filter(id__gt=newest).order_by("id").limit(_AT_ONCE):
        newest = found[-1].id
        for row in found:
            yield row
