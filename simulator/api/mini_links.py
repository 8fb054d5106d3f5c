"""Ways into a mini program: ``getwxacodeunlimit`` draws a code, ``generate_urllink`` makes an address."""

from __future__ import annotations

import re
import secrets
from typing import Any

from aiohttp import web

from simulator.api.calls import Call, Route
from simulator.api.picture import draw
from simulator.refusals import Refusal

SCENE_LENGTH = 32
QUERY_LENGTH = 1024
LONGEST_DAYS = 30
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+", re.ASCII)
_QUERY = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%]*", re.ASCII)
_ONLY = ("mini_program",)


async def code_unlimited(call: Call) -> web.Response:
    scene, page, width = call.body.get("scene"), call.body.get("page", ""), call.body.get("width", 430)
    if not isinstance(scene, str) or not 1 <= len(scene) <= SCENE_LENGTH:
        raise Refusal(40169)
    if not _SCENE.fullmatch(scene):
        raise Refusal(40129)
    if not isinstance(width, int) or not 280 <= width <= 1280:
        raise Refusal(40097)
    is_page = isinstance(page, str) and not page.startswith("/") and "?" not in page
    if not is_page or (page and not call.app.account.has_page(page)):
        raise Refusal(41030)
    return web.Response(body=draw(f"{call.app.account.app_id}/{page}/{scene}"), content_type="image/png")


async def url_link(call: Call) -> dict[str, Any]:
    page, query = call.body.get("path", ""), call.body.get("query", "")
    if not isinstance(page, str) or "?" in page or (page and not call.app.account.has_page(page.lstrip("/"))):
        raise Refusal(40165)
    if not isinstance(query, str) or len(query) > QUERY_LENGTH or not _QUERY.fullmatch(query):
        raise Refusal(40212)
    if not 0 < _life_s(call) <= LONGEST_DAYS * 86400:
        raise Refusal(40097)
    return {"errcode": 0, "errmsg": "ok", "url_link": f"https://wxaurl.cn/{secrets.token_urlsafe(9)}"}


def _life_s(call: Call) -> float:
    """How long the link is to live, 0 where the call does not say it right: until a moment (0), or for days (1)."""
    match call.body.get("expire_type", 0):
        case 0 if isinstance(moment := call.body.get("expire_time"), int):
            return moment - call.world.clock()
        case 1 if isinstance(days := call.body.get("expire_interval"), int):
            return days * 86400.0
        case _:
            return 0.0


ROUTES = (
    Route("POST", "/wxa/getwxacodeunlimit", code_unlimited, kinds=_ONLY),
    Route("POST", "/wxa/generate_urllink", url_link, kinds=_ONLY),
)
