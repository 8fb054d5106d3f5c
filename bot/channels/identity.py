"""What a push is and whom it is about: its kind, its person, its moment and the key that makes a repeat a repeat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bot.channels.refusals import PushRefused, Reason

MAX_NAME = 128
"""Longest openid or account name, longest kind, in characters."""

MAX_CREATED = 2**33
"""CreateTime in seconds stays below this (the year 2242): milliseconds and nonsense do not pass."""

NAMED_BY_OPENID = frozenset(
    (
        "event.user_info_modified",
        "event.user_authorization_revoke",
        "event.user_authorization_cancellation",
        "event.xpay_goods_deliver_notify",
        "event.xpay_coin_pay_notify",
        "event.xpay_refund_notify",
    )
)
"""The platform sends these; the person stands in OpenID (OpenId for virtual payments)."""

ABOUT_NOBODY = frozenset(
    "event." + name
    for name in (
        "masssendjobfinish",
        "publishjobfinish",
        "qualification_verify_success",
        "qualification_verify_fail",
        "naming_verify_success",
        "naming_verify_fail",
        "annual_renew",
        "verify_expired",
        "card_pass_check",
        "card_not_pass_check",
        "card_sku_remind",
        "card_pay_order",
        "poi_check_notify",
        "add_store_audit_info",
        "modify_store_audit_info",
        "create_map_poi_audit_info",
        "apply_merchant_audit_info",
        "add_express_path",
        "wxalive_push_message_notify",
        "weapp_audit_success",
        "weapp_audit_fail",
        "weapp_audit_delay",
        "wxa_nickname_audit",
        "wxa_category_audit",
        "wxa_illegal_record",
        "wxa_appeal_record",
        "wxa_privacy_apply",
        "wxa_media_check",
        "trade_manage_remind_access_api",
        "trade_manage_remind_shipping",
        "trade_manage_order_settlement",
    )
)
"""Results of the account's own jobs and audits; their FromUserName is WeChat's, whatever it looks like."""

_SENDERS_THAT_ARE_NOBODY = ("sys", "mphelper")
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def find_kind(fields: Mapping[str, Any]) -> str | None:
    """MsgType in lower case, or ``event.<event>``; None where the fields are no push. Cut to 128 characters."""
    kind, event = fields.get("MsgType", "event"), fields.get("Event")
    if not isinstance(kind, str) or not kind:
        return None
    if (kind := kind.lower()) == "event":
        if not isinstance(event, str) or not event:
            return None
        kind = "event." + event.lower()
    return kind[:MAX_NAME]


def find_person(kind: str, sender: str, fields: Mapping[str, Any]) -> str:
    """The openid a push is about, empty where it is about nobody."""
    if kind in NAMED_BY_OPENID:
        openid = fields.get("OpenID") or fields.get("OpenId")
        return openid if isinstance(openid, str) and len(openid) <= MAX_NAME else ""
    if kind in ABOUT_NOBODY or sender in _SENDERS_THAT_ARE_NOBODY or sender.startswith("gh_"):
        return ""
    return sender


def get_sender(kind: str, fields: Mapping[str, Any]) -> str:
    """FromUserName as sent; only events may lack it. Raises ``PushRefused``."""
    sender = fields.get("FromUserName", "")
    if not isinstance(sender, str) or len(sender) > MAX_NAME or not (sender or kind.startswith("event.")):
        raise PushRefused(Reason.NOT_A_PUSH, "FromUserName is missing or no name")
    return sender


def get_created(fields: Mapping[str, Any]) -> int:
    """CreateTime in Unix seconds, from 1 to below ``MAX_CREATED``; raises ``PushRefused``."""
    value = fields.get("CreateTime")
    if isinstance(value, str) and len(value) <= 12 and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is not int or not 0 < value < MAX_CREATED:
        raise PushRefused(Reason.BAD_CREATE_TIME, "CreateTime is no time in seconds")
    return value


def message_key(app_id: str, sender: str, created: int, kind: str, fields: Mapping[str, Any]) -> str:
    """32 hex digits, the same for every repeat of a push and different for any two pushes.

    A message has its MsgId. An event has only one-second resolution, so all it says counts: a hash of its canonical
    decrypted fields. The parts cannot contain the NUL between them.
    """
    msg_id = "" if kind.startswith("event.") else fields.get("MsgId", "")
    if isinstance(msg_id, str | int) and msg_id not in ("", "0", 0):
        what = f"id\0{msg_id}"
    else:
        what = "fields\0" + sha256(_CANONICAL.encode(fields).encode()).hexdigest()
    return sha256(f"{app_id}\0{sender}\0{created}\0{what}".encode()).hexdigest()[:32]
