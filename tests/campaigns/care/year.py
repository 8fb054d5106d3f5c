"""A year of care on a walked clock: people born by both calendars, rules that crowd each other, and what went out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from campaigns.care.book import CareBook
from campaigns.care.rules import add_rule, switch_rule
from core.accounts import Account
from core.channels import ContactClass
from core.ports import TaskAsked
from delivery.claims import Claims
from delivery.leader import Leader
from delivery.planning import Planner
from delivery.policy import ContactRules
from delivery.schedule import CalendarRounds
from delivery.worker import Parts, Worker
from models import Consent, Customer, Delivery, DeliveryState, Purpose, SubscriptionGrant
from tests.campaigns.care.brand import ACCOUNTS, LONG_AGO, SHOP, Person, china, form, leaves, someone

HOUR = timedelta(hours=1)
FIRST, LAST = date(2027, 3, 1), date(2028, 2, 29)
HOURS = 366 * 24
RULES = ContactRules(
    quiet_from=time(21),
    quiet_until=time(9),
    cap_days=7,
    caps={ContactClass.CARE: 4, ContactClass.MARKETING: 2},
    holdout_percent=0,
)

BIRTHDAYS: dict[str, tuple[date, ...]] = {
    "2000-02-29": (date(2028, 2, 29),),
    "--02-29": (date(2028, 2, 29),),
    "1999-02-28": (date(2028, 2, 28),),
    "1990-03-01": (date(2027, 3, 1),),
    "--12-31": (date(2027, 12, 31),),
    "1985-01-01": (date(2028, 1, 1),),
    # The lunar year 2027 began on 6 February, so its first days come twice in these twelve months, and its twelfth
    # month has 29 days: the eve of the new year is also the birthday of those born on a 30th.
    "lunar:01-25": (date(2027, 3, 2), date(2028, 2, 19)),
    "lunar:02-02": (date(2027, 3, 9), date(2028, 2, 26)),
    "lunar:05-05": (date(2027, 6, 9),),
    "lunar:07-07": (date(2027, 8, 8),),
    "lunar:08-15": (date(2027, 9, 15),),
    "lunar:09-09": (date(2027, 10, 8),),
    "lunar:11-25": (date(2027, 12, 22),),
    "lunar:12-08": (date(2028, 1, 4),),
    "lunar:12-29": (date(2028, 1, 25),),
    "lunar:12-30": (date(2028, 1, 25),),
    "lunar:01-01": (date(2028, 1, 26),),
    "lunar:01-15": (date(2028, 2, 9),),
}
"""Birthdays as they are stored, and when they fall in the year: published dates."""

ZONES = ("", "", "America/New_York", "Europe/London", "Pacific/Auckland")
"""Of one person after another."""

_NOTICE = {"channel": "subscribe", "template_id": "S1", "data": {"thing1": "{customer}，好物上新"}}
_WISH = {"channel": "template", "template_id": "T1", "data": {"thing1": "{customer}，祝您快乐"}}


def _own_day(name: str, day: str, at: str, **changes: Any) -> dict[str, Any]:
    return form("festival", name=name, at=at, settings={"festival": name, "date": day}, **changes)


FORMS: list[dict[str, Any]] = [
    # Between two looks at the clock, so that each fire is seen late.
    form("birthday", name="生日", at="10:30", options=[{"channel": "custom", "text": "{customer}，生日快乐"}, _WISH]),
    # In quiet hours that end while there is still time.
    form(
        "birthday", name="生日前", at="08:00", settings={"days_before": 3}, options=[_NOTICE], **{"class": "marketing"}
    ),
    # In quiet hours that outlast the day.
    _own_day("晚安", "06-15", "22:00", options=[_WISH]),
    *(
        _own_day(f"双十一-{day}", f"11-{day}", "12:00", options=[_NOTICE], **{"class": "marketing"})
        for day in range(8, 14)
    ),
    *(_own_day(f"年货节-{day}", f"01-{day}", "15:00", options=[_WISH]) for day in range(22, 29)),
]


class Sent(NamedTuple):
    """One message that left."""

    openid: str
    at: datetime
    client_id: str


class Post:
    """Fills ``core.ports.Sender``: everything arrives."""

    def __init__(self, clock: Clock) -> None:
        self.sent: list[Sent] = []
        self._now = clock

    async def send(self, account: Account, openid: str, channel: str, payload: dict[str, Any], client_id: str) -> str:
        self.sent.append(Sent(openid, self._now(), client_id))
        return f"m{len(self.sent)}"


class Unlimited:
    """Fills ``delivery.worker.Limits``: every turn has come."""

    async def take_turns(self, app_id: str, api: str, per_s: int, count: int) -> Sequence[Unlimited]:
        return [self] * count

    async def come(self) -> None:
        return None


class NoGuides:
    """Fills ``core.ports.GuideTasks`` where nobody serves anybody."""

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        return set()


@dataclass
class Clock:
    """Walked by the hour."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


