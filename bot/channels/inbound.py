"""From decrypted fields to the ``Inbound`` that router and handlers know, for both kinds of account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bot.channels.crypto import Key
from bot.channels.envelope import Contents
from bot.channels.identity import MAX_NAME, find_kind, find_person, get_created, get_sender, message_key
from bot.channels.privacy import blank, coarsen, find_place, has_place
from bot.channels.refusals import PushRefused, Reason
from core.accounts import Account
from core.messages import Inbound


class Opened(NamedTuple):
    """A genuine push, read but not yet fit to be stored: ``fields`` hold exact places.

    ``openid`` is the person, empty where it is about nobody; ``sender`` and ``to`` are FromUserName and ToUserName,
    between which an answer goes back; ``sealed_by`` is the key an answer has to be sealed with, None for a plain one.
    """

    fields: dict[str, Any]
    kind: str
    openid: str
    sender: str
    to: str
    created: int
    key: str
    sealed_by: Key | None
    is_json: bool
    has_place: bool


def read_push(app_id: str, contents: Contents) -> Opened:
    """What the contents of an envelope say; raises ``PushRefused`` (not_a_push, bad_create_time)."""
    fields = contents.fields
    if (kind := find_kind(fields)) is None:
        raise PushRefused(Reason.NOT_A_PUSH, "neither MsgType nor Event")
    sender = get_sender(kind, fields)
    to = fields.get("ToUserName", "")
    if not isinstance(to, str) or len(to) > MAX_NAME:
        raise PushRefused(Reason.NOT_A_PUSH, "ToUserName is no name")
    created = get_created(fields)
    key = message_key(app_id, sender, created, kind, fields)
    openid = find_person(kind, sender, fields)
    return Opened(fields, kind, openid, sender, to, created, key, contents.key, contents.is_json, has_place(fields))


def to_inbound(account: Account, opened: Opened, received_at: datetime, keep_cell_m: float | None) -> Inbound:
    """The push as handlers see it and the journal stores it; places coarse to ``keep_cell_m``, or blank for None."""
    fields: Mapping[str, Any] = opened.fields
    point, label = None, ""
    if opened.has_place:
        point, label = find_place(opened.kind, fields, account.location_crs, opened.created)
        fields = blank(fields) if keep_cell_m is None else coarsen(fields, keep_cell_m)
    return Inbound(
        account=account.key,
        app_id=account.app_id,
        channel=account.kind,
        key=opened.key,
        openid=opened.openid,
        to=opened.to,
        kind=opened.kind,
        created=opened.created,
        fields=fields,
        received_at=received_at,
        point=point,
        label=label,
    )
