"""What projection leaves behind, as rows to compare: natural keys only, none of the database's own ids."""

from __future__ import annotations

import asyncio

from customers.projector import Projector
from models import (
    CustomerTag,
    Interaction,
    MessageReading,
    Profile,
    StatedAttribute,
    TagEvidence,
    TagKind,
)
from tests.customers.people import at, say

Rows = list[tuple[object, ...]]


async def drain(*projectors: Projector) -> int:
    """Lets them work until nothing waits; returns how many rows that were."""
    total = 0
    while done := sum(await asyncio.gather(*(each.run_once() for each in projectors))):
        total += done
    return total


async def evidence_rows() -> Rows:
    rows = TagEvidence.all().order_by("at", "interaction_id", "start", "tag__group")
    columns = ("interaction_id", "tag__group", "tag__name", "at", "start", "end", "keyword", "is_negated", "weight")
    return list(await rows.values_list("identity_id", *columns, "subject", "because"))


async def tag_rows() -> Rows:
    rows = CustomerTag.filter(kind=TagKind.AUTOMATIC).order_by("customer_id", "tag__group", "tag__name")
    columns = ("tag__group", "tag__name", "score", "since", "last_at", "is_held", "lexicon_version")
    return list(await rows.values_list("customer_id", *columns))


async def stated_rows() -> Rows:
    rows = StatedAttribute.all().order_by("interaction_id", "start", "name")
    columns = ("interaction_id", "at", "start", "end", "name", "value", "low", "high", "unit", "subject")
    return list(await rows.values_list("identity_id", *columns))


async def reading_rows() -> Rows:
    rows = MessageReading.all().order_by("interaction_id")
    return list(await rows.values_list("identity_id", "interaction_id", "at", "intents", "mood", "evidence"))


async def everything() -> tuple[Rows, Rows, Rows, Rows, list[dict[str, object]]]:
    """All that a projection makes of the journal."""
    profiles = await Profile.all().order_by("identity_id").values()
    return await tag_rows(), await evidence_rows(), await stated_rows(), await reading_rows(), profiles


async def chat() -> None:
    """Four people over a year, each saying the same things on different days, some twice and some against."""
    words = [
        "特别想要黑色连衣裙",
        "不要黑色",
        "红色有吗，170/92A",
        "加绒的黑色外套有吗",
        "太贵了，预算500以内，便宜点",
        "送妈妈的生日礼物，要红色",
        "你好",
        "质量太差了，我要投诉",
    ]
    for turn in range(8):
        for person in range(4):
            moment = at(turn * 7 + person, days=turn * 37 + person)
            await say(f"o-{person}", words[(turn + person) % len(words)], moment)


async def forget_projection() -> None:
    """As before the first row was projected."""
    for table in (TagEvidence, CustomerTag, StatedAttribute, MessageReading, Profile):
        await table.all().delete()
    await Interaction.all().update(is_projected=False)
