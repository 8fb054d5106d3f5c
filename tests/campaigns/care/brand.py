"""A brand to care for: two accounts, people who follow, are served, write and visit, and rules about them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

from campaigns.care.kind import Claim, Due, Occasion, Rule
from campaigns.care.planner import ReadyRule, prepare
from campaigns.care.rule_form import read_rule
from core.accounts import Account, AccountKind
from core.clock import BRAND_ZONE
from core.ports import InteractionState
from models import Binding, BindingKind, Customer, Following, Identity, Interaction, Staff, StaffRole, Store
from models.dialect.audiences import BATCH

SHOP_ID, MINI_ID = "wx00000000000000aa", "wx00000000000000bb"
SHOP = Account("shop", AccountKind.OFFICIAL_ACCOUNT, SHOP_ID, app_secret="s", token="t")
MINI = Account("mini", AccountKind.MINI_PROGRAM, MINI_ID, app_secret="s", token="t")
ACCOUNTS = {"shop": SHOP, "mini": MINI}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = count(1)

Form = dict[str, Any]


class Person(NamedTuple):
    customer_id: int
    identity_id: int


def china(*parts: int) -> datetime:
    """A time of day in the brand's zone."""
    return datetime(*parts, tzinfo=BRAND_ZONE).astimezone(UTC)  # type: ignore[arg-type,misc]


def form(kind: str = "birthday", /, **changes: Any) -> Form:
    """A sound rule as staff write it."""
    sound: Form = {
        "name": kind,
        "kind": kind,
        "account": "shop",
        "at": "10:00",
        "options": [{"channel": "custom", "text": "{customer}，您好"}],
    }
    return {name: value for name, value in {**sound, **changes}.items() if value is not None}


def rule(kind: str, on_since: datetime | None = LONG_AGO, **changes: Any) -> Rule:
    return replace(read_rule(form(kind, **changes), ACCOUNTS), on_since=on_since)


def ready(kind: str, on_since: datetime | None = LONG_AGO, **changes: Any) -> ReadyRule:
    made = rule(kind, on_since, **changes)
    return prepare(made, ACCOUNTS[made.account])


async def someone(
    birthday: str = "", name: str = "", since: datetime | None = None, source: str = "scan", app_id: str = SHOP_ID
) -> Person:
    """A customer with one identity; ``since`` when they follow."""
    customer = await Customer.create(created_at=LONG_AGO, name=name, birthday=birthday)
    return await also(customer.id, app_id, since, source)


async def also(customer_id: int, app_id: str, since: datetime | None = None, source: str = "scan") -> Person:
    """One more identity of a customer."""
    identity = await Identity.create(
        app_id=app_id, openid=f"o{next(_numbers)}", customer_id=customer_id, created_at=LONG_AGO
    )
    if since is not None:
        await Following.create(identity_id=identity.id, since=since, source=source, open_slot=identity.id)
    return Person(customer_id, identity.id)


async def leaves(person: Person, at: datetime) -> None:
    await Following.filter(open_slot=person.identity_id).update(until=at, open_slot=None)


async def serve(person: Person, store: Store, name: str = "小李", left_at: datetime | None = None) -> None:
    """A guide of their own."""
    guide = await Staff.create(code=f"G{next(_numbers)}", name=name, role=StaffRole.GUIDE, store=store, left_at=left_at)
    await Binding.create(
        customer_id=person.customer_id, guide=guide, store=store, kind=BindingKind.PRIMARY, source="scan",
        reason="扫码", since=LONG_AGO, primary_slot=person.customer_id,
    )  # fmt: skip


async def did(person: Person, kind: str, at: datetime) -> None:
    """A journal row of theirs."""
    identity = await Identity.get(id=person.identity_id)
    await Interaction.create(
        message_key=f"k{next(_numbers)}", app_id=identity.app_id, identity_id=identity.id, kind=kind, occurred_at=at,
        received_at=at, fields_={}, state=InteractionState.ANSWERED,
    )  # fmt: skip


async def collect(batches: AsyncIterator[Sequence[Any]]) -> list[Any]:
    """Everybody, after a look at the batches: none empty of sense, none too long, in order."""
    found: list[Any] = []
    async for batch in batches:
        assert 0 < len(batch) <= BATCH
        found += batch
    ids = [each.customer_id for each in found]
    assert ids == sorted(set(ids))
    return found


async def due(made: ReadyRule, at: datetime, after_id: int = 0) -> list[Due]:
    return await collect(made.kind.due_customers(Occasion(made.rule, made.account.app_id, at), after_id))


async def whats(made: ReadyRule, at: datetime) -> dict[int, str]:
    """Who is due, and for what."""
    return {each.customer_id: each.what for each in await due(made, at)}


async def untrue(made: ReadyRule, claims: Mapping[int, str], at: datetime) -> set[int]:
    """Of customers with what they are told for: those for whom it no longer holds."""
    asked = {customer_id: Claim(what, customer_id) for customer_id, what in claims.items()}
    return await made.kind.find_untrue(made.rule, asked, at)
