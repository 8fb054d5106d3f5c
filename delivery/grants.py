"""Subscription grants: one accept buys one notice; the stock of each person and template, with a ledger of its changes.

Who sends a notice takes from the stock as it starts. A confirmed notice that is none of our deliveries (another system
of the brand sent it) takes one too, so that the stock never promises more than WeChat will deliver. Everything here
works in the caller's transaction, so that a stock and its ledger change together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.channels import Channel
from core.ports import Subject
from models import Delivery, DeliveryState, GrantEntry, SubscriptionGrant
from models.dialect.limits import GrantRow, add_to_grant, take_from_grants

_ACCEPT, _REJECT = "accept", "reject"
_SUCCESS = "0"
_REFUSED_BY_PERSON = frozenset({"3", "43101"})
_LONGEST_TEMPLATE = 128

_ANSWER_WITHIN = timedelta(hours=1)
"""A confirmation may overtake the answer to our call: so long a send without one may be what it confirms."""


class GrantReason(StrEnum):
    """Why a stock changed."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SENT = "sent"
    CONFIRMED_ELSEWHERE = "confirmed_elsewhere"
    GIVEN_BACK = "given_back"
    EMPTY_AT_WECHAT = "empty_at_wechat"


@dataclass(frozen=True, slots=True)
class GrantTake:
    """One notice of a delivery."""

    delivery_id: int
    identity_id: int
    template_id: str

    @property
    def stock(self) -> GrantRow:
        return GrantRow(self.identity_id, self.template_id)


@dataclass(frozen=True, slots=True)
class Notice:
    """One template of a subscription event. ``status`` is accept, reject or another word of WeChat's; the rest is told
    of sent notices only: WeChat's message id and its code, 0 for success."""

    template_id: str
    status: str = ""
    wechat_id: str = ""
    error_code: str = ""


# ── what a customer's events do to the stock ─────────────────────────────────────────────────────────────────────────
async def record_popup(who: Subject, items: Sequence[Notice]) -> None:
    """The person answered the question: each accept adds one; a refusal takes nothing that was given before."""
    for item in _known(items):
        if item.status == _ACCEPT:
            stock = GrantRow(who.identity_id, item.template_id)
            left = await add_to_grant(stock, who.at)
            await _enter(stock, 1, left, GrantReason.ACCEPTED, who.at, interaction_id=who.interaction_id)


async def record_change(who: Subject, items: Sequence[Notice]) -> None:
    """The person changed the settings: what is refused there can no longer be sent."""
    for item in _known(items):
        if item.status == _REJECT:
            stock = GrantRow(who.identity_id, item.template_id)
            await _empty(stock, GrantReason.REFUSED, who.at, interaction_id=who.interaction_id)


async def record_sent(who: Subject, items: Sequence[Notice]) -> None:
    """A notice arrived, or was refused by the person; other failures leave the stock as it is."""
    for item in _known(items):
        stock = GrantRow(who.identity_id, item.template_id)
        if item.error_code in _REFUSED_BY_PERSON:
            await _empty(stock, GrantReason.EMPTY_AT_WECHAT, who.at, interaction_id=who.interaction_id)
        elif item.error_code == _SUCCESS and not await _is_ours(who, item):
            for left in (await take_from_grants([stock], who.at)).values():
                reason = GrantReason.CONFIRMED_ELSEWHERE
                await _enter(stock, -1, left, reason, who.at, interaction_id=who.interaction_id)


# ── what our deliveries do to it ─────────────────────────────────────────────────────────────────────────────────────
async def take_grants(asked: Sequence[GrantTake], at: datetime) -> set[int]:
    """The ids of deliveries that got one."""
    got: set[int] = set()
    for takes in _each_stock_once(asked):
        left = await take_from_grants(takes, at)
        served = [take for stock, take in takes.items() if stock in left]
        await GrantEntry.bulk_create(
            _entry(take.stock, -1, left[take.stock], GrantReason.SENT, at, delivery_id=take.delivery_id)
            for take in served
        )
        got.update(take.delivery_id for take in served)
    return got


