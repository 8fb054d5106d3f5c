"""What the families of sends share: the shape of a delivery's payload and how a wrong one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.client.http import Api
from core.errors import Terminal
from core.reasons import Reason

Payload = Mapping[str, Any]


def malformed(api: Api, detail: str) -> Terminal:
    """The error of a payload that this API cannot carry."""
    return Terminal(detail, api=api.path, reason=Reason.MALFORMED)


def notice_of(api: Api, openid: str, payload: Payload) -> dict[str, Any]:
    """``touser``, ``template_id`` and ``data`` of a notice from ``{"template_id", "data": {name: value}}``.

    Raises ``Terminal`` (malformed) where one is missing or a value is no text or number.
    """
    template, values = payload.get("template_id"), payload.get("data")
    if not isinstance(template, str) or not template:
        raise malformed(api, "the notice names no template")
    if not isinstance(values, Mapping) or not values:
        raise malformed(api, "the notice holds no data")
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise malformed(api, f"the value of {name} is neither text nor number")
    data = {str(name): {"value": str(value)} for name, value in values.items()}
    return {"touser": openid, "template_id": template, "data": data}


def target_of(api: Api, payload: Payload, *names: str) -> dict[str, Any]:
    """Where a tap on the notice leads, of those ``names`` the payload has: ``url``, ``page``, ``miniprogram``."""
    target = {name: payload[name] for name in names if payload.get(name)}
    mini = target.get("miniprogram")
    if mini is not None and not (isinstance(mini, Mapping) and {"appid", "pagepath"} <= mini.keys()):
        raise malformed(api, "miniprogram needs appid and pagepath")
    return target


def msgid_of(answer: Mapping[str, Any]) -> str:
    """WeChat's id of the message as text; empty where the answer names none."""
    return str(answer.get("msgid") or "")
