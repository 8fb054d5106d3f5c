"""What a rule would do on a day: who would hear what, by which channel, who would not and why. Nothing is sent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from campaigns.care.kind import Claim
from campaigns.care.planner import ReadyRule, fires_on, key_of, plan_fire
from core.accounts import Account
from core.reasons import Reason
from delivery.facts import Candidate, read_facts
from delivery.planning import Planned
from delivery.policy import ContactRules, Decision, Facts, decide, list_options
from models import Customer, Delivery


class Outcome(StrEnum):
    """``planned``: this reason has a delivery already, whatever became of it."""

    HEARS = "hears"
    WAITS = "waits"
    DOES_NOT = "does_not"
    PLANNED = "planned"


class Line(NamedTuple):
    """One person. ``channel`` and ``words`` are those they would hear, else of the option most wanted.

    ``again_at``: until when it waits for the end of quiet hours, or when a no may become a yes.
    """

    customer_id: int
    openid: str
    name: str
    at: datetime
    occurrence: str
    outcome: Outcome
    channel: str
    words: str
    reason: str
    again_at: datetime | None
    checks: list[dict[str, Any]]


async def preview(
    ready: ReadyRule, on: date, brand: str, accounts: Mapping[str, Account], rules: ContactRules
) -> AsyncGenerator[list[Line]]:
    """Everybody the rule falls due for on this day, in batches, as the policy would decide at its hour.

    It knows what is known now: somebody who writes before then may be reached after all.
    """
    by_app_id = {account.app_id: account for account in accounts.values()}
    for fire_at in fires_on(ready, on):
        async for people in plan_fire(ready, fire_at, brand):
            untrue = await _find_untrue(ready, people, fire_at)
            known = await read_facts(_candidates(people), by_app_id, rules, fire_at, untrue)
            there = await _already_planned(people)
            names = await _names(people)
            yield [
                _line(person, facts, decide(facts, rules), names.get(person.customer_id, ""), there)
                for person, facts in zip(people, known, strict=True)
            ]


async def _find_untrue(ready: ReadyRule, people: Sequence[Planned], at: datetime) -> set[int]:
    """The numbers of those whose reason would not hold at that moment by what is known now."""
    prefix = key_of(ready.rule, "")
    claims = {
        number: Claim(person.occurrence_key.removeprefix(prefix), person.customer_id)
        for number, person in enumerate(people)
    }
    return await ready.kind.find_untrue(ready.rule, claims, at)


def _candidates(people: Sequence[Planned]) -> list[Candidate]:
    return [
        Candidate(
            key=number,
            customer_id=person.customer_id,
            identity_id=person.identity_id,
            app_id=person.app_id,
            contact_class=person.contact_class,
            options=list_options(person.options),
            expires_at=person.expires_at,
            occurrence=person.occurrence_key,
        )
        for number, person in enumerate(people)
    ]


async def _already_planned(people: Sequence[Planned]) -> set[tuple[str, int]]:
    """Reason keys and customers that have a delivery."""
    keys = {person.occurrence_key for person in people}
    rows = Delivery.filter(occurrence__in=keys, customer_id__in=[person.customer_id for person in people])
    return {(str(key), int(str(customer))) for key, customer in await rows.values_list("occurrence", "customer_id")}


async def _names(people: Sequence[Planned]) -> dict[int, str]:
    rows = Customer.filter(id__in=[person.customer_id for person in people])
    return {int(str(customer)): str(name) for customer, name in await rows.values_list("id", "name")}


def _line(person: Planned, facts: Facts, decision: Decision, name: str, there: Collection[tuple[str, int]]) -> Line:
    option = person.options[decision.choice or 0]
    outcome = _outcome(person, decision)
    if (person.occurrence_key, person.customer_id) in there:
        outcome = Outcome.PLANNED
    return Line(
        customer_id=person.customer_id,
        openid=facts.openid,
        name=name,
        at=person.due_at,
        occurrence=person.occurrence_key,
        outcome=outcome,
        channel=option["channel"],
        words=_words(option["payload"]),
        reason=decision.reason.value if decision.reason else "",
        again_at=decision.again_at,
        checks=decision.told(),
    )


def _outcome(person: Planned, decision: Decision) -> Outcome:
    if decision.choice is not None:
        return Outcome.HEARS
    end = decision.again_at if decision.reason is Reason.QUIET_HOURS else None
    return Outcome.WAITS if end is not None and end < person.expires_at else Outcome.DOES_NOT


def _words(payload: Mapping[str, Any]) -> str:
    """What a person would read, in one line."""
    said = payload.get("data") or {name: payload[name] for name in ("text", "words", "title") if name in payload}
    words = " / ".join(said.values()) or f"[{payload.get('kind', '')}]"
    return " ".join(words.split())
