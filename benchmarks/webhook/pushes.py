"""Signed pushes as WeChat sends them, made beforehand so that making them costs the run nothing."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import random
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

APP_ID = "wx5a1f0c3b7d9e2468"
TOKEN = "bench" + secrets.token_hex(8)
AES_KEY = "".join(random.SystemRandom().choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=43))
ACCOUNT = "shop"

_FREE = (
    *("你好", "请问这件羽绒服有黑色的吗", "有没有优惠券", "想给妈妈买一件红色的毛衣", "发什么快递"),
    *("尺码偏大吗，我165cm 110斤", "退货怎么退", "价格能便宜点吗", "谢谢", "预算500以内有推荐吗"),
    *("不要黑色", "😀好看", "这件可以机洗吗", "什么时候上新"),
)
_ASKED = (("附近门店", 0.02), ("营业时间", 0.02), ("我的导购", 0.01))
"""Fixed wishes that read the database, and their share of all messages."""

Turn = tuple[str, str]
"""Who says what: (openid, text)."""


def synthetic(count: int, people: int = 500, seed: int = 7) -> list[Turn]:
    """Everyday lines of ``people`` customers."""
    chance = random.Random(seed)
    return [(f"oBench{chance.randrange(people):022d}", _line(chance)) for _ in range(count)]


def _line(chance: random.Random) -> str:
    point = chance.random()
    for wish, share in _ASKED:
        if point < share:
            return wish
        point -= share
    return chance.choice(_FREE)


def chats_file() -> Path:
    """Real service chats, beside the checkout or where ``ZHIJI_DATA`` says; not part of the project."""
    root = Path(os.environ.get("ZHIJI_DATA") or Path(__file__).parents[3] / "shared" / "data")
    return root / "service_chats.tsv.gz"


AT_ONCE = 64
"""How many conversations of the real chats go on at a time: each in its own order, taking turns."""


def real_chats() -> list[Turn]:
    """The customers' turns of the real chats as a busy hour brings them; empty where the file is absent."""
    path = chats_file()
    if not path.exists():
        return []
    conversations: dict[str, list[Turn]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            session, user, speaker, *_, text = line.rstrip("\n").split("\t")
            if speaker == "0" and text.strip():
                openid = "o" + hashlib.sha256(user.encode()).hexdigest()[:27]
                conversations.setdefault(session, []).append((openid, text.strip()[:600]))
    return _taking_turns(list(conversations.values()))


def _taking_turns(conversations: list[list[Turn]]) -> list[Turn]:
    turns: list[Turn] = []
    going_on: list[list[Turn]] = []
    while conversations or going_on:
        while conversations and len(going_on) < AT_ONCE:
            going_on.append(conversations.pop(0))
        turns += [conversation.pop(0) for conversation in going_on]
        going_on = [conversation for conversation in going_on if conversation]
    return turns


def pushes(turns: Sequence[Turn], mode: str, path: str) -> list[bytes]:
    """Whole HTTP requests for the turns, in plain or safe mode; every one its own MsgId."""
    base = secrets.randbelow(1 << 40) + (1 << 50)
    return [_request(turn, base + number, mode, path) for number, turn in enumerate(turns)]


def _request(turn: Turn, message_id: int, mode: str, path: str) -> bytes:
    openid, text = turn
    now = int(time.time())
    xml = (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text.replace(']]>', ']] >')}]]></Content><MsgId>{message_id}</MsgId></xml>"
    )
    timestamp, nonce = str(now), str(secrets.randbelow(10**9))
    query = f"signature={_sign(TOKEN, timestamp, nonce)}&timestamp={timestamp}&nonce={nonce}&openid={openid}"
    body = xml.encode()
    if mode == "safe":
        sealed = _seal(xml.encode())
        query += f"&encrypt_type=aes&msg_signature={_sign(TOKEN, timestamp, nonce, sealed)}"
        body = (
            f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
        )
    head = (
        f"POST {path}?{query} HTTP/1.1\r\nHost: bench\r\nUser-Agent: Mozilla/4.0\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _seal(message: bytes) -> str:
    """As WeChat seals a push: AES-256-CBC over 16 random bytes, length, message and app id, padded to 32."""
    key = base64.b64decode(AES_KEY + "=")
    plain = os.urandom(16) + len(message).to_bytes(4, "big") + message + APP_ID.encode()
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def _sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()
