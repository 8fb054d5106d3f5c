"""Subscription notices: a customer allows or refuses some, or one was sent; the stock of grants follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.routing import Route, about_person, changes
from core.messages import Inbound
from core.ports import Subject
from delivery.confirmations import record_reports
from delivery.grants import Notice, record_change, record_popup, record_sent
from handlers._rooms import Rooms

_POPUP, _CHANGE, _SENT = (f"event.subscribe_msg_{name}_event" for name in ("popup", "change", "sent"))
_RECORD = {_POPUP: record_popup, _CHANGE: record_change, _SENT: record_sent}
_WRAPPERS = {_POPUP: "SubscribeMsgPopupEvent", _CHANGE: "SubscribeMsgChangeEvent", _SENT: "SubscribeMsgSentEvent"}


def routes(rooms: Rooms) -> list[Route]:
    async def grants(inbound: Inbound, who: Subject) -> None:
        await _RECORD[inbound.kind](who, list(_notices(inbound)))
        if inbound.kind == _SENT:
            await record_reports(inbound.kind, inbound.fields, who)

    return [changes(grants, *_RECORD, when=about_person)]


def _notices(inbound: Inbound) -> Iterator[Notice]:
    """XML nests ``<wrapper><List>``, JSON has ``List`` on top or the wrapper as the list; one item may come bare."""
    found = inbound.fields.get(_WRAPPERS[inbound.kind], inbound.fields)
    if isinstance(found, Mapping) and "List" in found:
        found = found["List"]
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, Mapping) and item.get("TemplateId"):
            yield _notice(item)


def _notice(item: Mapping[str, Any]) -> Notice:
    return Notice(
        template_id=str(item["TemplateId"]),
        status=str(item.get("SubscribeStatusString", "")),
        wechat_id=str(item.get("MsgID", "")),
        error_code=str(item.get("ErrorCode", "")),
    )
