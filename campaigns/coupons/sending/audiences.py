"""Whom an offer is sent to: customer ids in order, in batches of at most 1,000, as they are when each is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence

from core.errors import Invalid, Missing
from models import Customer, CustomerTag, Identity, Tag

BATCH = 1000

Ids = AsyncIterator[Sequence[int]]


async def everybody() -> Ids:
    """Every customer."""
    last = 0
    while ids := await Customer.filter(id__gt=last).order_by("id").limit(BATCH).values_list("id", flat=True):
        batch = [int(str(each)) for each in ids]
        yield batch
        last = batch[-1]


async def holders_of(tag_id: int) -> Ids:
    """Those who have a tag, by whichever kind."""
    last = 0
    while True:
        held = CustomerTag.filter(tag_id=tag_id, customer_id__gt=last).order_by("customer_id").distinct()
        ids = [int(str(each)) for each in await held.limit(BATCH).values_list("customer_id", flat=True)]
        if not ids:
            return
        yield ids
        last = ids[-1]


async def these(customer_ids: Collection[int]) -> Ids:
    """Just these."""
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


async def find_tag(group: str, name: str) -> int:
    """The id of a tag. Raises ``Missing``."""
    tag = await Tag.get_or_none(group=group, name=name)
    if tag is None:
        raise Missing(f"nobody has the tag {group}/{name}: show customer OPENID tells how tags are written")
    return int(tag.id)


async def find_customers(openids: Sequence[str]) -> list[int]:
    """The customers behind these openids. Raises ``Invalid`` that counts to the first that nobody has."""
    found = dict(await Identity.filter(openid__in=list(openids)).values_list("openid", "customer_id"))
    for number, openid in enumerate(openids, 1):
        if openid not in found:
            raise Invalid("--openid", f"nobody is known by number {number} of them", "check the copy, or leave it out")
    return [int(str(found[openid])) for openid in openids]
