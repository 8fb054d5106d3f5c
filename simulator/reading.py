"""What WeChat makes of an answer to a push: silence, a message to the customer, or a fault it shows them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from wechatpy.exceptions import WeChatException
from wechatpy.replies import deserialize_reply

from simulator.accounts import Mode
from simulator.envelope import Envelope

TRANSFER = "transfer_customer_service"


@dataclass(frozen=True, slots=True)
class Answer:
    """``kind``: "success", "empty", a reply's MsgType, "malformed" or, when nothing came, "none"."""

    kind: str
    text: str = ""
    fault: str = ""

    @property
    def is_reply(self) -> bool:
        return self.kind not in ("success", "empty", "malformed", "none")


NONE = Answer("none")


class _Malformed(ValueError):
    """WeChat would tell the customer that the account cannot serve."""


def read_answer(envelope: Envelope, openid: str, data: bytes) -> Answer:
    """Reads a 2xx body meant for ``openid``; whatever WeChat would not understand is "malformed" with its fault."""
    if data == b"success":
        return Answer("success")
    if not data:
        return Answer("empty")
    try:
        return _reply(envelope, openid, _opened(envelope, data))
    except (_Malformed, WeChatException, ValueError, KeyError, TypeError, AttributeError) as fault:
        return Answer("malformed", fault=f"{type(fault).__name__}: {fault}")


def _opened(envelope: Envelope, data: bytes) -> str:
    """The inner text: decrypted where it is encrypted, and it has to be where the mode is safe."""
    outer = _fields(data.decode())
    if "Encrypt" not in outer:
        if envelope.account.mode is Mode.SAFE:
            raise _Malformed("in safe mode the reply must be encrypted")
        return data.decode()
    if envelope.crypto is None or envelope.account.mode is Mode.PLAIN:
        raise _Malformed("in plain mode the reply must not be encrypted")
    return str(
        envelope.crypto.decrypt_message(outer, outer["MsgSignature"], str(outer["TimeStamp"]), str(outer["Nonce"]))
    )


def _reply(envelope: Envelope, openid: str, inner: str) -> Answer:
    fields = _fields(inner)
    kind = str(fields["MsgType"])
    if (fields["ToUserName"], fields["FromUserName"]) != (openid, envelope.account.original_id):
        raise _Malformed("the reply is not addressed from the account to the sender")
    if not str(fields["CreateTime"]).isdigit():
        raise _Malformed("CreateTime is no whole number")
    if not envelope.account.is_official and kind != TRANSFER:
        raise _Malformed("a mini program takes no passive reply but the transfer to customer service")
    if inner.lstrip().startswith("{"):
        return Answer(kind)
    # wechatpy reads a news reply only with several articles; WeChat shows only one.
    return Answer(kind, text=_title(inner) if kind == "news" else _words(deserialize_reply(inner)))


def _title(inner: str) -> str:
    titles = [item.findtext("Title") or "" for item in ElementTree.fromstring(inner).iterfind("Articles/item")]
    if len(titles) != 1 or not titles[0]:
        raise _Malformed("a news reply has exactly one article, with a title")
    return titles[0]


def _words(reply: Any) -> str:
    match reply.type:
        case "text":
            words = str(reply.content or "")
        case "image" | "voice" | "video":
            words = str(reply.media_id or "")
        case _:
            return ""
    if not words:
        raise _Malformed(f"a {reply.type} reply without its content")
    return words


def _fields(text: str) -> dict[str, Any]:
    if text.lstrip().startswith("{"):
        decoded: dict[str, Any] = json.loads(text)
        return decoded
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as fault:
        raise _Malformed(f"neither XML nor JSON: {fault}") from fault
    if root.tag != "xml":
        raise _Malformed(f"the root is <{root.tag}>, not <xml>")
    return {child.tag: child.text or "" for child in root}
