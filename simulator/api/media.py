"""``media/upload``: pictures for messages."""

from __future__ import annotations

from typing import Any

from simulator.api.calls import Call, Route
from simulator.refusals import Refusal

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


async def upload(call: Call) -> dict[str, Any]:
    if call.query.get("type") != "image":
        raise Refusal(40004)
    if call.upload is None:
        raise Refusal(41005)
    if not call.upload.data.startswith(_PICTURES):
        raise Refusal(40005)
    media = call.app.media.keep(call.upload.content_type, call.upload.data)
    return {"type": "image", "media_id": media.media_id, "created_at": int(media.made_at)}


ROUTES = (Route("POST", "/cgi-bin/media/upload", upload, takes_form=True),)
