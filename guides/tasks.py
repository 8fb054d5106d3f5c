"""Requests: a customer wants a person, complains, or wants their data erased, and a guide is asked."""

from __future__ import annotations

from dataclasses import dataclass

from core.ports import Subject
from guides.binding import find_active, take_turn
from models import Task, TaskState

HUMAN = "human"
"""A customer wants to talk to a person."""

ERASURE = "erasure"
"""A customer wants their data erased; a request of its own, so that none already open swallows it."""

COMPLAINT = "complaint"
"""A customer complains or is upset; what they say while it is open is added to it."""

_ADDING = frozenset({COMPLAINT})
_AND, _LEFT_OUT = "；", "…"
_LONGEST_REASON = 255


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """An open request for a person: who was asked (None: nobody serves this customer), the store's phone if known.

    ``is_new`` is false where the customer has asked before and still waits.
    """

    guide_name: str | None
    store_phone: str | None
    is_new: bool


async def ask_for_human(who: Subject, words_reason: str, kind: str = HUMAN) -> TaskOpened:
    """Store the customer's request for a person, once of each kind while it is open; in the caller's transaction.

    Said again, a complaint's words are added to the open one, as many of the newest as the task holds.
    """
    open_key = f"{kind}:{who.customer_id}"
    await take_turn(who.customer_id)
    binding = await find_active(who.customer_id)
    guide = binding.guide if binding and not binding.guide.left_at else None
    store = binding.store if binding else None
    waiting = await Task.get_or_none(open_key=open_key)
    if waiting is None:
        await Task.create(
            customer_id=who.customer_id,
            guide=guide,
            kind=kind,
            state=TaskState.OPEN,
            reason=words_reason[:_LONGEST_REASON],
            interaction_id=who.interaction_id,
            created_at=who.at,
            open_key=open_key,
        )
    else:  # whoever serves now is the one to answer
        reason = _added(waiting.reason, words_reason) if kind in _ADDING else waiting.reason
        await Task.filter(id=waiting.id).update(guide_id=guide.id if guide else None, reason=reason)
    return TaskOpened(guide.name if guide else None, store.phone or None if store else None, waiting is None)


def _added(reason: str, newest: str) -> str:
    """The newest words whole and, before them, as much of the earlier ones' end as there is room for."""
    newest = newest[:_LONGEST_REASON]
    room = _LONGEST_REASON - len(_AND) - len(newest)
    if len(reason) > room:
        kept = reason[len(reason) - room + len(_LEFT_OUT) :] if room > len(_LEFT_OUT) else ""
        return f"{_LEFT_OUT}{kept}{_AND}{newest}" if kept else newest
    return f"{reason}{_AND}{newest}"
