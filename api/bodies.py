"""Request bodies: JSON objects, capped while they are read, nothing that a database could not store."""

from __future__ import annotations

import asyncio
import json
import math
import re
from typing import Any, NoReturn

from aiohttp import web

from core.errors import Invalid

KIB = 1024
MAX_BODY = 64 * KIB
_WAIT_S = 10.0
_MAX_DEPTH = 12
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


async def read_object(request: web.Request, most: int = MAX_BODY) -> dict[str, Any]:
    """The body as a JSON object of at most ``most`` bytes.

    Raises ``Invalid`` for anything else, for NaN and infinities, NUL characters and halves of characters; 413 and 408.
    """
    body = await _read(request, most)
    try:
        found = json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Invalid("body", "is no JSON", "send a JSON object in UTF-8") from None
    if not isinstance(found, dict):
        raise Invalid("body", "is no JSON object", "send a JSON object in UTF-8")
    _check(found, _MAX_DEPTH)
    return found


async def _read(request: web.Request, most: int) -> bytes:
    if (length := request.content_length) is not None and length > most:
        raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=length)
    body = bytearray()
    try:
        async with asyncio.timeout(_WAIT_S):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(body)


def _check(value: Any, left: int) -> None:
    """Recursion ends with the depth it measures."""
    if left < 0:
        raise Invalid("body", f"is nested more than {_MAX_DEPTH} deep", "flatten it")
    if isinstance(value, str) and _UNSTORABLE.search(value):
        raise Invalid("body", "holds a NUL or half a character", "send whole characters")
    if isinstance(value, dict):
        for name in value:
            _check(name, left)
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            _check(inner, left - 1)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number
