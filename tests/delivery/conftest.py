"""A database, a clock, people and deliveries of theirs, and workers that send them to a simulated WeChat."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any

import pytest

from bot.client.sender import WeChatSender
from core.accounts import Account
from core.channels import ContactClass
from core.clock import from_epoch
from core.ports import InteractionState, Sender, TaskAsked
from delivery.claims import Claims
from delivery.outbox import plan
from delivery.policy import ContactRules
from delivery.worker import Parts, Worker
from models import Customer, Delivery, Following, Identity, Interaction
from tests.wechat import MINI_ID, SHOP_ID, Caller, Hands, SimulatedWeChat, open_caller, simulated_wechat


@dataclass
class Person:
    openid: str
    app_id: str
    identity_id: int
    customer_id: int


@dataclass
class Outbox:
    """One brand's deliveries. ``hands`` is the clock of WeChat and of every worker."""

    hands: Hands
    wechat: SimulatedWeChat
    caller: Caller
    numbers: Any = field(default_factory=lambda: count(1))
    workers: list[Worker] = field(default_factory=list)

    @property
    def accounts(self) -> tuple[Account, ...]:
        return self.wechat.shop, self.wechat.mini

    async def person(self, openid: str = "oA", app_id: str = SHOP_ID, *, follows: bool = True) -> Person:
        """Somebody who follows, here and at WeChat."""
        customer = await Customer.create(created_at=self.hands())
        identity = await Identity.create(app_id=app_id, openid=openid, customer=customer, created_at=self.hands())
        if app_id == SHOP_ID:
            self.wechat.follower(openid)
            if follows:
                await Following.create(identity_id=identity.id, since=self.hands(), open_slot=identity.id)
        return Person(openid, app_id, identity.id, customer.id)

    async def push(self, person: Person, kind: str = "text", ago: timedelta = timedelta(seconds=5)) -> Interaction:
        """A push of theirs that still owes them words; a message opens the window at WeChat too."""
        if not kind.startswith("event."):
            self.wechat.writes(person.openid, person.app_id)
        at = from_epoch(int((self.hands() - ago).timestamp()))
        return await Interaction.create(
            message_key=f"k{next(self.numbers):06}",
            app_id=person.app_id,
            identity_id=person.identity_id,
            kind=kind,
            occurred_at=at,
            received_at=at,
            fields_={},
            reply={"kind": "text", "text": "…"},
            state=InteractionState.RECEIVED,
            reason="reply_planned",
        )

    async def planned(
        self,
        person: Person,
        text: str = "您好",
        interaction: Interaction | None = None,
        expires_in: timedelta = timedelta(hours=48),
        due_in: timedelta = timedelta(0),
    ) -> Delivery:
        occurrence = f"test:{next(self.numbers)}"
        channel = "custom" if person.app_id == SHOP_ID else "mini_custom"
        moment = self.hands()
        assert await plan(
            occurrence,
            person.customer_id,
            person.identity_id,
            person.app_id,
            channel,
            {"kind": "text", "text": text},
            moment + due_in,
            moment + expires_in,
            interaction.id if interaction else None,
            moment,
        )
        return await Delivery.get(occurrence=occurrence)

    async def owed(self, openid: str = "oA", text: str = "您好") -> tuple[Delivery, Interaction]:
        """The usual case: somebody wrote, and words to them are due."""
        person = await self.person(openid)
        interaction = await self.push(person)
        return await self.planned(person, text, interaction), interaction

    def claims(self, holder: str = "h1", lease_s: float = 60.0) -> Claims:
        return Claims(holder, lease_s, self.hands)

    def worker(
        self, holder: str = "h1", sender: Sender | None = None, accounts: Sequence[Account] = (), **parts: Any
    ) -> Worker:
        """A worker that has been started; stopped with the outbox."""
        worker = Worker(self.parts(holder, sender, **parts), accounts or self.accounts, self.hands)
        worker.start()
        self.workers.append(worker)
        return worker

    def parts(self, holder: str = "h1", sender: Sender | None = None, **parts: Any) -> Parts:
        filled = {
            "claims": self.claims(holder),
            "sender": sender or WeChatSender(self.caller.client),
            "limits": Unlimited(),
            "rules": RULES,
            "guide_tasks": NoGuides(),
            "still_true": AllTrue(),
            **parts,
        }
        return Parts(**filled)

    def passes(self, **span: float) -> None:
        self.hands.moment += timedelta(**span)


RULES = ContactRules(
    quiet_from=time(21),
    quiet_until=time(9),
    cap_days=7,
    caps={ContactClass.MARKETING: 2, ContactClass.CARE: 4},
    holdout_percent=0,
)


class AtOnce:
    """A turn that has come."""

    async def come(self) -> None:
        return None


class Unlimited:
    """Limits that let everything through, ``room`` at a time; ``refusals`` are raised first, one a question."""

    def __init__(self, *refusals: Exception, room: int = 1000) -> None:
        self.refusals = deque(refusals)
        self.room = room

    async def take_turns(self, app_id: str, api: str, per_s: int, count: int) -> list[AtOnce]:
        if self.refusals:
            raise self.refusals.popleft()
        return [AtOnce()] * min(count, self.room)


class NoGuides:
    """Fills ``core.ports.GuideTasks`` where nobody serves anybody."""

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        return set()


class AllTrue:
    """Fills ``core.ports.StillTrue`` for reasons that hold for ever."""

    async def find_untrue(self, occurrences: Mapping[int, tuple[str, int]], at: datetime) -> set[int]:
        return set()


class FakeSender:
    """Fills ``core.ports.Sender``: raises what is put into ``faults``, one a send; remembers what got through."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = deque(faults)
        self.sent: list[tuple[str, str]] = []
        self.calls = 0
        self.takes_s = 0.0
        self.at_once = self.most_at_once = 0

    async def send(self, account: Account, openid: str, channel: str, payload: dict[str, Any], client_id: str) -> str:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.takes_s)
        finally:
            self.at_once -= 1
        if self.faults:
            raise self.faults.popleft()
        self.sent.append((openid, str(payload.get("text", payload.get("template_id")))))
        return f"m{self.calls}"


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


@pytest.fixture
async def outbox(database: str) -> AsyncIterator[Outbox]:
    hands = Hands()
    async with simulated_wechat(hands.epoch) as wechat, open_caller(clock=hands) as caller:
        outbox = Outbox(hands, wechat, caller)
        yield outbox
        for worker in outbox.workers:
            await worker.stop()


async def state_of(delivery: Delivery) -> tuple[str, str]:
    row = await Delivery.get(id=delivery.id)
    return row.state.value, row.reason


async def state_of_push(interaction: Interaction) -> tuple[str, str]:
    row = await Interaction.get(id=interaction.id)
    return row.state.value, row.reason


__all__ = [
    "MINI_ID",
    "FakeSender",
    "Outbox",
    "Person",
    "state_of",
    "state_of_push",
]
