"""A first decision as a row: planned, waiting for the end of quiet hours, refused, or asked of a guide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from core.channels import Channel, ContactClass
from core.errors import Invalid
from core.ports import GuideTasks, TaskAsked
from core.reasons import Reason
from delivery.facts import Candidate
from delivery.policy import ContactRules, Decision, Facts, Option, decide
from delivery.policy.question import list_options
from models import DeliveryState
from models.dialect.planning import DecidedRow, Inserted, plan_again


@dataclass(frozen=True, slots=True)
class Planned:
    """Somebody who is to hear something. ``occurrence_key`` is the reason, the same for one person only once.

    ``options``: the ways it may go, most wanted first, ``{"channel", "payload"}`` each. ``app_id`` is the identity's.
    """

    customer_id: int
    identity_id: int
    app_id: str
    occurrence_key: str
    contact_class: ContactClass
    options: Sequence[Mapping[str, Any]]
    due_at: datetime
    expires_at: datetime


def candidate_of(number: int, person: Planned) -> Candidate:
    """What facts are read for. Raises ``Invalid`` where there is no way for it to go, or one nobody knows."""
    if not person.options:
        raise Invalid("options", "there is no way for it to go", "name at least one channel")
    return Candidate(
        key=number,
        customer_id=person.customer_id,
        identity_id=person.identity_id,
        app_id=person.app_id,
        contact_class=person.contact_class,
        options=_list_options(tuple((each["channel"], each["payload"].get("template_id")) for each in person.options)),
        expires_at=person.expires_at,
        occurrence=person.occurrence_key,
    )


@lru_cache(maxsize=1024)
def _list_options(ways: tuple[tuple[str, str | None], ...]) -> tuple[Option, ...]:
    """A whole audience goes by the same few ways."""
    return list_options([{"channel": channel, "payload": {"template_id": template}} for channel, template in ways])


def decide_first(person: Planned, facts: Facts, rules: ContactRules) -> Decision:
    """As it will be when it is due, by what is known now."""
    return decide(replace(facts, at=person.due_at) if person.due_at > facts.at else facts, rules)


def may_go(person: Planned, decision: Decision) -> bool:
    """Whether it goes, or waits for the end of quiet hours."""
    return decision.choice is not None or _find_end_of_wait(decision, person) is not None


def row_of(person: Planned, decision: Decision, at: datetime) -> DecidedRow:
    """The row as it is stored. ``sent`` where a guide is to be asked at once: see ``ask_guides``."""
    choice, state, due_at = decision.choice, DeliveryState.PLANNED, person.due_at
    if choice is None:
        waits_until = _find_end_of_wait(decision, person)
        state, due_at = (DeliveryState.PLANNED, waits_until) if waits_until else (DeliveryState.SUPPRESSED, due_at)
    elif person.options[choice]["channel"] == Channel.GUIDE_TASK and due_at <= at:
        state = DeliveryState.SENT
    return DecidedRow(
        occurrence=person.occurrence_key,
        identity_id=person.identity_id,
        app_id=person.app_id,
        channel=str(person.options[choice or 0]["channel"]),
        options=orjson.dumps(person.options).decode(),
        contact_class=person.contact_class.value,
        state=state.value,
        reason=decision.reason.value if decision.reason and state is DeliveryState.SUPPRESSED else "",
        due_at=due_at,
        expires_at=person.expires_at,
        closed_at=None if state is DeliveryState.PLANNED else at,
        trail=_trail(at, decision),
    )


def words_for_guide(person: Planned, decision: Decision) -> str:
    """What a guide is to say, where that is the way it goes."""
    return str(person.options[decision.choice or 0]["payload"]["words"])


async def ask_guides(
    guide_tasks: GuideTasks, new: Sequence[Inserted], words: Mapping[tuple[str, int], str], at: datetime
) -> None:
    """A task for each new row that is to end as one, in the caller's transaction; ``words`` by occurrence and identity.

    Where the guide has gone meanwhile, a worker decides anew.
    """
    asked = [
        TaskAsked(row.id, row.customer_id, said)
        for row in new
        if (said := words.get((row.occurrence, row.identity_id))) is not None
    ]
    if not asked:
        return
    opened = await guide_tasks.open_tasks(asked, at)
    unserved = [task.delivery_id for task in asked if task.delivery_id not in opened]
    if unserved:
        await plan_again(unserved)


def _trail(at: datetime, decision: Decision) -> str:
    """What ``Trail`` with ``Decision.told`` would write, at a fifth of the cost."""
    checks = []
    for name, is_passed, figures, reason, _ in decision.checks:
        said = {"name": name, "is_passed": is_passed}
        if reason is not None:
            said["reason"] = reason.value
        checks.append({**said, **figures})
    entry = {"at": at.isoformat(timespec="milliseconds"), "event": "planned", "checks": checks}
    return orjson.dumps([entry], option=orjson.OPT_OMIT_MICROSECONDS).decode()


def _find_end_of_wait(decision: Decision, person: Planned) -> datetime | None:
    """When quiet hours end that it can wait for; None for any other no."""
    end = decision.again_at if decision.reason is Reason.QUIET_HOURS else None
    return end if end is not None and end < person.expires_at else None
