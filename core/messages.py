"""What a customer did, and what we answer: the two values that pass between channel, router and handlers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from core.accounts import AccountKind
from core.places import Point


class Inbound(NamedTuple):
    """One push, decrypted and read.

    ``kind`` is WeChat's MsgType for messages (``text``, ``image`` …) and ``event.<event>`` in lower case for
    events (``event.subscribe``, ``event.scan``, ``event.click``). ``openid`` is the person it is about, empty where
    a push concerns no person. ``fields`` are the sender's names and nesting, safe to store: coordinates and place
    labels are already coarse or blank. ``point`` is the exact place, in memory for this reply only.
    ``created`` is WeChat's CreateTime, in seconds.
    """

    account: str
    app_id: str
    channel: AccountKind
    key: str
    openid: str
    to: str
    kind: str
    created: int
    fields: Mapping[str, Any]
    received_at: datetime
    point: Point | None = None
    label: str = ""

    @property
    def text(self) -> str:
        """The customer's words: a text's content or a voice message's recognition, else empty."""
        if self.kind == "text":
            return str(self.fields.get("Content", ""))
        if self.kind == "voice":
            return str(self.fields.get("Recognition") or "")
        return ""

    @property
    def event_key(self) -> str:
        """EventKey as pushed: a menu key, a scene (``qrscene_`` prefix kept) or a URL."""
        return str(self.fields.get("EventKey") or "")


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    media_id: str


@dataclass(frozen=True, slots=True)
class News:
    """One linked article (WeChat shows one since 2018)."""

    title: str
    description: str
    picture_url: str
    url: str


@dataclass(frozen=True, slots=True)
class Transfer:
    """Hand the conversation to WeChat's customer service, optionally to one agent account."""

    kf_account: str = ""


Reply = Text | Image | News | Transfer

_KINDS: dict[str, type[Text] | type[Image] | type[News] | type[Transfer]] = {
    "text": Text,
    "image": Image,
    "news": News,
    "transfer": Transfer,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def reply_to_json(reply: Reply) -> dict[str, str]:
    """A reply as stored: ``{"kind": "text", "text": …}``."""
    return {"kind": _NAMES[type(reply)], **{name: getattr(reply, name) for name in reply.__slots__}}


def reply_from_json(stored: Mapping[str, str]) -> Reply:
    """The reply that ``reply_to_json`` wrote."""
    return _KINDS[stored["kind"]](**{name: value for name, value in stored.items() if name != "kind"})


def reply_summary(reply: Reply) -> str:
    """A reply in a few words, for timelines."""
    match reply:
        case Text(text):
            return text
        case Image():
            return "[图片]"
        case News(title=title):
            return f"[图文] {title}"
        case Transfer():
            return "[转人工客服]"
