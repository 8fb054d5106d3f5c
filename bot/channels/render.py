"""Passive answers on the wire: WeChat's XML and JSON, sealed where the push was sealed."""

from __future__ import annotations

import json
import os
import re
from typing import NamedTuple

from bot.channels.crypto import Cipher, Key
from bot.channels.signature import sign
from core.messages import Image, News, Reply, Text, Transfer

MAX_TEXT_BYTES = 2048
"""WeChat's limit for a text answer, in bytes of UTF-8."""

SUCCESS = (b"success", "text/plain; charset=utf-8")
"""The literal word WeChat takes for "nothing to say", in every mode."""

_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_FRAME = (
    "<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>"
    "<CreateTime>%d</CreateTime><MsgType><![CDATA[%s]]></MsgType>%s</xml>"
)
_NEWS = (
    "<ArticleCount>1</ArticleCount><Articles><item><Title><![CDATA[%s]]></Title>"
    "<Description><![CDATA[%s]]></Description><PicUrl><![CDATA[%s]]></PicUrl><Url><![CDATA[%s]]></Url></item></Articles>"
)
_SEALED = (
    "<xml><Encrypt><![CDATA[%s]]></Encrypt><MsgSignature><![CDATA[%s]]></MsgSignature>"
    "<TimeStamp>%d</TimeStamp><Nonce><![CDATA[%s]]></Nonce></xml>"
)


class Address(NamedTuple):
    """Whom an answer goes to, from whom, and when it was made (CreateTime, Unix seconds)."""

    to: str
    sender: str
    created: int


def render_xml(reply: Reply, address: Address) -> bytes:
    """An official account's passive answer, or any account's transfer to customer service."""
    match reply:
        case Text(text):
            kind, body = "text", f"<Content><![CDATA[{_cdata(cut(text))}]]></Content>"
        case Image(media_id):
            kind, body = "image", f"<Image><MediaId><![CDATA[{_cdata(media_id)}]]></MediaId></Image>"
        case News(title, description, picture_url, url):
            kind, body = "news", _NEWS % (_cdata(title), _cdata(description), _cdata(picture_url), _cdata(url))
        case Transfer(kf_account):
            kind = "transfer_customer_service"
            to = f"<TransInfo><KfAccount><![CDATA[{_cdata(kf_account)}]]></KfAccount></TransInfo>"
            body = to if kf_account else ""
    return (_FRAME % (_cdata(address.to), _cdata(address.sender), address.created, kind, body)).encode()


def render_json_transfer(address: Address) -> bytes:
    """A mini program's transfer to customer service, the only passive answer it has; it takes no agent account."""
    return _json(
        {
            "ToUserName": address.to,
            "FromUserName": address.sender,
            "CreateTime": address.created,
            "MsgType": "transfer_customer_service",
        }
    )


def seal(answer: bytes, cipher: Cipher, key: Key, token: str, created: int, *, is_json: bool) -> bytes:
    """The answer encrypted and signed, in the format of the push."""
    encrypted = cipher.encrypt(answer, key)
    nonce = str(int.from_bytes(os.urandom(4), "big"))
    signature = sign(token, str(created), nonce, encrypted)
    if is_json:
        return _json({"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": created, "Nonce": nonce})
    return (_SEALED % (encrypted, signature, created, nonce)).encode()


def content_type(*, is_json: bool) -> str:
    return _JSON if is_json else _XML


def cut(text: str) -> str:
    """At most ``MAX_TEXT_BYTES`` of UTF-8, cut between characters and ended with an ellipsis."""
    if len(text) * 4 <= MAX_TEXT_BYTES:
        return text
    encoded = text.encode("utf-8", "replace")
    if len(encoded) <= MAX_TEXT_BYTES:
        return text
    return encoded[: MAX_TEXT_BYTES - 3].decode("utf-8", "ignore") + "…"


def _cdata(text: str) -> str:
    """Cleaned first, then split at ``]]>``: an unsplit one would let a text write its siblings."""
    if text.isprintable() and "]]>" not in text:  # nothing to clean, nothing to split
        return text
    return _FORBIDDEN.sub("\ufffd", text).replace("]]>", "]]]]><![CDATA[>")


def _json(fields: dict[str, str | int]) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")