async def give_back_grants(takes: Sequence[GrantTake], at: datetime) -> None:
    """Adds what deliveries took that surely were not sent; not what the person has refused since."""
    for take in sorted(takes, key=lambda take: take.stock):
        if await _lock(take.stock) is not None and await _is_owed(take):
            left = await add_to_grant(take.stock, at)
            await _enter(take.stock, 1, left, GrantReason.GIVEN_BACK, at, delivery_id=take.delivery_id)


async def empty_grant(take: GrantTake, at: datetime) -> None:
    """WeChat knows of no grant (43101): neither do we any more."""
    await _empty(take.stock, GrantReason.EMPTY_AT_WECHAT, at, delivery_id=take.delivery_id)


async def find_stock(identity_id: int, template_id: str) -> int:
    """How many notices of a template the person still accepts."""
    row = await SubscriptionGrant.get_or_none(identity_id=identity_id, template_id=template_id)
    return row.stock if row else 0


def _known(items: Sequence[Notice]) -> list[Notice]:
    """Items whose template id can be one, in the order in which stocks are locked; the push itself is stored whole."""
    known = [item for item in items if 0 < len(item.template_id) <= _LONGEST_TEMPLATE]
    return sorted(known, key=lambda item: item.template_id)


def _each_stock_once(asked: Sequence[GrantTake]) -> Iterator[dict[GrantRow, GrantTake]]:
    """Rounds of takes, no stock twice in one."""
    waiting: defaultdict[GrantRow, list[GrantTake]] = defaultdict(list)
    for take in reversed(asked):
        waiting[take.stock].append(take)
    while waiting:
        yield {stock: takes.pop() for stock, takes in waiting.items()}
        waiting = defaultdict(list, {stock: takes for stock, takes in waiting.items() if takes})


async def _lock(stock: GrantRow) -> SubscriptionGrant | None:
    rows = SubscriptionGrant.filter(identity_id=stock.identity_id, template_id=stock.template_id)
    return await rows.select_for_update().first()


async def _empty(stock: GrantRow, reason: GrantReason, at: datetime, **cause: int) -> None:
    """Entered also where nothing was left: what is under way is then not given back."""
    row = await _lock(stock)
    if row is not None:
        await SubscriptionGrant.filter(id=row.id).update(stock=0, updated_at=at)
        await _enter(stock, -row.stock, 0, reason, at, **cause)


async def _is_owed(take: GrantTake) -> bool:
    """True where the delivery's last taking was not given back, and nothing has emptied the stock after it."""
    ledger = GrantEntry.filter(identity_id=take.identity_id, template_id=take.template_id)
    sent = await ledger.filter(delivery_id=take.delivery_id, reason=GrantReason.SENT.value).order_by("-id").first()
    if sent is None:
        return False
    later = ledger.filter(id__gt=sent.id)
    if await later.filter(reason__in=[GrantReason.REFUSED.value, GrantReason.EMPTY_AT_WECHAT.value]).exists():
        return False
    return not await later.filter(delivery_id=take.delivery_id, reason=GrantReason.GIVEN_BACK.value).exists()


async def _is_ours(who: Subject, item: Notice) -> bool:
    """True for a delivery WeChat answered with this id, or one still without an answer that names one to which it may
    belong."""
    mine = Delivery.filter(app_id=who.app_id, identity_id=who.identity_id)
    if item.wechat_id and await mine.filter(wechat_id=item.wechat_id).exists():
        return True
    unanswered = mine.filter(
        state__in=[DeliveryState.CLAIMED, DeliveryState.UNKNOWN, DeliveryState.SENT],
        channel__in=[channel.value for channel in Channel if channel.needs_grant],
        started_at__gt=who.at - _ANSWER_WITHIN,
        wechat_id="",
    )
    return any(row.taken.get("grant") == item.template_id for row in await unanswered)


async def _enter(stock: GrantRow, change: int, left: int, reason: GrantReason, at: datetime, **cause: int) -> None:
    await _entry(stock, change, left, reason, at, **cause).save()


def _entry(stock: GrantRow, change: int, left: int, reason: GrantReason, at: datetime, **cause: int) -> GrantEntry:
    return GrantEntry(
        identity_id=stock.identity_id,
        template_id=stock.template_id,
        change=change,
        stock_after=left,
        reason=reason.value,
        at=at,
        **cause,
    )