@dataclass
class Year:
    """What there is to walk: who lives in it, and what came of it."""

    clock: Clock = field(default_factory=lambda: Clock(china(FIRST.year, FIRST.month, FIRST.day)))
    people: dict[int, str] = field(default_factory=dict)
    zones: dict[int, ZoneInfo] = field(default_factory=dict)
    post: Post = field(init=False)

    def __post_init__(self) -> None:
        self.post = Post(self.clock)

    async def begin(self) -> None:
        """Two people of each birthday and a few more: 40, and every rule switched on before the first hour."""
        for number, birthday in enumerate([*BIRTHDAYS, *BIRTHDAYS, *[""] * 4]):
            person = await someone(birthday, name=f"客{number}", since=LONG_AGO)
            zone = ZONES[number % len(ZONES)]
            await Customer.filter(id=person.customer_id).update(time_zone=zone)
            self.people[person.customer_id] = birthday
            self.zones[person.customer_id] = ZoneInfo(zone or "Asia/Shanghai")
            await self._differ(number, person)
        at = self.clock() - timedelta(minutes=1)
        for each in FORMS:
            rule = await add_rule(each, ACCOUNTS, "test", at)
            await switch_rule(rule.name, True, "test", at)

    async def _differ(self, number: int, person: Person) -> None:
        """One left, one withdrew; every third accepted no notices."""
        if number == 5:
            await leaves(person, LONG_AGO + HOUR)
        if number == 7:
            await Consent.create(
                customer_id=person.customer_id, purpose=Purpose.MARKETING, is_granted=False, text_version="1",
                channel="chat", at=LONG_AGO,
            )  # fmt: skip
        if number % 3:
            await SubscriptionGrant.create(
                identity_id=person.identity_id, template_id="S1", stock=1000, updated_at=LONG_AGO
            )

    async def walk(self) -> int:
        """Every hour of it, with one process that looks, plans and sends; how many hours those were."""
        leader = Leader("schedule", "h1", lease_s=10.0**9, clock=self.clock)
        await leader.step()
        book = CareBook(ACCOUNTS, "知己")
        planner = Planner(leader, [SHOP], RULES, NoGuides(), self.clock)
        rounds = CalendarRounds(leader, "h1", book, planner, self.clock)
        parts = Parts(Claims("h1", clock=self.clock), self.post, Unlimited(), RULES, NoGuides(), book)
        worker = Worker(parts, [SHOP], self.clock)
        worker.start()
        hours, waits = 0, False
        while self.clock() < datetime.combine(LAST + timedelta(days=1), time(), ZoneInfo("Asia/Shanghai")):
            has_fires = bool(book.due_fires(self.clock() - HOUR, self.clock()))
            await rounds.step(self.clock())
            if has_fires or waits:  # else there is nothing planned that the workers could look for
                while await worker.run_once(limit=100):
                    pass
                waits = await Delivery.filter(state=DeliveryState.PLANNED).exists()
            self.clock.moment += HOUR
            hours += 1
        await worker.stop()
        return hours

    def sent_of(self, rows: Sequence[Delivery]) -> Mapping[tuple[int, str], list[datetime]]:
        """When each customer was sent what of a class, as the rows say."""
        times: defaultdict[tuple[int, str], list[datetime]] = defaultdict(list)
        for row in rows:
            if row.state is DeliveryState.SENT and row.started_at is not None:
                times[row.customer_id, row.contact_class].append(row.started_at.astimezone(UTC))
        return {who: sorted(found) for who, found in times.items()}
