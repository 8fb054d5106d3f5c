"""Template messages and subscription notices: one form each; a template message goes once for each client id."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from typing import Any

from simulator.api.calls import Call, Route
from simulator.refusals import Refusal
from simulator.state.people import Known

SAME_ID_S = 600.0
# Source: WeChat, "sendMessage": how many characters a value may have, by the kind its name begins with.
LONGEST = {
    "thing": 20,
    "number": 32,
    "letter": 32,
    "symbol": 5,
    "character_string": 32,
    "phone_number": 17,
    "car_number": 8,
    "name": 10,
    "phrase": 5,
}
_NUMBERED = re.compile(r"([a-z_]+)\d+")


async def template_send(call: Call) -> dict[str, Any]:
    """The same client id to the same person within ten minutes sends nothing and gets the first one's msgid."""
    known = call.app.person(call.text("touser", missing=40003))
    template, data = _form(call)
    if not known.following:
        raise Refusal(43004)
    now, client_id = call.world.clock(), str(call.body.get("client_msg_id", ""))
    msgid, until = call.app.sent.get((known.openid, client_id), (0, 0.0))
    if client_id and now < until:
        if call.world.knobs.repeat_code:
            raise Refusal(call.world.knobs.repeat_code)
    else:
        msgid = _accept(call, known, "template", template, data)
        if client_id:
            call.app.sent[known.openid, client_id] = (msgid, now + SAME_ID_S)
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


async def subscribe_send(call: Call) -> dict[str, Any]:
    """Mini program (send) and official account (bizsend): one accept buys one send; there are no client ids."""
    known = call.app.person(call.text("touser", missing=40003))
    template, data = _form(call)
    for name, value in data.items():
        _check_value(name, value)
    page = call.body.get("page", "")
    if not call.app.account.is_official and page and not call.app.account.has_page(str(page)):
        raise Refusal(41030)
    if known.openid in call.app.sending:
        raise Refusal(43108)
    call.app.sending.add(known.openid)
    try:
        await asyncio.sleep(call.world.knobs.notice_ms / 1000)
        if not known.take_grant(template):
            raise Refusal(43101)
        msgid = _accept(call, known, "subscribe", template, data)
    finally:
        call.app.sending.discard(known.openid)
    named = {"msgid": msgid} if call.world.knobs.names_notices else {}
    return {"errcode": 0, "errmsg": "ok", **named}


def _form(call: Call) -> tuple[str, dict[str, Any]]:
    template = call.text("template_id", missing=40037)
    if template not in call.app.account.templates:
        raise Refusal(40037)
    if template in call.world.knobs.banned_templates:
        raise Refusal(43107)
    data = call.body.get("data")
    if not isinstance(data, dict) or not data:
        raise Refusal(47003, "data invalid")
    return template, data


def _check_value(name: str, value: object) -> None:
    words = str(value.get("value", "")) if isinstance(value, Mapping) else ""
    numbered = _NUMBERED.fullmatch(name)
    longest = LONGEST.get(numbered.group(1), len(words)) if numbered else len(words)
    if not words or len(words) > longest:
        raise Refusal(47003, f"data.{name}.value invalid")


def _accept(call: Call, known: Known, api: str, template: str, data: Mapping[str, Any]) -> int:
    """Writes the notice into the ledger; its msgid."""
    msgid = secrets.randbits(60)
    call.accepted = call.world.ledger.accept(
        at=call.world.clock(),
        app_id=call.app.account.app_id,
        openid=known.openid,
        api=api,
        msgtype=template,
        text=" ".join(str(each.get("value", "")) for each in data.values() if isinstance(each, dict)),
        msgid=msgid,
        client_msg_id=str(call.body.get("client_msg_id", "")),
        message=call.body,
    )
    return msgid


ROUTES = (
    Route("POST", "/cgi-bin/message/template/send", template_send, kinds=("official_account",)),
    Route("POST", "/cgi-bin/message/subscribe/bizsend", subscribe_send, kinds=("official_account",)),
    Route("POST", "/cgi-bin/message/subscribe/send", subscribe_send, kinds=("mini_program",)),
)
