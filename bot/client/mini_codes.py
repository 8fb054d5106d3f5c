"""Mini-program codes: the round pictures whose scan opens a page with a scene."""

from __future__ import annotations

import re

from bot.client.client import WeChatClient
from bot.client.http import Api
from core.accounts import Account
from core.errors import Invalid

SCENE_CHARS = 32
WIDTHS = (280, 1280)

# Source: WeChat, "getUnlimitedQRCode": visible characters; % is none of them, so nothing can be escaped.
_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+", re.ASCII)

_UNLIMITED = Api("POST", "/wxa/getwxacodeunlimit", is_repeatable=True, gives_picture=True)


async def get_mini_code(client: WeChatClient, account: Account, scene: str, page: str = "", width: int = 430) -> bytes:
    """A picture (JPEG or PNG) that opens ``page`` (empty: the first one) with ``scene``; it never ends.

    ``scene``: 1 to 32 letters, digits or ``!#$&'()*+,/:;=?@-._~``. ``page``: as in app.json, without a leading ``/``
    and without a query. ``width``: 280 to 1,280 pixels. Raises ``Invalid`` before any call, ``Terminal`` 41030 where
    the published mini program has no such page.
    """
    if not 1 <= len(scene) <= SCENE_CHARS:
        raise Invalid("scene", f"{len(scene)} characters", f"use 1 to {SCENE_CHARS}")
    if not _SCENE.fullmatch(scene):
        raise Invalid("scene", "holds characters WeChat does not take", "use letters, digits and !#$&'()*+,/:;=?@-._~")
    if page.startswith("/") or "?" in page:
        raise Invalid(
            "page", f"{page!r} begins with / or carries a query", "name the page alone, e.g. pages/index/index"
        )
    if not WIDTHS[0] <= width <= WIDTHS[1]:
        raise Invalid("width", f"{width} pixels", f"use {WIDTHS[0]} to {WIDTHS[1]}")
    body: dict[str, object] = {"scene": scene, "width": width}
    if page:
        body["page"] = page
    return await client.fetch_picture(account, _UNLIMITED, body)
