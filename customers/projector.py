"""The projector: reads the journal in batches, off the reply path, and keeps what is known of people up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from tortoise.transactions import in_transaction

from core.accounts import Crs
from customers import profile
from customers.consent import list_consenting
from customers.places import PLACE_KINDS, Places
from customers.tagging.match import Tagger
from customers.tagging.store import WORD_KINDS, TagStore
from models import Identity, Purpose
from models.dialect.locks import hold_free_people, lock_customers
from models.dialect.projection import Projected, list_waiting, mark_nobodys, mark_projected, read_waiting

BATCH = 500
_WINDOW = 4
"""How many batches ahead a worker looks for people nobody else works on."""
_READ_KINDS = (*WORD_KINDS, *PLACE_KINDS)


class Projector:
    """Counts, places and tags from journal rows; each row is projected once, in one transaction with its mark.

    Any number may run at once, in one process or several: a person is in one batch at a time, and their rows are
    taken in order. ``location_crs`` tells the coordinate system of LOCATION events by app id (WGS-84 where unset).
    """

    def __init__(
        self,
        tagger: Tagger,
        place_ttl: timedelta,
        batch: int = BATCH,
        location_crs: Mapping[str, Crs] | None = None,
    ) -> None:
        self._tags = TagStore(tagger)
        self._places = Places(place_ttl, location_crs or {})
        self._batch = batch

    async def run_once(self) -> int:
        """Projects the next batch; returns how many rows that were, 0 when there is nothing to do at present."""
        await self._tags.prepare()
        async with in_transaction():
            window = await list_waiting(_WINDOW * self._batch)
            if not window:
                return 0
            last_id = window[-1][0]
            owners = await self._hold_people(window)
            rows = await read_waiting(owners.keys(), _READ_KINDS, last_id, self._batch) if owners else []
            await self._project(rows, owners)
            await mark_projected([row.id for row in rows])
            is_about_nobody = any(not identity_id for _, identity_id in window)
            return len(rows) + (await mark_nobodys(last_id) if is_about_nobody else 0)

    async def replay_tags(self) -> int:
        """Rebuilds every automatic tag and its evidence from the first row; returns how many identities were read.

        Goes person by person, so service continues meanwhile; started again it does the same again.
        """
        await self._tags.prepare()
        last = done = 0
        while identities := await Identity.filter(id__gt=last).order_by("id").limit(self._batch).only("id"):
            last = identities[-1].id
            async with in_transaction():
                await self._rebuild([identity.id for identity in identities])
            done += len(identities)
        return done

    async def _rebuild(self, identity_ids: Sequence[int]) -> None:
        held: set[int] = set()
        while not (owners := await _owners(identity_ids)) <= held:  # a merge may have come between
            held |= set(await lock_customers(owners - held))
        await self._tags.rebuild(identity_ids, owners)

    async def _hold_people(self, window: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Locks people nobody else holds, those who wait longest first, until they have a batch of rows waiting.

        Returns the customer of each of their identities. Holding a person is holding all their rows, so those are
        taken in order, and no two workers ever wait for each other.
        """
        waiting = Counter(identity_id for _, identity_id in window if identity_id)
        owners: dict[int, int] = {}
        for wanted in _chunks(waiting, self._batch):
            if sum(waiting[identity_id] for identity_id in owners) > self._batch // 2:
                break
            owners.update(await hold_free_people(wanted))
        return owners

    async def _project(self, rows: Sequence[Projected], owners: Mapping[int, int]) -> None:
        if not rows:
            return
        await profile.count(rows)
        points = self._places.newest(rows, owners)
        allowed = await list_consenting(points.keys(), Purpose.LOCATION)
        await self._places.keep({customer: point for customer, point in points.items() if customer in allowed})
        await self._tags.record(rows, owners)


def _chunks(waiting: Mapping[int, int], rows: int) -> Iterator[list[int]]:
    """Identities in order, so many at a time that about ``rows`` rows wait for them."""
    chunk: list[int] = []
    left = rows
    for identity_id, count in waiting.items():
        chunk.append(identity_id)
        left -= count
        if left <= 0:
            yield chunk
            chunk, left = [], rows
    if chunk:
        yield chunk


async def _owners(identity_ids: Sequence[int]) -> set[int]:
    return {each.customer_id for each in await Identity.filter(id__in=list(identity_ids)).only("customer_id")}
