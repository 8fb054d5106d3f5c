"""A body is XML or JSON by its first character; a mini program may be set to either."""

from __future__ import annotations

from typing import Any

from bot.channels.json_body import read_json
from bot.channels.refusals import PushRefused, Reason
from bot.channels.xml import read_xml

_BEFORE = b"\xef\xbb\xbf \t\r\n"


def read_body(body: bytes) -> tuple[dict[str, Any], bool]:
    """Fields, and whether they came as JSON; a byte order mark and blanks may lead. Raises ``PushRefused``."""
    if body[:1] not in (b"<", b"{"):
        body = body.lstrip(_BEFORE)
    match body[:1]:
        case b"<":
            return read_xml(body), False
        case b"{" | b"[":
            return read_json(body), True
        case _:
            raise PushRefused(Reason.NOT_A_PUSH, "neither XML nor JSON")
