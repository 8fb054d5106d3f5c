"""What WeChat says afterwards of a message it took: it arrived, or it did not.

The word comes as a push, perhaps before the answer to the send, perhaps twice, perhaps never. Found by WeChat's message
id; a delivery whose answer was lost or named none is found by person, template and time where only one can be meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from core.channels import Channel
from core.clock import Now, now
from core.ports import Subject
from core.reasons import Reason
from delivery.interactions import end_interactions
from delivery.trail import Trail
from models import Delivery, DeliveryState, Interaction

REPORTS = {
    "event.templatesendjobfinish": (Channel.TEMPLATE,),
    "event.subscribe_msg_sent_event": (Channel.SUBSCRIBE, Channel.MINI_SUBSCRIBE),
}
"""The kinds of push that tell of it, and the channels they tell of."""

_SOON = timedelta(minutes=10)
"""How long after a send WeChat's word of it may come and still be taken for it without a message id."""

_LOOK_BACK = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=1)
"""How long before its end a delivery was due, at most, to be looked at again: keeps the look short."""

_AT_ONCE = 500
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Report:
    """WeChat's last word on one message. ``template_id`` is empty where the push names none."""

    kind: str
    identity_id: int
    wechat_id: str
    template_id: str
    has_arrived: bool
    detail: str
    at: datetime


def read_reports(kind: str, fields: Mapping[str, Any], identity_id: int, at: datetime) -> list[Report]:
    """The reports of one push, as WeChat tells them; XML nests ``<wrapper><List>``, JSON has ``List`` on top."""
    if kind == "event.templatesendjobfinish":
        status = str(fields.get("Status", ""))
        return [Report(kind, identity_id, _id(fields), "", status == "success", status[:64], at)]
    found = fields.get("SubscribeMsgSentEvent", fields)
    items = found.get("List", found) if isinstance(found, Mapping) else found
    return [
        Report(
            kind=kind,
            identity_id=identity_id,
            wechat_id=_id(item),
            template_id=str(item.get("TemplateId", "")),
            has_arrived=str(item.get("ErrorCode", "")) == "0",
            detail=str(item.get("ErrorStatus", ""))[:64],
            at=at,
        )
        for item in (items if isinstance(items, list) else [items])
        if isinstance(item, Mapping) and item.get("TemplateId")
    ]


def _id(fields: Mapping[str, Any]) -> str:
    """WeChat's message id; empty for what can be none."""
    told = str(fields.get("MsgID", ""))
    return told if len(told) <= _LONGEST_ID else ""


async def record_reports(kind: str, fields: Mapping[str, Any], who: Subject) -> None:
    """What one push tells of deliveries; in the transaction that stores it."""
    for report in read_reports(kind, fields, who.identity_id, who.at):
        await record_report(report)


async def confirm_late(clock: Now = now) -> int:
    """Deliveries whose report came before the answer to their send was stored, or before it was given up; returns how
    many it settles."""
    since = clock() - _LOOK_BACK
    channels = [channel.value for told in REPORTS.values() for channel in told]
    closed = Delivery.filter(channel__in=channels, closed_at__gt=since)
    waiting = (
        closed.filter(state=DeliveryState.UNKNOWN),
        closed.filter(state=DeliveryState.SENT, due_at__gt=since - _LONGEST_WAIT),
    )
    settled = 0
    for rows in waiting:
        seen = 0
        while page := await rows.filter(id__gt=seen).order_by("id").limit(_AT_ONCE).only("id", "identity_id"):
            seen = page[-1].id
            settled += await _report_again({row.identity_id for row in page}, since)
    return settled


async def _report_again(identity_ids: AbstractSet[int], since: datetime) -> int:
    """What WeChat told of these people's messages since then, told again."""
    pushes = Interaction.filter(identity_id__in=list(identity_ids), kind__in=list(REPORTS), occurred_at__gt=since)
    settled = 0
    for push in await pushes.order_by("id"):
        for report in read_reports(push.kind, push.fields_, push.identity_id or 0, push.occurred_at):
            async with in_transaction():
                settled += await record_report(report)
    return settled


async def record_report(report: Report) -> bool:
    """In the caller's transaction; False where no delivery of ours is meant, or it was told before."""
    mine = Delivery.filter(
        identity_id=report.identity_id, channel__in=[channel.value for channel in REPORTS[report.kind]]
    )
    if report.wechat_id:
        named = await mine.filter(wechat_id=report.wechat_id).order_by("id").select_for_update().first()
        if named is not None:
            return named.state in _CAN_BE_TOLD and await _settle(named, report, "message_id")
    # Those still under way may be meant too: they are looked at, and left to whoever sends them.
    unnamed = mine.filter(wechat_id="", state__in=(*_CAN_BE_TOLD, *_UNDER_WAY), started_at__gt=report.at - 2 * _SOON)
    meant = [row for row in await unnamed if _may_be_meant(row, report)]
    if len(meant) != 1:
        return False
    still = Delivery.filter(id=meant[0].id, state__in=_CAN_BE_TOLD, wechat_id="")
    lost = await still.select_for_update().first()
    return lost is not None and await _settle(lost, report, "person_and_time")


_CAN_BE_TOLD = (DeliveryState.SENT, DeliveryState.UNKNOWN)
_UNDER_WAY = (DeliveryState.CLAIMED, DeliveryState.PLANNED)


def _may_be_meant(row: Delivery, report: Report) -> bool:
    """Started shortly before, of the same template where the push names one."""
    if row.started_at is None:
        return False
    if not timedelta(seconds=-1) <= report.at - row.started_at.replace(microsecond=0) <= _SOON:
        return False
    templates = {
        str(option["payload"].get("template_id")) for option in row.options if option["channel"] == row.channel
    }
    return not report.template_id or report.template_id in templates


async def _settle(row: Delivery, report: Report, found_by: str) -> bool:
    state = DeliveryState.CONFIRMED if report.has_arrived else DeliveryState.FAILED
    reason = "" if report.has_arrived else Reason.FAILED_AFTERWARDS.value
    trail = Trail(row.trail).note(report.at, "reported", outcome=state.value, found_by=found_by, detail=report.detail)
    await Delivery.filter(id=row.id).update(
        state=state,
        reason=reason,
        wechat_id=report.wechat_id or row.wechat_id,
        trail=trail.entries,
    )
    if row.interaction_id is not None:
        await end_interactions({row.interaction_id: (state, reason)})
    return True
