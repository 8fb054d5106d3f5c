"""``message/custom/send``: words to one person while a window is open."""

from __future__ import annotations

from typing import Any

from simulator.accounts import Kind
from simulator.api.calls import Call, Route
from simulator.refusals import Refusal
from simulator.state.ledger import text_of

TEXT_BYTES = 2048
# What each kind must carry, and which kind of app may send it.
FIELDS = {
    "text": ("content",),
    "image": ("media_id",),
    "news": ("articles",),
    "link": ("title", "url"),
    "miniprogrampage": ("title", "pagepath", "thumb_media_id"),
    "msgmenu": ("head_content", "list", "tail_content"),
}
ALLOWED = {
    Kind.OFFICIAL_ACCOUNT: ("text", "image", "news", "miniprogrampage", "msgmenu"),
    Kind.MINI_PROGRAM: ("text", "image", "link", "miniprogrampage"),
}


async def send(call: Call) -> dict[str, Any]:
    known = call.app.person(call.text("touser", missing=40003))
    msgtype = str(call.body.get("msgtype"))
    if msgtype not in ALLOWED[call.app.account.kind]:
        raise Refusal(40008)
    content = _checked(msgtype, call.body.get(msgtype))
    for name in ("media_id", "thumb_media_id"):
        call.app.media.check(str(content.get(name, "")))
    if call.app.account.is_official and not known.following:
        raise Refusal(43004)
    known.stock.take(call.world.clock())
    call.accepted = call.world.ledger.accept(
        at=call.world.clock(),
        app_id=call.app.account.app_id,
        openid=known.openid,
        api="custom",
        msgtype=msgtype,
        text=text_of(call.body),
        msgid=0,
        client_msg_id="",
        message=call.body,
    )
    return {"errcode": 0, "errmsg": "ok"}


def _checked(msgtype: str, content: object) -> dict[str, Any]:
    """The content of a message; raises what is wrong with it."""
    if not isinstance(content, dict):
        raise Refusal(47001, msgtype)
    for name in FIELDS[msgtype]:
        if name not in content:
            raise Refusal(40007 if name.endswith("media_id") else 47001, name)
    match msgtype:
        case "text":
            _check_text(content["content"])
        case "news":
            _check_articles(content["articles"])
        case "msgmenu":
            _check_choices(content["list"])
        case _ if any(name.endswith("media_id") and not content[name] for name in FIELDS[msgtype]):
            raise Refusal(40007)
        case _:
            pass
    return content


def _check_text(content: object) -> None:
    if not isinstance(content, str):
        raise Refusal(47001, "content")
    if not content:
        raise Refusal(44004)
    if len(content.encode()) > TEXT_BYTES:
        raise Refusal(45002)


def _check_articles(articles: object) -> None:
    if not isinstance(articles, list) or not articles:
        raise Refusal(47001, "articles")
    if len(articles) > 1:
        raise Refusal(45008)


def _check_choices(choices: object) -> None:
    if not isinstance(choices, list) or not choices:
        raise Refusal(47001, "list")
    if not all(isinstance(choice, dict) and {"id", "content"} <= choice.keys() for choice in choices):
        raise Refusal(47001, "list")


ROUTES = (Route("POST", "/cgi-bin/message/custom/send", send),)
