"""The textbook's projector: the ORM, a row at a time, a transaction each: ``… URL ROWS`` as in ``worker``.

It reads messages with our own understanding, so that what differs is how the outcome is stored.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import datetime

import psutil
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from customers.tagging.live import LiveLexicon, starter_lexicon
from customers.tagging.match import Hit
from customers.tagging.score import Evidence, tally
from customers.tagging.store import words_of
from customers.tagging.understand import Reading
from models import (
    CustomerTag,
    Identity,
    Interaction,
    MessageReading,
    Profile,
    StatedAttribute,
    Tag,
    TagEvidence,
    TagKind,
)
from models.database import close_database, open_database


async def main(url: str, rows: int) -> None:
    await open_database(url)
    understanding = LiveLexicon().understanding
    understanding.read("你好")
    print("ready", flush=True)
    sys.stdin.readline()
    process = psutil.Process()
    cpu_before, began = sum(process.cpu_times()[:2]), time.perf_counter()
    for row in await Interaction.filter(is_projected=False).order_by("id").limit(rows):
        async with in_transaction():
            await _count(row)
            words = words_of(row.kind, row.fields_)
            if words:
                await _store(row, understanding.read(words))
            row.is_projected = True
            await row.save(update_fields=["is_projected"])
    seconds, cpu_s = time.perf_counter() - began, sum(process.cpu_times()[:2]) - cpu_before
    rss_mb = process.memory_info().rss / 1e6
    await close_database()
    print(json.dumps({"rows": rows, "seconds": seconds, "cpu_s": cpu_s, "rss_mb": rss_mb}))


async def _count(row: Interaction) -> None:
    at = row.occurred_at
    is_event = row.kind.startswith("event.")
    profile, is_new = await Profile.get_or_create(
        identity_id=row.identity_id,
        defaults={"messages": int(not is_event), "events": int(is_event), "first_at": at, "last_at": at},
    )
    if not is_new:
        counter = "events" if is_event else "messages"
        await Profile.filter(identity_id=profile.identity_id).update(**{counter: F(counter) + 1}, last_at=at)


async def _store(row: Interaction, reading: Reading) -> None:
    identity = await Identity.filter(id=row.identity_id).select_for_update().get()
    for hit in reading.hits:
        await _tag(row, identity, hit)
    for each in reading.measures:
        await StatedAttribute.create(
            identity=identity, interaction=row, at=row.occurred_at, start=each.start, end=each.end, name=each.name,
            value=each.value, low=each.low, high=each.high, unit=each.unit, subject=each.subject,
        )  # fmt: skip
    if reading.intents or reading.mood != "neutral":
        evidence = [{"of": str(e.of), "start": e.start, "end": e.end, "keyword": e.keyword} for e in reading.evidence]
        await MessageReading.create(
            identity=identity, interaction=row, at=row.occurred_at, intents=[str(each) for each in reading.intents],
            mood=str(reading.mood), evidence=evidence,
        )  # fmt: skip


async def _tag(row: Interaction, identity: Identity, hit: Hit) -> None:
    tag, _ = await Tag.get_or_create(group=hit.group, name=hit.tag)
    await TagEvidence.create(
        identity=identity, tag=tag, interaction=row, at=row.occurred_at, start=hit.start, end=hit.end, keyword=hit.word,
        is_negated=hit.negated, weight=hit.weight, subject=hit.subject, because=" ".join(hit.because),
    )  # fmt: skip
    group = starter_lexicon().groups[hit.group]
    rows = await TagEvidence.filter(identity__customer_id=identity.customer_id, tag=tag)
    evidence = [Evidence(e.at, e.interaction_id, e.start, e.keyword, e.weight, e.is_negated, e.subject) for e in rows]
    scored = tally(evidence, group.half_life_days, is_personal=group.personal)
    if scored is not None:
        values: dict[str, float | bool | str | datetime] = {
            "score": scored.score, "is_held": scored.is_held, "since": scored.since, "last_at": scored.last_at,
            "lexicon_version": starter_lexicon().version,
        }  # fmt: skip
        await CustomerTag.update_or_create(
            values, customer_id=identity.customer_id, tag_id=tag.id, kind=TagKind.AUTOMATIC
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
