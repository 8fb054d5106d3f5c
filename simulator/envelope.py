"""How a push looks on the wire: XML or JSON, plain, compatible or encrypted, signed for one moment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from simulator.accounts import Account, Format, Mode


@dataclass(frozen=True, slots=True)
class Sealed:
    """One request: its query, its body and the kind of body."""

    query: dict[str, str]
    data: bytes
    content_type: str


@dataclass(slots=True)
class Envelope:
    """Seals bodies for one account the way its console is set."""

    account: Account
    crypto: WeChatCrypto | None = field(init=False)

    def __post_init__(self) -> None:
        account = self.account
        self.crypto = WeChatCrypto(account.token, account.aes_key, account.app_id) if account.aes_key else None

    def seal(self, body: Mapping[str, Any], timestamp: str, nonce: str) -> Sealed:
        """The request for ``body``; sealing again gives another ciphertext of the same words."""
        query = self.signed(timestamp, nonce) | {"openid": str(body["FromUserName"])}
        shown = _json_shape(body) if self.account.format is Format.JSON else body
        if self.account.mode is not Mode.PLAIN and self.crypto is not None:
            inner = self._render(shown)
            cipher = PrpCrypto(self.crypto.key).encrypt(inner.decode(), self.account.app_id).decode()
            query |= {"encrypt_type": "aes", "msg_signature": _sign(self.account.token, timestamp, nonce, cipher)}
            kept = {"ToUserName": body["ToUserName"]} if self.account.mode is Mode.SAFE else shown
            shown = {**kept, "Encrypt": cipher}
        is_json = self.account.format is Format.JSON
        return Sealed(query, self._render(shown), "application/json" if is_json else "text/xml")

    def signed(self, timestamp: str, nonce: str) -> dict[str, str]:
        """The query that every request of WeChat carries."""
        return {"signature": _sign(self.account.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}

    def _render(self, body: Mapping[str, Any]) -> bytes:
        if self.account.format is Format.JSON:
            return json.dumps(body, ensure_ascii=False).encode()
        return f"<xml>{_elements(body)}</xml>".encode()


def _sign(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def _json_shape(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """In JSON the list of an event with a list stands on top, without the element that wraps it in XML."""
    lists = {name: value["List"] for name, value in body.items() if isinstance(value, Mapping) and "List" in value}
    if not lists:
        return body
    return {**{name: value for name, value in body.items() if name not in lists}, "List": next(iter(lists.values()))}


def _elements(value: Mapping[str, Any]) -> str:
    return "".join(_element(name, each) for name, each in value.items())


def _element(name: str, value: object) -> str:
    match value:
        case list():
            return "".join(_element(name, each) for each in value)
        case Mapping():
            inner = _elements(value)
        case int() | float():
            inner = str(value)
        case _:
            inner = "<![CDATA[" + str(value).replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return f"<{name}>{inner}</{name}>"
