"""Makes requests byte by byte: signed or not, sealed rightly or wrongly, for inputs no honest client can send."""

from __future__ import annotations

import base64
import hashlib
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from simulator.accounts import Account

MARK = "Zq7hostile"
"""Stands in hostile words, so that a trace of them is found wherever it lies."""

Query = dict[str, str]


@dataclass(frozen=True, slots=True)
class Input:
    """One hostile input. ``may_hang_up``: the server may close without a word, since what came was not HTTP."""

    name: str
    data: bytes
    may_hang_up: bool = False


@dataclass(slots=True)
class Forge:
    """The same inputs for a seed, but for time and signature."""

    accounts: Mapping[str, Account]
    dice: random.Random

    def query(self, account: Account, timestamp: str = "", openid: str = f"o{MARK}") -> Query:
        """A rightly signed query."""
        timestamp, nonce = timestamp or str(int(time.time())), str(self.dice.randrange(10**9))
        return {
            "signature": sign(account.token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }

    def signed(self, account: Account, body: bytes, content_type: str = "text/xml") -> bytes:
        """A request whose query is right, in the clear."""
        return request(f"/hooks/{account.key}", self.query(account), body, {"Content-Type": content_type})

    def sealed(
        self, account: Account, plain: bytes, *, app_id: str | None = None, key: str = "", length: int | None = None,
        pad: int | None = None, is_json: bool = False,
    ) -> bytes:  # fmt: skip
        """A request whose signatures are right around a ciphertext that may be anything."""
        text = encrypt(
            plain, key or account.aes_key, account.app_id if app_id is None else app_id, self.dice, length, pad
        )
        return self.enveloped(account, text, is_json=is_json)

    def enveloped(self, account: Account, encrypted: str, *, is_json: bool = False, signature: str = "") -> bytes:
        query = self.query(account)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature or sign(account.token, query["timestamp"], query["nonce"], encrypted)
        body = f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        if is_json:
            body = f'{{"ToUserName":"gh","Encrypt":"{encrypted}"}}'
        return request(f"/hooks/{account.key}", query, body.encode("utf-8", "replace"))


def sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()


def encrypt(
    plain: bytes, key: str, app_id: str, dice: random.Random, length: int | None = None, pad: int | None = None
) -> str:
    """WeChat's sealing; ``length`` and ``pad`` may lie."""
    aes = base64.b64decode(key + "=")
    text = dice.randbytes(16) + (len(plain) if length is None else length).to_bytes(4, "big") + plain + app_id.encode()
    size = 32 - len(text) % 32
    text += bytes([size if pad is None else pad]) * size
    encryptor = Cipher(AES(aes), CBC(aes[:16])).encryptor()
    return base64.b64encode(encryptor.update(text) + encryptor.finalize()).decode()


def request(
    path: str,
    query: Mapping[str, str] | str,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
) -> bytes:
    """A whole HTTP/1.1 request."""
    raw = query if isinstance(query, str) else urlencode(query, errors="surrogatepass")
    lines = [f"{method} {path}?{raw} HTTP/1.1", "Host: shop.example", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body
