"""Answers about a person: no browser, proxy or phone may keep them."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

NO_STORE = ("Cache-Control", "no-store")


def personal(body: Any, status: int = 200) -> web.Response:
    """JSON that is not to be kept."""
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type="application/json", headers=(NO_STORE,))
