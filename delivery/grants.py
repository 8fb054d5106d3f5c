"""Subscription grants: one accept buys one notice; the stock of each person and template, changed conditionally.

Who sends a notice takes from the stock as it sends. A confirmed notice that is none of our deliveries (another system
of the brand sent it) takes one too, so that the stock never promises more than WeChat will deliver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import F

from core.ports import Subject
from models import Delivery, SubscriptionGrant

_ACCEPT, _REJECT = "accept", "reject"
_SUCCESS = "0"
_REFUSED_BY_PERSON = frozenset({"3", "43101"})
_LONGEST_TEMPLATE = 128


@dataclass(frozen=True, slots=True)
class Notice:
    """One template of a subscription event. ``status`` is accept, reject or another word of WeChat's; the rest is told
    of sent notices only: WeChat's message id and its code, 0 for success."""

    template_id: str
    status: str = ""
    wechat_id: str = ""
    error_code: str = ""


async def record_popup(who: Subject, items: Sequence[Notice]) -> None:
    """The person answered the question: each accept adds one; a refusal takes nothing that was given before."""
    for item in _known(items):
        if item.status == _ACCEPT:
            await _add(who, item.template_id)


async def record_change(who: Subject, items: Sequence[Notice]) -> None:
    """The person changed the settings: what is refused there can no longer be sent."""
    for item in _known(items):
        if item.status == _REJECT:
            await _empty(who.identity_id, item.template_id, who.at)


async def record_sent(who: Subject, items: Sequence[Notice]) -> None:
    """A notice arrived, or was refused by the person; other failures leave the stock as it is."""
    for item in _known(items):
        if item.error_code in _REFUSED_BY_PERSON:
            await _empty(who.identity_id, item.template_id, who.at)
        elif item.error_code == _SUCCESS and not await _is_ours(who, item):
            await take(who.identity_id, item.template_id, who.at)


async def take(identity_id: int, template_id: str, at: datetime) -> bool:
    """Take one grant if there is one; False changes nothing."""
    left = SubscriptionGrant.filter(identity_id=identity_id, template_id=template_id, stock__gt=0)
    return await left.update(stock=F("stock") - 1, updated_at=at) == 1


async def find_stock(identity_id: int, template_id: str) -> int:
    """How many notices of a template the person still accepts."""
    row = await SubscriptionGrant.get_or_none(identity_id=identity_id, template_id=template_id)
    return row.stock if row else 0


def _known(items: Sequence[Notice]) -> list[Notice]:
    """Items whose template id can be one; the push itself is stored whole in any case."""
    return [item for item in items if 0 < len(item.template_id) <= _LONGEST_TEMPLATE]


async def _add(who: Subject, template_id: str) -> None:
    none_yet = {"stock": 0, "updated_at": who.at}
    row, _ = await SubscriptionGrant.get_or_create(none_yet, identity_id=who.identity_id, template_id=template_id)
    await SubscriptionGrant.filter(id=row.id).update(stock=F("stock") + 1, updated_at=who.at)


async def _empty(identity_id: int, template_id: str, at: datetime) -> None:
    await SubscriptionGrant.filter(identity_id=identity_id, template_id=template_id).update(stock=0, updated_at=at)


async def _is_ours(who: Subject, item: Notice) -> bool:
    sent = Delivery.filter(app_id=who.app_id, identity_id=who.identity_id, wechat_id=item.wechat_id)
    return bool(item.wechat_id) and await sent.exists()
