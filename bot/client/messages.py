"""Customer-service messages: words to one person while their window is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.client.client import WeChatClient
from bot.client.http import Api
from bot.client.payloads import Payload, malformed
from core.accounts import Account, AccountKind

# No client id: a lost answer is never asked for again. Each try is counted on the delivery's row.
CUSTOM_SEND = Api("POST", "/cgi-bin/message/custom/send", is_repeatable=False, tries=1, is_metered_by_caller=True)


async def send_custom(client: WeChatClient, account: Account, openid: str, payload: Payload) -> None:
    """Sends one payload: ``{"kind": "text" | "image" | "news" | "miniprogrampage" | "msgmenu", …}``.

    The keys are those of ``core.messages.reply_to_json``; a mini-program card has ``title``, ``appid``, ``pagepath``,
    ``thumb_media_id``; a menu of an official account has ``head``, ``list`` of ``{"id", "content"}``, ``tail``: a tap
    comes back as a text with that ``bizmsgmenuid``. Raises ``Unknown`` where WeChat may have taken it.
    """
    await client.call(account, CUSTOM_SEND, body={"touser": openid, **message_body(account.kind, payload)})


def message_body(kind: AccountKind, payload: Payload) -> dict[str, Any]:
    """``msgtype`` and content as WeChat wants them of this kind of account; raises ``Terminal`` (malformed)."""
    shapes = _MINI if kind is AccountKind.MINI_PROGRAM else _OFFICIAL
    shape = shapes.get(str(payload.get("kind")))
    if shape is None:
        raise malformed(CUSTOM_SEND, f"a {kind.value} cannot send {payload.get('kind')!r}")
    try:
        return shape(payload)
    except KeyError as error:
        raise malformed(CUSTOM_SEND, f"the {payload['kind']} lacks {error}") from None


def _text(payload: Payload) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": payload["text"]}}


def _image(payload: Payload) -> dict[str, Any]:
    return {"msgtype": "image", "image": {"media_id": payload["media_id"]}}


def _news(payload: Payload) -> dict[str, Any]:
    article = {
        "title": payload["title"],
        "description": payload["description"],
        "url": payload["url"],
        "picurl": payload["picture_url"],
    }
    return {"msgtype": "news", "news": {"articles": [article]}}


def _link(payload: Payload) -> dict[str, Any]:
    """A mini program sends no news; its link shows the same four things."""
    link = {
        "title": payload["title"],
        "description": payload["description"],
        "url": payload["url"],
        "thumb_url": payload["picture_url"],
    }
    return {"msgtype": "link", "link": link}


def _card(payload: Payload) -> dict[str, Any]:
    names = ("title", "appid", "pagepath", "thumb_media_id")
    return {"msgtype": "miniprogrampage", "miniprogrampage": {name: payload[name] for name in names}}


def _own_card(payload: Payload) -> dict[str, Any]:
    """A mini program only ever shows its own pages, so it names no appid."""
    names = ("title", "pagepath", "thumb_media_id")
    return {"msgtype": "miniprogrampage", "miniprogrampage": {name: payload[name] for name in names}}


def _menu(payload: Payload) -> dict[str, Any]:
    choices = payload["list"]
    if not isinstance(choices, list) or not choices or not all(isinstance(choice, Mapping) for choice in choices):
        raise malformed(CUSTOM_SEND, "the msgmenu's list is no list of choices")
    menu = {
        "head_content": payload["head"],
        "list": [{"id": str(choice["id"]), "content": choice["content"]} for choice in choices],
        "tail_content": payload["tail"],
    }
    return {"msgtype": "msgmenu", "msgmenu": menu}


_OFFICIAL: dict[str, Callable[[Payload], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "news": _news,
    "miniprogrampage": _card,
    "msgmenu": _menu,
}
_MINI: dict[str, Callable[[Payload], dict[str, Any]]] = {
    "text": _text,
    "image": _image,
    "news": _link,
    "miniprogrampage": _own_card,
}
