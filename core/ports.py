"""Ports: the small protocols through which rooms that may not import each other work together; ``main`` fills them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from core.accounts import Account
from core.messages import Inbound, Reply


class InteractionState(StrEnum):
    """received → answered | late_replied | expired | unknown."""

    RECEIVED = "received"
    ANSWERED = "answered"
    LATE_REPLIED = "late_replied"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Entry(NamedTuple):
    """A push with the answer computed for it, ready to be stored.

    ``lease_s`` is for rows stored as received: how long this process keeps the work to itself, in seconds; 0 leaves
    it to recovery at once. ``seen`` is what ``Journal.newest`` said before the answer was read from the database.
    """

    inbound: Inbound
    reply: Reply | None
    handler: str
    state: InteractionState = InteractionState.ANSWERED
    reason: str = ""
    lease_s: float = 0.0
    seen: int | None = None


class Recorded(NamedTuple):
    """What a stored push is answered with: the same for the first copy and for every repeat.

    ``reply`` is None where there is nothing to say now. ``received_at`` is when the first copy came.
    """

    reply: Reply | None
    received_at: datetime
    is_first: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a push is about and which journal row it became, inside the transaction that stores it.

    ``identity_id`` and ``customer_id`` are 0 where a push concerns no person.
    """

    interaction_id: int
    identity_id: int
    customer_id: int
    app_id: str
    openid: str
    at: datetime


Work = Callable[[Subject], Awaitable[Reply | None]]


class Blocked(Exception):
    """An older message of the same person is still in work in another process: wait, then compute anew."""


class Journal(Protocol):
    """Where every push becomes one durable row, together with its effects and its answer."""

    async def record(self, entries: Sequence[Entry]) -> Sequence[Recorded | Blocked]:
        """Store pushes with their answers in one commit; ``Blocked`` for one whose elder is in work elsewhere, or
        whose answer was read before another process stored something newer of the person."""

    async def newest(self, inbound: Inbound) -> int | None:
        """The newest row of the push's person, 0 for none; None where no other process could add one."""

    async def act(self, inbound: Inbound, handler: str, work: Work) -> Recorded:
        """Run ``work`` in the transaction that stores the push; a repeat does not run it. Raises ``Blocked``."""

    async def finish(self, inbound: Inbound, handler: str, work: Work) -> None:
        """Run ``work`` for a push stored as received, in one transaction that hands its words to a delivery."""

    async def claim_unfinished(self, limit: int, lease_s: float) -> Sequence[Inbound]:
        """Pushes stored as received whose process is gone, oldest first, now leased to this one."""

    async def release_unfinished(self, inbound: Inbound) -> None:
        """Give a claimed push back after a failure, so that nobody waits for it until it is tried again."""

    def is_outage(self, error: BaseException) -> bool:
        """True where the database is away, full or locked, so that the push must be repeated by WeChat."""


class People(Protocol):
    """What the edge asks about a person before anything is stored."""

    async def has_location_consent(self, app_id: str, openid: str) -> bool:
        """True if the person agreed to have a coarse place kept."""


class Sender(Protocol):
    """Sends one message to one person on one account; raises the ``ChannelError`` family."""

    async def send(self, account: Account, openid: str, channel: str, payload: dict[str, Any], client_id: str) -> str:
        """Send; returns WeChat's message id, or an empty string where the API gives none.

        Where the channel has client ids, the same ``client_id`` within ten minutes sends nothing anew.
        """


class Metered(Protocol):
    """The limits of WeChat's APIs, shared by every process."""

    async def take(self, app_id: str, api: str, per_s: int) -> None:
        """Waits for a share of the rate and counts one call of the day; raises ``Retryable`` while the API is
        stopped or used up."""

    async def stop(self, app_id: str, api: str, until: datetime) -> None:
        """WeChat said that this API is used up until then."""


class TaskAsked(NamedTuple):
    """Words of a delivery that a customer's guide is to say."""

    delivery_id: int
    customer_id: int
    words: str


class GuideTasks(Protocol):
    """What a delivery asks of the room that knows the guides."""

    async def open_tasks(self, asked: Sequence[TaskAsked], at: datetime) -> set[int]:
        """Asks the customers' guides, in the caller's transaction; the deliveries whose customer somebody serves."""


class StillTrue(Protocol):
    """Knows whether what a message was planned for still holds."""

    async def find_untrue(self, occurrences: Mapping[int, tuple[str, int]], at: datetime) -> set[int]:
        """Of deliveries with their (occurrence, customer id): those whose reason no longer holds."""
