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
from customers.tagging.live import LiveLexicon
from customers.tagging.store import WORD_KINDS, Recorder, Recorders
from models import Purpose
from models.dialect.locks import hold_free_people
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
        lexicon: LiveLexicon,
        place_ttl: timedelta,
        batch: int = BATCH,
        location_crs: Mapping[str, Crs] | None = None,
    ) -> None:
        self._recorders = Recorders(lexicon)
        self._places = Places(place_ttl, location_crs or {})
        self._batch = batch

    async def run_once(self) -> int:
        """Projects the next batch; returns how many rows that were, 0 when there is nothing to do at present."""
        while (done := await self._run_batch(await self._recorders.prepare())) is None:
            continue  # the lexicon changed meanwhile
        return done

    async def _run_batch(self, recorder: Recorder) -> int | None:
        """None where another edition of the lexicon is live than the recorder's: then nothing was done.

        People are locked first and the edition is looked at then. Whoever still finds the old one holds its people's
        rows, so a replay begun after the change waits for it and reads them again; whoever locks later finds the new.
        """
        async with in_transaction():
            window = await list_waiting(_WINDOW * self._batch)
            if not window:
                return 0
            last_id = window[-1][0]
            owners = await self._hold_people(window)
            if not await self._recorders.is_live(recorder):
                return None
            rows = await read_waiting(owners.keys(), _READ_KINDS, last_id, self._batch) if owners else []
            await self._project(rows, owners, recorder)
            await mark_projected([row.id for row in rows])
            is_about_nobody = any(not identity_id for _, identity_id in window)
            return len(rows) + (await mark_nobodys(last_id) if is_about_nobody else 0)

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

    async def _project(self, rows: Sequence[Projected], owners: Mapping[int, int], recorder: Recorder) -> None:
        if not rows:
            return
        await profile.count(rows)
        points = self._places.newest(rows, owners)
        allowed = await list_consenting(points.keys(), Purpose.LOCATION)
        await self._places.keep({customer: point for customer, point in points.items() if customer in allowed})
        await recorder.record(rows, owners)


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
