"""Tasks: what a guide is asked to do for a customer; here, to answer somebody who wants a person."""

from __future__ import annotations

from dataclasses import dataclass

from core.ports import Subject
from guides.binding import find_active, take_turn
from models import Task, TaskState

HUMAN = "human"
_LONGEST_REASON = 255


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """An open request for a person: who was asked (None: nobody serves this customer), the store's phone if known.

    ``is_new`` is false where the customer has asked before and still waits.
    """

    guide_name: str | None
    store_phone: str | None
    is_new: bool


async def ask_for_human(who: Subject, words_reason: str) -> TaskOpened:
    """Store the customer's request for a person, once while it is open; in the caller's transaction."""
    await take_turn(who.customer_id)
    binding = await find_active(who.customer_id)
    guide = binding.guide if binding and not binding.guide.left_at else None
    store = binding.store if binding else None
    waiting = await Task.get_or_none(open_key=_open_key(who.customer_id))
    if waiting is None:
        await Task.create(
            customer_id=who.customer_id,
            guide=guide,
            kind=HUMAN,
            state=TaskState.OPEN,
            reason=words_reason[:_LONGEST_REASON],
            interaction_id=who.interaction_id,
            created_at=who.at,
            open_key=_open_key(who.customer_id),
        )
    else:  # whoever serves now is the one to answer
        await Task.filter(id=waiting.id).update(guide_id=guide.id if guide else None)
    return TaskOpened(guide.name if guide else None, store.phone or None if store else None, waiting is None)


def _open_key(customer_id: int) -> str:
    return f"{HUMAN}:{customer_id}"
