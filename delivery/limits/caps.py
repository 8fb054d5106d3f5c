"""The cap on what a customer hears from us: so many slots of a class, each taken for days from the message on.

Shared by everything that sends: with ``cap`` slots there are never more than ``cap`` messages in any stretch of
``cap_days``, whichever process sends them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.channels import ContactClass
from models.dialect.limits import SlotRow, TakenSlot, free_slots, list_taken, take_free_slots


@dataclass(frozen=True, slots=True)
class SlotTake:
    """One message that counts for a customer's cap of its class."""

    delivery_id: int
    customer_id: int
    contact_class: ContactClass
    cap: int


async def take_slots(asked: Sequence[SlotTake], at: datetime, cap_days: int) -> dict[int, int]:
    """The slot each delivery got, in the caller's transaction; one that got none is left out."""
    by_cap: defaultdict[tuple[str, int], list[SlotTake]] = defaultdict(list)
    for take in asked:
        if take.cap > 0:
            by_cap[take.contact_class.value, take.cap].append(take)
    until, got = at + timedelta(days=cap_days), dict[int, int]()
    for (contact_class, cap), takes in sorted(by_cap.items()):
        got |= await _take_of_class(takes, contact_class, cap, at, until)
    return got


async def give_back_slots(takes: Sequence[SlotTake], at: datetime) -> None:
    """Frees the slots of deliveries that surely were not sent."""
    if takes:
        await free_slots([TakenSlot(t.customer_id, t.contact_class.value, t.delivery_id) for t in takes], at)


async def _take_of_class(
    takes: Sequence[SlotTake], contact_class: str, cap: int, at: datetime, until: datetime
) -> dict[int, int]:
    first = {take.customer_id: take for take in reversed(takes)}
    firsts = [SlotRow(take.customer_id, 0, take.delivery_id) for take in first.values()]
    got = await take_free_slots(firsts, contact_class, cap, at, until)
    served = {row.delivery_id for row in got}
    rest = [take for take in takes if take.delivery_id not in served]
    if rest:
        # Nobody else takes a slot of these customers any more: the statement above holds their first ones.
        chosen = await _choose(rest, contact_class, cap, at)
        got += await take_free_slots(chosen, contact_class, cap, at, until) if chosen else []
    return {row.delivery_id: row.slot for row in got}


async def _choose(rest: Sequence[SlotTake], contact_class: str, cap: int, at: datetime) -> list[SlotRow]:
    """A free slot for each while the customer's cap lasts."""
    taken: defaultdict[int, set[int]] = defaultdict(set)
    for customer_id, slot in await list_taken({take.customer_id for take in rest}, contact_class, at):
        taken[customer_id].add(slot)
    chosen: list[SlotRow] = []
    for take in rest:
        mine = taken[take.customer_id]
        if len(mine) < cap:
            slot = min(set(range(cap)) - mine)
            mine.add(slot)
            chosen.append(SlotRow(take.customer_id, slot, take.delivery_id))
    return chosen
