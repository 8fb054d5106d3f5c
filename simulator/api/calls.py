"""One call to the platform: what a handler is given, and how it is declared."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import BodyPartReader, web

from simulator.refusals import Refusal
from simulator.state.ledger import Accepted
from simulator.state.media import LARGEST_BYTES
from simulator.state.world import App, World


class Proof(StrEnum):
    """How a caller shows who it is: a token, the app secret, or not at all."""

    TOKEN = "token"
    SECRET = "secret"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Upload:
    """The file of a form."""

    content_type: str
    data: bytes


@dataclass(slots=True)
class Call:
    """One checked call. ``accepted`` is set by a handler that made a message reach somebody.

    ``upload`` is there where the route takes a form.
    """

    world: World
    app: App
    path: str
    query: Mapping[str, str]
    body: dict[str, Any]
    upload: Upload | None = None
    accepted: Accepted | None = None

    def text(self, name: str, missing: int = 47001) -> str:
        """A string of the body; raises ``missing`` where it is absent or empty."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise Refusal(missing, name)
        return value


Handler = Callable[[Call], Awaitable[dict[str, Any] | web.Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """One address. ``plain``: WeChat answers it as text/plain though it is JSON (the sns addresses).

    ``takes_form``: the body is a form with a file, no JSON.
    """

    method: str
    path: str
    handler: Handler
    proof: Proof = Proof.TOKEN
    plain: bool = False
    takes_form: bool = False
    kinds: tuple[str, ...] = field(default=("official_account", "mini_program"))


async def read_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a POST; raises 44002 (nothing there) or 47001 (not an object)."""
    data = await request.read()
    if not data:
        raise Refusal(44002)
    try:
        body = json.loads(data)
    except ValueError as fault:
        raise Refusal(47001) from fault
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body


async def read_upload(request: web.Request) -> Upload:
    """The file called ``media`` of a form; raises 41005 (none), 44001 (empty) or 45001 (too large)."""
    if request.content_type != "multipart/form-data":
        raise Refusal(41005)
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name != "media" or not part.filename:
            continue
        data = bytearray()
        while chunk := await part.read_chunk():
            data += chunk
            if len(data) > LARGEST_BYTES:
                raise Refusal(45001)
        if not data:
            raise Refusal(44001)
        return Upload(part.headers.get("Content-Type", ""), bytes(data))
    raise Refusal(41005)
