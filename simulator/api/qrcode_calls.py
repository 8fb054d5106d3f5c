"""``qrcode/create`` and ``showqrcode``."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from aiohttp import web

from simulator.api.calls import Call, Proof, Route
from simulator.api.picture import draw
from simulator.refusals import Refusal

DEFAULT_EXPIRE_S = 60
LONGEST_EXPIRE_S = 2_592_000
SCENE_LENGTH = 64
_TEMPORARY = ("QR_SCENE", "QR_STR_SCENE")
_PERMANENT = ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")


async def create(call: Call) -> dict[str, Any]:
    action = call.body.get("action_name")
    if action not in _TEMPORARY + _PERMANENT:
        raise Refusal(40052)
    scene = _scene(call.body, named="STR" in str(action))
    if action in _PERMANENT:
        code = call.app.qrcodes.create(scene, None)
        return {"ticket": code.ticket, "url": code.url}
    expire_s = call.body.get("expire_seconds", DEFAULT_EXPIRE_S)
    if not isinstance(expire_s, int) or not 0 < expire_s <= LONGEST_EXPIRE_S:
        raise Refusal(40035, "expire_seconds")
    code = call.app.qrcodes.create(scene, expire_s)
    return {"ticket": code.ticket, "expire_seconds": expire_s, "url": code.url}


async def show(call: Call) -> web.Response:
    ticket = unquote(call.query.get("ticket", ""))
    code = next((found for app in call.world.apps.values() if (found := app.qrcodes.find(ticket))), None)
    if code is None:
        return web.Response(status=404)
    return web.Response(body=draw(code.url), content_type="image/png")


def _scene(body: dict[str, Any], named: bool) -> str:
    """The scene asked for; as with the real one, what is not nested as action_info.scene is not seen and becomes 0."""
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    value = scene.get("scene_str" if named else "scene_id") if isinstance(scene, dict) else None
    if value is None:
        return "0"
    if not isinstance(value, str if named else int) or not 1 <= len(str(value)) <= SCENE_LENGTH:
        raise Refusal(40053)
    return str(value)


ROUTES = (
    Route("POST", "/cgi-bin/qrcode/create", create, kinds=("official_account",)),
    Route("GET", "/cgi-bin/showqrcode", show, proof=Proof.NONE),
)
