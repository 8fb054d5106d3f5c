"""Reads what the policy asks, for a batch of people in a few statements: for previews, planning and sending alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.accounts import Account, AccountKind
from core.channels import ContactClass
from core.clock import BRAND_ZONE
from customers.erasing_tables import ERASED_OPENID
from customers.profile import MESSAGE_KINDS
from delivery.policy import ACT_WINDOW, MESSAGE_WINDOW, ContactRules, Facts, Opening, Option, is_held_out
from delivery.policy.windows import ACTS
from models.dialect.facts import (
    OpeningRow,
    PersonRow,
    list_grants,
    list_openings,
    list_people,
    list_taken_slots,
)

Openings = Mapping[int, tuple[OpeningRow | None, OpeningRow | None]]
"""The newest message and the newest act, by identity."""

_ACT_KINDS = tuple(chain.from_iterable(ACTS.values()))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a message is for. ``key`` is the caller's own (a delivery's id, a number in a list).

    ``app_id`` is that of the identity its WeChat channels go through.
    """

    key: int
    customer_id: int
    identity_id: int
    app_id: str
    contact_class: ContactClass
    options: tuple[Option, ...]
    expires_at: datetime
    occurrence: str


async def read_facts(
    candidates: Sequence[Candidate],
    accounts: Mapping[str, Account],
    rules: ContactRules,
    at: datetime,
    untrue: AbstractSet[int] = frozenset(),
) -> list[Facts]:
    """The facts of each candidate, in their order, in four statements at most; windows come from the journal itself.

    ``accounts`` by app id; ``untrue``: the keys of those whose reason no longer holds (``core.ports.StillTrue``).
    Whose identity is gone counts as erased.
    """
    people = {row.identity_id: row for row in await list_people({each.identity_id for each in candidates})}
    batch = _Batch(
        at=at,
        rules=rules,
        kinds={app_id: account.kind for app_id, account in accounts.items()},
        untrue=untrue,
        people=people,
        openings=await _read_openings(candidates, at),
        grants=await _read_grants(candidates),
        slots=await _read_slots(candidates, people, rules, at),
    )
    return [batch.facts_of(each) for each in candidates]


_NOTHING: tuple[None, None] = (None, None)
_NO_GRANTS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class _Batch:
    """What was read for a batch: rows by identity, slots by customer and class."""

    at: datetime
    rules: ContactRules
    kinds: Mapping[str, AccountKind]
    untrue: AbstractSet[int]
    people: Mapping[int, PersonRow]
    openings: Openings
    grants: Mapping[int, Mapping[str, int]]
    slots: Mapping[tuple[int, str], Sequence[datetime]]

    def facts_of(self, candidate: Candidate) -> Facts:
        person = self.people.get(candidate.identity_id) or _gone(candidate)
        kind = self.kinds.get(candidate.app_id)
        message, act = self.openings.get(person.identity_id, _NOTHING)
        return Facts(
            at=self.at,
            expires_at=candidate.expires_at,
            contact_class=candidate.contact_class,
            options=candidate.options,
            customer_id=person.customer_id,
            openid=person.openid,
            account_kind=kind,
            is_erased=person.is_erased or person.openid.startswith(ERASED_OPENID),
            has_left=person.has_left and kind is AccountKind.OFFICIAL_ACCOUNT,
            is_untrue=candidate.key in self.untrue,
            has_withdrawn=person.has_withdrawn,
            is_held_out=self._is_held_out(candidate, person),
            zone=find_zone(person.time_zone),
            cap_free_at=self._free_at(candidate, person),
            message=Opening(*message) if message else None,
            act=Opening(*act) if act else None,
            grants=self.grants.get(person.identity_id, _NO_GRANTS),
            has_guide=person.has_guide,
        )

    def _is_held_out(self, candidate: Candidate, person: PersonRow) -> bool:
        is_service = candidate.contact_class is ContactClass.SERVICE
        return not is_service and is_held_out(person.customer_id, self.rules.holdout_percent)

    def _free_at(self, candidate: Candidate, person: PersonRow) -> datetime | None:
        """When fewer than the cap are taken. After a cap was lowered more may be: then several have to end."""
        cap = self.rules.caps.get(candidate.contact_class)
        taken = self.slots.get((person.customer_id, candidate.contact_class.value), ())
        return taken[len(taken) - cap] if cap and len(taken) >= cap else None


def _gone(candidate: Candidate) -> PersonRow:
    return PersonRow(candidate.identity_id, candidate.customer_id, "", True, "", False, False, False)


async def _read_openings(candidates: Sequence[Candidate], at: datetime) -> Openings:
    asking = {each.identity_id for each in candidates if any(option.channel.needs_window for option in each.options)}
    if not asking:
        return {}
    return await list_openings(asking, MESSAGE_KINDS, at - MESSAGE_WINDOW, _ACT_KINDS, at - ACT_WINDOW)


async def _read_grants(candidates: Sequence[Candidate]) -> Mapping[int, Mapping[str, int]]:
    asking = [
        (each.identity_id, option.template_id)
        for each in candidates
        for option in each.options
        if option.channel.needs_grant
    ]
    if not asking:
        return {}
    return await list_grants({identity_id for identity_id, _ in asking}, {template_id for _, template_id in asking})


async def _read_slots(
    candidates: Sequence[Candidate], people: Mapping[int, PersonRow], rules: ContactRules, at: datetime
) -> Mapping[tuple[int, str], Sequence[datetime]]:
    asking = {
        people[each.identity_id].customer_id
        for each in candidates
        if each.identity_id in people
        and each.contact_class is not ContactClass.SERVICE
        and rules.caps.get(each.contact_class)
    }
    return await list_taken_slots(asking, at) if asking else {}


@lru_cache(maxsize=1024)
def find_zone(name: str) -> ZoneInfo:
    """A customer's zone by its IANA name; the brand's own where it is empty or no zone is called so."""
    try:
        return ZoneInfo(name) if name else BRAND_ZONE
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return BRAND_ZONE
