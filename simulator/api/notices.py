"""Template messages and subscription notices: one form each, once for each client id."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from simulator.api.calls import Call, Route
from simulator.refusals import Refusal
from simulator.state.people import Known

SAME_ID_S = 600.0


async def template_send(call: Call) -> dict[str, Any]:
    known = call.app.person(call.text("touser", missing=40003))
    template, _ = _form(call)
    if not known.following:
        raise Refusal(43004)
    return {"errcode": 0, "errmsg": "ok", "msgid": _once(call, known, "template", template)}


async def subscribe_send(call: Call) -> dict[str, Any]:
    """Mini program (send) and official account (bizsend): one accept buys one send."""
    known = call.app.person(call.text("touser", missing=40003))
    template, data = _form(call)
    if not all(isinstance(each, dict) and str(each.get("value", "")) for each in data.values()):
        raise Refusal(47003)
    if known.openid in call.app.sending:
        raise Refusal(43108)
    call.app.sending.add(known.openid)
    try:
        await asyncio.sleep(call.world.knobs.notice_ms / 1000)
        return {"errcode": 0, "errmsg": "ok", "msgid": _once(call, known, "subscribe", template)}
    finally:
        call.app.sending.discard(known.openid)


def _form(call: Call) -> tuple[str, dict[str, Any]]:
    template = call.text("template_id", missing=40037)
    if template not in call.app.account.templates:
        raise Refusal(40037)
    data = call.body.get("data")
    if not isinstance(data, dict) or not data:
        raise Refusal(47003)
    return template, data


def _once(call: Call, known: Known, api: str, template: str) -> int:
    """The msgid of this notice; within ten minutes the same client id gets the first one again and nothing is sent."""
    now, client_id = call.world.clock(), str(call.body.get("client_msg_id", ""))
    msgid, until = call.app.sent.get((known.openid, client_id), (0, 0.0))
    if client_id and now < until:
        return msgid
    if api == "subscribe" and not known.take_grant(template):
        raise Refusal(43101)
    msgid = secrets.randbits(60)
    call.app.sent[known.openid, client_id] = (msgid, now + SAME_ID_S)
    call.accepted = call.world.ledger.accept(
        at=now,
        app_id=call.app.account.app_id,
        openid=known.openid,
        api=api,
        msgtype=template,
        text=" ".join(str(each.get("value", "")) for each in call.body["data"].values() if isinstance(each, dict)),
        msgid=msgid,
        client_msg_id=client_id,
        message=call.body,
    )
    return msgid


ROUTES = (
    Route("POST", "/cgi-bin/message/template/send", template_send, kinds=("official_account",)),
    Route("POST", "/cgi-bin/message/subscribe/bizsend", subscribe_send, kinds=("official_account",)),
    Route("POST", "/cgi-bin/message/subscribe/send", subscribe_send, kinds=("mini_program",)),
)
