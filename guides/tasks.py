"""Requests: a customer wants a person, complains, or wants their data erased, and a guide is asked."""

from __future__ import annotations

from dataclasses import dataclass

from core.ports import Subject
from guides.binding import take_turn
from models.dialect.requests import NewTask, find_served, open_task, renew_task

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

    ``store_code`` is where the guide who was asked works, empty where nobody serves. ``is_new`` is false where the
    customer has asked before and still waits.
    """

    guide_name: str | None
    store_phone: str | None
    store_code: str
    is_new: bool


async def ask_for_human(who: Subject, words_reason: str, kind: str = HUMAN) -> TaskOpened:
    """Store the customer's request for a person, once of each kind while it is open; in the caller's transaction.

    Said again, a complaint's words are added to the open one, as many of the newest as the task holds.
    """
    open_key = f"{kind}:{who.customer_id}"
    await take_turn(who.customer_id)
    served = await find_served(who.customer_id, open_key)
    if served.task_id is None:
        reason = words_reason[:_LONGEST_REASON]
        asked = NewTask(who.customer_id, served.guide_id, kind, reason, who.interaction_id, who.at, open_key)
        await open_task(asked)
    else:  # whoever serves now is the one to answer
        reason = _added(served.task_reason, words_reason) if kind in _ADDING else served.task_reason
        await renew_task(served.task_id, served.guide_id, reason)
    at_store = served.store_code if served.guide_id is not None else ""
    return TaskOpened(served.guide_name or None, served.store_phone or None, at_store, served.task_id is None)


def _added(reason: str, newest: str) -> str:
    """The newest words whole and, before them, as much of the earlier ones' end as there is room for."""
    newest = newest[:_LONGEST_REASON]
    room = _LONGEST_REASON - len(_AND) - len(newest)
    if len(reason) > room:
        kept = reason[len(reason) - room + len(_LEFT_OUT) :] if room > len(_LEFT_OUT) else ""
        return f"{_LEFT_OUT}{kept}{_AND}{newest}" if kept else newest
    return f"{reason}{_AND}{newest}"
