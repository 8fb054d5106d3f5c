"""From a rule to people: when it falls due, whom it is for then, and what each of them would hear."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from campaigns.care.kind import SCHEDULE_PREFIX, Due, Kind, Occasion, Rule, day_span, fires_between
from campaigns.care.options import Compiled, compile_options
from campaigns.care.registry import get_kind
from campaigns.care.rule_form import variables_of
from core.accounts import Account
from delivery.planning import Planned

_INSTANT = timedelta(microseconds=1)
_LONG = timedelta(days=430)


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule with its kind, account and parsed words. Made by ``prepare``."""

    rule: Rule
    kind: Kind[Any]
    settings: Any
    account: Account
    options: list[Compiled]


def prepare(rule: Rule, account: Account) -> ReadyRule:
    """Raises ``Invalid`` where the rule is not sound (any more)."""
    kind = get_kind(rule.kind)
    settings = kind.read(rule.settings)
    return ReadyRule(rule, kind, settings, account, compile_options(rule.options, variables_of(kind, settings)))


def due_fires(ready: ReadyRule, after: datetime, until: datetime) -> list[datetime]:
    """The moments after ``after``, up to and including ``until``, at which the rule falls due while it is on. Pure."""
    since = ready.rule.on_since
    if since is None:
        return []
    return list(fires_between(ready.kind, ready.rule, max(after, since), until))


async def plan_fire(
    ready: ReadyRule, fire_at: datetime, brand: str, after_id: int = 0
) -> AsyncGenerator[list[Planned]]:
    """Whom one fire is for and what each is to hear, in batches of at most 1,000 in the order of their customer ids."""
    expires_at = ready.kind.expires_at(ready.settings, fire_at)
    async for dues in ready.kind.due_customers(Occasion(ready.rule, ready.account.app_id, fire_at), after_id):
        yield [_planned(ready, due, fire_at, expires_at, brand) for due in dues]


def fires_on(ready: ReadyRule, on: date) -> list[datetime]:
    """The moments of a day in the brand's zone at which the rule falls due, whether it is on or off."""
    first, next_day = day_span(on)
    return list(fires_between(ready.kind, ready.rule, first - _INSTANT, next_day - _INSTANT))


def find_next_fire(ready: ReadyRule, after: datetime) -> datetime | None:
    """When the rule falls due next, whether it is on or off; None where it does not within fourteen months."""
    return next(fires_between(ready.kind, ready.rule, after, after + _LONG), None)


def key_of(rule: Rule, what: str) -> str:
    """A person's reason key: planned twice, it is the same delivery."""
    return f"{SCHEDULE_PREFIX}{rule.name}:{what}"


def _planned(ready: ReadyRule, due: Due, fire_at: datetime, expires_at: datetime, brand: str) -> Planned:
    values = {"customer": due.name, "guide": due.guide, "store": due.store, "brand": brand, **due.values}
    return Planned(
        customer_id=due.customer_id,
        identity_id=due.identity_id,
        app_id=ready.account.app_id,
        occurrence_key=key_of(ready.rule, due.what),
        contact_class=ready.rule.contact_class,
        options=[option.render(values) for option in ready.options],
        due_at=fire_at,
        expires_at=expires_at,
    )
