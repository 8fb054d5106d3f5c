"""The care rules in memory: what the schedule asks when it looks, and what is asked again before a message leaves."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime

from campaigns.care.kind import SCHEDULE_PREFIX, Claim, Rule
from campaigns.care.planner import ReadyRule, due_fires, plan_fire, prepare
from campaigns.care.rules import REVISION, list_rules
from core.accounts import Account
from core.errors import Invalid
from delivery.planning import Planned
from delivery.schedule import Fire
from models.campaigns import Occurrence
from models.revisions import number

log = logging.getLogger(__name__)

_KEY = re.compile(rf"{SCHEDULE_PREFIX}([^:]+):(.*?)(?:~\d+)?")
"""A reason key: rule and what; a number behind ``~`` is there where two customers became one."""


class CareBook:
    """Fills ``delivery.schedule.Calendar`` and ``core.ports.StillTrue`` for every care rule that is on."""

    def __init__(self, accounts: Mapping[str, Account], brand: str) -> None:
        self._accounts = accounts
        self._brand = brand
        self._revision: int | None = None
        self._on: dict[str, ReadyRule] = {}

    async def refresh(self) -> None:
        """Reads the rules again where one has changed."""
        revision = await number(REVISION)  # first: what is committed after it makes the next look read once more
        if revision != self._revision:
            self._on = dict(self._prepared([rule for rule in await list_rules() if rule.on_since is not None]))
            self._revision = revision

    def due_fires(self, after: datetime, until: datetime) -> list[Fire]:
        """Fires after ``after``, up to and including ``until``, but none from before the rule was switched on."""
        return [
            Fire(ready.rule.schedule, at, ready.kind.catch_up(ready.settings, at))
            for ready in self._on.values()
            for at in due_fires(ready, after, until)
        ]

    def find_audience(self, occurrence: Occurrence) -> AsyncIterator[Sequence[Planned]] | None:
        """Whom an occurrence is for, after its cursor; None where its rule is gone or off."""
        ready = self._on.get(occurrence.schedule.removeprefix(SCHEDULE_PREFIX))
        if ready is None:
            return None
        return plan_fire(ready, occurrence.fire_at, self._brand, occurrence.cursor)

    async def find_untrue(self, occurrences: Mapping[int, tuple[str, int]], at: datetime) -> set[int]:
        """Of planned messages, (reason key, customer id) each: those whose rule is gone or off, or whose reason is.

        Keys of others than care rules always hold here.
        """
        claims: dict[str, dict[int, Claim]] = {}
        for key, (occurrence, customer_id) in occurrences.items():
            if found := _KEY.fullmatch(occurrence):
                claims.setdefault(found[1], {})[key] = Claim(found[2], customer_id)
        if not claims:
            return set()
        await self.refresh()
        untrue: set[int] = set()
        for name, asked in claims.items():
            ready = self._on.get(name)
            untrue |= set(asked) if ready is None else await ready.kind.find_untrue(ready.rule, asked, at)
        return untrue

    def _prepared(self, rules: Iterable[Rule]) -> Iterable[tuple[str, ReadyRule]]:
        for rule in rules:
            try:
                yield rule.name, prepare(rule, self._account(rule.account))
            except Invalid as fault:
                log.error("a care rule cannot be used", extra={"rule": rule.name, "field": fault.field})

    def _account(self, key: str) -> Account:
        account = self._accounts.get(key)
        if account is None:
            raise Invalid("account", f"there is no account {key!r} any more", "name another with care set")
        return account
