"""Replaying: reads every message again by today's lexicon, while service continues."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tortoise.transactions import in_transaction

from customers.tagging.live import LiveLexicon
from customers.tagging.store import WORD_KINDS, Recorder, Recorders
from models import Identity
from models.dialect.locks import let_others_write, lock_customers
from models.dialect.projection import Speaker, count_words, list_speakers

BATCH = 1000
"""Journal rows of a batch; about as long as the projector's, for whoever waits for its people."""
_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is; ``messages_in_all`` were there when it began. ``restarts``: times the lexicon changed."""

    version: str
    identities: int
    messages: int
    messages_in_all: int
    restarts: int


async def replay_tags(
    lexicon: LiveLexicon, tell: Callable[[Progress], None] = lambda _: None, batch: int = BATCH
) -> Progress:
    """Rebuilds every automatic tag, measure and reading from the first row. ``tell`` hears after each batch.

    Goes person by person, in batches of about so many rows, and what they hold then is what a projection from the
    start would give. Stopped and started again it does the same again; it begins anew where the lexicon changes.
    """
    recorders, restarts = Recorders(lexicon), 0
    while True:
        recorder = await recorders.prepare()
        done = Progress(recorder.lexicon.version, 0, 0, await count_words(WORD_KINDS), restarts)
        last = 0
        while speakers := _take(await list_speakers(last, _PEOPLE), batch):
            last = speakers[-1].identity_id
            messages = await _rebuild([each.identity_id for each in speakers], recorders, recorder)
            if messages is None:
                restarts += 1
                break
            done = Progress(
                done.version,
                done.identities + len(speakers),
                done.messages + messages,
                done.messages_in_all,
                restarts,
            )
            tell(done)
            await let_others_write()
        else:
            return done


def _take(speakers: list[Speaker], rows: int) -> list[Speaker]:
    """The first of them, until they have so many rows."""
    for number, each in enumerate(speakers, 1):
        rows -= each.rows
        if rows <= 0:
            return speakers[:number]
    return speakers


async def _rebuild(identity_ids: list[int], recorders: Recorders, recorder: Recorder) -> int | None:
    """None where the lexicon changed. Locks first and looks at the lexicon then, as the projector does."""
    async with in_transaction():
        held: set[int] = set()
        while not (owners := await _owners(identity_ids)) <= held:  # a merge may have come between
            held |= set(await lock_customers(owners - held))
        if not await recorders.is_live(recorder):
            return None
        return await recorder.rebuild(identity_ids, owners)


async def _owners(identity_ids: list[int]) -> set[int]:
    return {each.customer_id for each in await Identity.filter(id__in=identity_ids).only("customer_id")}
