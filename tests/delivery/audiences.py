"""An audience to plan: people with a follow, a guide or a grant, in batches after a cursor, and who plans for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from core.accounts import Account, AccountKind
from core.channels import Channel, ContactClass
from core.ports import TaskAsked
from delivery.leader import Leader
from delivery.occurrences import note_fire
from delivery.planning import Planned, Planner
from delivery.policy import ContactRules
from delivery.schedule import CalendarRounds, Fire
from models import Customer, Delivery, Following, Identity, Occurrence, SubscriptionGrant

APP_ID = "wx00000000000000aa"
SHOP = Account("shop", AccountKind.OFFICIAL_ACCOUNT, APP_ID, app_secret="s", token="t")
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""12:00 in the brand's zone, which is no quiet hour."""

RULES = ContactRules(
    quiet_from=time(21),
    quiet_until=time(9),
    cap_days=7,
    caps={ContactClass.CARE: 4, ContactClass.MARKETING: 2},
    holdout_percent=0,
)
TEMPLATE: dict[str, Any] = {"channel": Channel.TEMPLATE, "payload": {"template_id": "T1", "data": {"who": "王女士"}}}
NOTICE: dict[str, Any] = {"channel": Channel.SUBSCRIBE, "payload": {"template_id": "S1", "data": {}}}
TEXT: dict[str, Any] = {"channel": Channel.CUSTOM, "payload": {"kind": "text", "text": "您好"}}
TASK: dict[str, Any] = {"channel": Channel.GUIDE_TASK, "payload": {"words": "请问候王女士"}}


@dataclass
class Hands:
    """A clock a test moves."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment


class Guides:
    """Fills ``core.ports.GuideTasks``: guides of everybody but those in ``gone``; remembers what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []
        self.gone: set[int] = set()

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        served = [task for task in asked if task.customer_id not in self.gone]
        for task in served:
            row = await Delivery.get(id=task.delivery_id)
            assert (row.customer_id, row.state) == (task.customer_id, "sent")
            self.asked.append((task.customer_id, task.words))
        return {task.delivery_id for task in served}


@dataclass
class Audience:
    """People by customer id, to be planned for under one key each."""

    options: Sequence[Mapping[str, Any]] = (TEMPLATE,)
    contact_class: ContactClass = ContactClass.CARE
    key: str = "care:生日:2026"
    lasts: timedelta = timedelta(hours=12)
    people: dict[int, int] = field(default_factory=dict)

    async def add(self, count: int = 1, *, follows: bool = True, grants: int = 0) -> list[int]:
        """New people; their customer ids."""
        added = []
        for _ in range(count):
            customer = await Customer.create(created_at=NOON, name="王女士")
            openid = f"o{customer.id}"
            identity = await Identity.create(app_id=APP_ID, openid=openid, customer=customer, created_at=NOON)
            left = {} if follows else {"until": NOON}
            await Following.create(
                identity_id=identity.id, since=NOON, open_slot=identity.id if follows else None, **left
            )
            if grants:
                await SubscriptionGrant.create(identity_id=identity.id, template_id="S1", stock=grants, updated_at=NOON)
            self.people[customer.id] = identity.id
            added.append(customer.id)
        return added

    def planned(self, customer_id: int, due_at: datetime) -> Planned:
        return Planned(
            customer_id=customer_id,
            identity_id=self.people[customer_id],
            app_id=APP_ID,
            occurrence_key=self.key,
            contact_class=self.contact_class,
            options=self.options,
            due_at=due_at,
            expires_at=due_at + self.lasts,
        )

    async def after(
        self, cursor: int, due_at: datetime = NOON, size: int = 2, only: Iterable[int] | None = None
    ) -> AsyncIterator[Sequence[Planned]]:
        """Batches after a cursor; reads the database in between, as real ones do."""
        ids = [each for each in sorted(self.people if only is None else only) if each > cursor]
        for start in range(0, len(ids), size):
            await Customer.all().count()
            yield [self.planned(each, due_at) for each in ids[start : start + size]]


@dataclass
class AudienceCalendar:
    """Fills ``delivery.schedule.Calendar`` with fires set by a test, all for one audience."""

    audience: Audience
    fires: list[Fire] = field(default_factory=list)
    is_on: bool = True
    looks: list[tuple[datetime, datetime]] = field(default_factory=list)

    def add(self, at: datetime = NOON, schedule: str = "care:生日", catch_up: timedelta = timedelta(hours=12)) -> Fire:
        self.fires.append(Fire(schedule, at, catch_up))
        return self.fires[-1]

    async def refresh(self) -> None:
        return None

    def due_fires(self, after: datetime, until: datetime) -> Iterable[Fire]:
        self.looks.append((after, until))
        return [fire for fire in self.fires if after < fire.at <= until]

    def find_audience(self, occurrence: Occurrence) -> AsyncIterator[Sequence[Planned]] | None:
        return self.audience.after(occurrence.cursor, occurrence.fire_at) if self.is_on else None


@dataclass
class Desk:
    """One process that plans."""

    leader: Leader
    planner: Planner
    rounds: CalendarRounds


async def open_desk(
    calendar: AudienceCalendar,
    clock: Hands,
    holder: str = "h1",
    guides: Guides | None = None,
    rules: ContactRules = RULES,
    lease: str = "schedule",
) -> Desk:
    """A process that leads if nobody else does."""
    leader = Leader(lease, holder, clock=clock)
    await leader.step()
    planner = Planner(leader, [SHOP], rules, guides or Guides(), clock)
    return Desk(leader, planner, CalendarRounds(leader, holder, calendar, planner, clock))


async def open_occurrence(schedule: str = "care:生日", fire_at: datetime = NOON) -> Occurrence:
    found = await note_fire(schedule, fire_at, "h1", fire_at)
    assert found is not None
    return found


async def states(key: str = "care:生日:2026") -> dict[int, tuple[str, str]]:
    """(state, reason) by customer."""
    return {row.customer_id: (row.state.value, row.reason) for row in await Delivery.filter(occurrence=key)}
