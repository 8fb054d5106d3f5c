"""Errors over HTTP: the house's tree as RFC 9457 problem details, translated in one place."""

from __future__ import annotations

import json
import logging
import math
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from api.personal import NO_STORE
from core.errors import Busy, ChannelError, Invalid, Missing, Refused, Retryable, Unknown, ZhijiError
from models.outage import is_outage

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
_CODE_REFUSED = frozenset({40029, 40163})
"""WeChat: the wx.login code is not valid, or was used."""
_LOGIN_AGAIN = "call wx.login and send the new code"


class Unauthorised(ZhijiError):
    """No session, or one that has ended."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error looks like from outside; ``field`` and ``remedy`` are empty where there is none.

    ``figures`` are those of a refusal, None for any other problem.
    """

    status: int
    code: str
    detail: str
    field: str = ""
    remedy: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    figures: Mapping[str, object] | None = None

    def response(self) -> web.Response:
        body: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "field": self.field,
            "remedy": self.remedy,
        }
        if self.figures is not None:
            body["figures"] = dict(self.figures)
        text = json.dumps(body, ensure_ascii=False)
        return web.Response(status=self.status, text=text, content_type=CONTENT_TYPE, headers=(NO_STORE, *self.headers))


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers every error with problem details; a bug tells the outside nothing."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _of_http(error).response()
    except ZhijiError as error:
        return problem_of(error).response()
    except Exception as error:
        if is_outage(error):
            log.warning("request waits for the database", extra={"error": type(error).__name__})
            return _busy("the database does not answer").response()
        log.error("request failed", extra={"route": _route(request), **_whereabouts(error)})
        return _internal().response()


def problem_of(error: ZhijiError) -> Problem:
    """The problem an error of the house stands for."""
    match error:
        case Unauthorised():
            challenge = ("WWW-Authenticate", "Bearer")
            return Problem(401, "unauthorised", str(error), remedy="sign in again", headers=(challenge,))
        case Refused():
            return Problem(409, error.code, error.words, figures=error.params)
        case Invalid():
            return Problem(422, "invalid", error.detail, error.field, error.remedy)
        case Missing():
            return Problem(404, "missing", str(error))
        case ChannelError():
            return _of_channel(error)
        case Busy():
            return _busy(str(error) or "busy")
        case _:
            return _internal()


def _of_channel(error: ChannelError) -> Problem:
    """WeChat's own words stay inside: they may name the account or its settings."""
    match error:
        case Retryable():
            return _busy("WeChat is busy", after_s=error.after_s)
        case Unknown():
            return Problem(504, "unknown", "WeChat gave no sound answer", remedy=_LOGIN_AGAIN)
        case ChannelError(code=code) if code in _CODE_REFUSED:
            return Problem(422, "invalid", "WeChat does not accept this code (any more)", "code", _LOGIN_AGAIN)
        case _:
            return Problem(502, "refused_by_channel", f"WeChat says no ({error.code})", remedy="see show calls")


def _of_http(error: web.HTTPException) -> Problem:
    headers = tuple((name, value) for name, value in error.headers.items() if name == "Allow")
    return Problem(error.status, error.reason.lower().replace(" ", "_"), error.reason, headers=headers)


def _busy(detail: str, after_s: float = 1.0) -> Problem:
    wait = ("Retry-After", str(max(1, math.ceil(after_s))))
    return Problem(503, "busy", detail, remedy="try again", headers=(wait,))


def _internal() -> Problem:
    return Problem(500, "internal", "something went wrong here", remedy="try again; if it stays, tell us")


def _whereabouts(error: Exception) -> dict[str, str]:
    """Where a bug is. Its message stays out: a database's may quote the row."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return {"error": type(error).__name__, "at": f"{frame.filename}:{frame.lineno}"}


def _route(request: web.Request) -> str:
    """The route's pattern: a path may hold what somebody typed."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
