"""Signed and sealed requests as WeChat would send them, made with wechatpy and not with our own code."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wechatpy.crypto import PrpCrypto
from wechatpy.utils import WeChatSigner

from bot.channels.channel import Channel
from core.accounts import Account, AccountKind, Mode

TOKEN = "tok-9fK2"
APP_ID = "wx5823bf96d3bd56c7"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
OLD_AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = datetime(2026, 11, 22, 4, 0, 0, tzinfo=UTC)
TIMESTAMP = str(int(NOW.timestamp()))
NONCE = "1372623149"


def an_account(**settings: Any) -> Account:
    defaults: dict[str, Any] = {
        "key": "shop",
        "kind": AccountKind.OFFICIAL_ACCOUNT,
        "app_id": APP_ID,
        "app_secret": "s-1",
        "token": TOKEN,
        "aes_key": AES_KEY,
        "mode": Mode.PLAIN,
    }
    return Account(**defaults | settings)


def a_channel(**settings: Any) -> Channel:
    return Channel(an_account(**settings), skew_s=600, cell_m=1000, clock=lambda: NOW)


def signature(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def query(**more: str) -> dict[str, str]:
    """A signed query of this moment."""
    return {"signature": signature(TOKEN, TIMESTAMP, NONCE), "timestamp": TIMESTAMP, "nonce": NONCE, **more}


def ciphertext(message: str, aes_key: str = AES_KEY, app_id: str = APP_ID) -> str:
    return str(PrpCrypto(base64.b64decode(aes_key + "=")).encrypt(message, app_id).decode())


def sealed(message: str, beside: str = "", **how: str) -> tuple[dict[str, str], bytes]:
    """Query and body of an encrypted XML push; ``beside`` is the plain half of compatible mode."""
    encrypted = ciphertext(message, **how)
    body = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName>{beside}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return sealing_query(encrypted), body.encode()


def sealing_query(encrypted: str) -> dict[str, str]:
    return query(encrypt_type="aes", msg_signature=signature(TOKEN, TIMESTAMP, NONCE, encrypted))


def xml(fields: Mapping[str, Any], **more: Any) -> str:
    """A push body: ``FromUserName`` and the like are filled in."""
    whole = {"ToUserName": "gh_1", "FromUserName": "oAnna", "CreateTime": 1763784000, **fields, **more}
    return "<xml>" + "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in whole.items()) + "</xml>"


def text(content: str = "你好", **more: Any) -> str:
    return xml({"MsgType": "text", "Content": content, "MsgId": "5832509444155992350"}, **more)


def event(name: str, **more: Any) -> str:
    return xml({"MsgType": "event", "Event": name}, **more)
