"""A mini program's own calls: who logged in, and which phone number was shared."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from simulator.api.calls import Call, Proof, Route
from simulator.refusals import Refusal

_ONLY = ("mini_program",)


async def code_to_session(call: Call) -> dict[str, Any]:
    if call.query.get("grant_type") != "authorization_code":
        raise Refusal(40002)
    code = call.query.get("js_code", "")
    if not code:
        raise Refusal(41008)
    known = call.app.person(call.app.codes.redeem("login", code))
    unionid = call.world.unionid(call.app, known)
    session_key = base64.b64encode(secrets.token_bytes(16)).decode()
    return {"session_key": session_key, "openid": known.openid} | ({"unionid": unionid} if unionid else {})


async def phone_number(call: Call) -> dict[str, Any]:
    known = call.app.person(call.app.codes.redeem("phone", call.text("code", missing=40029)))
    watermark = {"timestamp": int(call.world.clock()), "appid": call.app.account.app_id}
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": known.phone,
            "purePhoneNumber": known.phone,
            "countryCode": "86",
            "watermark": watermark,
        },
    }


ROUTES = (
    Route("GET", "/sns/jscode2session", code_to_session, proof=Proof.SECRET, plain=True, kinds=_ONLY),
    Route("POST", "/wxa/business/getuserphonenumber", phone_number, kinds=_ONLY),
)
