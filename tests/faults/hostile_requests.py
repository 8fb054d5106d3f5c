"""Requests that are no push of WeChat's: envelopes, queries, paths and methods, each wrong in one way."""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Callable

from tests.faults import hostile_bodies
from tests.faults.forge import MARK, Forge, Input, encrypt, request, sign

Make = Callable[[Forge], bytes]


def wrong_body(forge: Forge) -> bytes:
    """A body that is no push, under a right signature: in the clear, or sealed for an account that wants it so."""
    body = forge.dice.choice(hostile_bodies.BODIES)(forge.dice)
    key = forge.dice.choice(["street", "shop", "mini"])
    account = forge.accounts[key]
    if key == "street" or len(body) > 45_000:
        return forge.signed(forge.accounts["street"], body)
    return forge.sealed(account, body, is_json=key == "mini")


def too_large(forge: Forge) -> bytes:
    return forge.signed(forge.accounts["street"], hostile_bodies.too_large(forge.dice))


def good_body_unsigned(forge: Forge) -> bytes:
    """Everything right but one part of the query."""
    account, dice = forge.accounts["street"], forge.dice
    query = forge.query(account)
    name = dice.choice(["signature", "timestamp", "nonce"])
    match dice.randrange(5):
        case 0:
            del query[name]
        case 1:
            query[name] = dice.choice(["", "0", "é", "\udc80", "\x00", "%00", "A" * 3_000, "' OR 1=1 --"])
        case 2:
            query["signature"] = sign("wrongtoken", query["timestamp"], query["nonce"])
        case 3:
            query["signature"] = query["signature"][:-1] + ("0" if query["signature"][-1] != "0" else "1")
        case _:
            return request("/hooks/street", dice.choice(_RAW_QUERIES), hostile_bodies.xml(hostile_bodies.fields(dice)))
    return request("/hooks/street", query, hostile_bodies.xml(hostile_bodies.fields(dice)))


_RAW_QUERIES = (
    "", "&&&", "=&=", "%", "%zz=%zz", "signature", "signature=%ED%A0%80&timestamp=1&nonce=%00",
    "signature=a&signature=b", "&".join(f"k{n}=v" for n in range(300)), "signature[]=1", "a;b;c", "?" * 50,
    "nonce=" + "+" * 2_000,
)  # fmt: skip


def wrong_moment(forge: Forge) -> bytes:
    """Rightly signed for another time: what somebody who listened would repeat."""
    now = int(time.time())
    moments = [
        str(now - 601),
        str(now + 900),
        "0",
        "-1",
        "1e9",
        "9" * 12,
        "9" * 500,
        "",
        "１２３",
        f"{now}.5",
        f" {now}",
    ]
    account = forge.accounts["street"]
    query = forge.query(account, timestamp="0")
    query["timestamp"] = forge.dice.choice(moments)
    query["signature"] = sign(account.token, query["timestamp"], query["nonce"])
    return request("/hooks/street", query, hostile_bodies.xml(hostile_bodies.fields(forge.dice)))


def in_the_clear(forge: Forge) -> bytes:
    """A good message to an account that takes only sealed ones."""
    account = forge.accounts[forge.dice.choice(["shop", "mini"])]
    return forge.signed(account, hostile_bodies.xml(hostile_bodies.fields(forge.dice)))


def wrongly_sealed(forge: Forge) -> bytes:
    """A good message whose sealing lies in one place."""
    dice, account = forge.dice, forge.accounts["shop"]
    plain = hostile_bodies.xml(hostile_bodies.fields(dice))
    match dice.randrange(6):
        case 0:
            return forge.sealed(
                account, plain, app_id=dice.choice(["", "wx0000000000000000", account.app_id + "x", MARK])
            )
        case 1:
            return forge.sealed(account, plain, key="A" * 43)
        case 2:
            return forge.sealed(account, plain, length=dice.choice([0, 1, len(plain) + 1, 2**31, 2**32 - 1]))
        case 3:
            return forge.sealed(account, plain, pad=dice.choice([0, 33, 255]))
        case 4:
            text = encrypt(plain, account.aes_key, account.app_id, dice)
            return forge.enveloped(account, text, signature=sign("wrongtoken", "1", "2", text))
        case _:
            return forge.enveloped(account, _spoilt(forge, encrypt(plain, account.aes_key, account.app_id, dice)))


def _spoilt(forge: Forge, text: str) -> str:
    """Base64 that is none, or of something else, under a right signature."""
    dice = forge.dice
    at = dice.randrange(len(text) - 4)
    raw = bytearray(base64.b64decode(text))
    raw[dice.randrange(3)] ^= 1 << dice.randrange(8)  # by CBC the same bit of the length, which then lies by far
    return dice.choice([
        "", "=", "A", "%%%%", text[:at] or "A", text[:at] + "*" + text[at:], text + "=A", text[:-4] + "====", "é" * 20,
        _text(base64.b64decode(text)[: 16 * dice.randrange(1, 4)]), _text(dice.randbytes(64)), _text(dice.randbytes(63)),
        _text(bytes(raw)),
    ])  # fmt: skip


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def squeezed(forge: Forge) -> bytes:
    """A small body that is a large one when unpacked, or cannot be unpacked."""
    account, dice = forge.accounts["street"], forge.dice
    bomb = zlib.compress(b"<xml>" + b"A" * dice.choice([70_000, 5_000_000]))
    body = dice.choice([bomb, bomb[:50], dice.randbytes(100)])
    headers = {"Content-Encoding": dice.choice(["deflate", "gzip", "br", "zstd"]), "Content-Type": "text/xml"}
    return request("/hooks/street", forge.query(account), body, headers)


def elsewhere(forge: Forge) -> bytes:
    """Other accounts, addresses and methods."""
    dice, body = forge.dice, hostile_bodies.xml(hostile_bodies.fields(forge.dice))
    path, method = dice.choice([
        ("/hooks/", "POST"), ("/hooks/nobody", "POST"), ("/hooks/street/", "POST"), ("/hooks/../hooks/street", "POST"),
        ("/hooks/street%00", "POST"), ("/hooks/%2e%2e", "POST"), ("/hooks/STREET", "POST"), (f"/hooks/{MARK}", "GET"),
        ("/hooks/street", "PUT"), ("/hooks/street", "DELETE"), ("/hooks/street", "PATCH"), ("/hooks/street", "OPTIONS"),
        ("/", "POST"), ("/health/ready", "POST"), ("/metrics", "POST"), ("/nowhere", "GET"), ("//hooks/street", "POST"),
        ("/mini/nobody/session", "POST"), ("/mini/street/events", "POST"), ("/mini/mini/events", "GET"),
    ])  # fmt: skip
    return request(path, forge.query(forge.accounts["street"]), body, method=method)


def url_check(forge: Forge) -> bytes:
    """The console's check, forged or with an echostr nobody should echo."""
    account, dice = forge.accounts["shop"], forge.dice
    query = forge.query(account) | {"echostr": dice.choice(["", "\x00", "a\r\nSet-Cookie: a=b", "\u2028"])}
    if dice.random() < 0.5:
        query |= {"echostr": f"{MARK}<script>", "signature": "0" * 40}
    return request("/hooks/shop", query, b"", method="GET")


def mini_api(forge: Forge) -> bytes:
    """The mini program's own addresses, without a session and without sense."""
    dice = forge.dice
    path = dice.choice(["/mini/mini/session", "/mini/mini/events"])
    body = dice.choice([
        b"", b"{", b"[]", b'"x"', b"null", b"1", dice.randbytes(80), b'{"code":""}', b'{"code":5}', b'{"code":["a"]}',
        json.dumps({"events": [{"name": MARK}] * 3}).encode(), b'{"code":"\\ud800"}', b"[" * 5_000, b'{"a":' * 3_000,
        b'{"code":"' + b"A" * 5_000 + b'"}', json.dumps({"code": "\x00"}).encode(),
    ])  # fmt: skip
    token = dice.choice(["", "Bearer", "Bearer x.y.z", f"Bearer {MARK}", "Basic \u00e9", "Bearer " + "A" * 3_000])
    return request(path, "", body, {"Content-Type": "application/json", "Authorization": token})


REQUESTS: tuple[tuple[Make, int], ...] = (
    (wrong_body, 40), (good_body_unsigned, 14), (wrong_moment, 6), (in_the_clear, 4), (wrongly_sealed, 18),
    (squeezed, 3), (elsewhere, 6), (url_check, 3), (mini_api, 5), (too_large, 1),
)  # fmt: skip


def make_input(forge: Forge) -> Input:
    """The next input: any of the kinds, in their proportions."""
    (make,) = forge.dice.choices([make for make, _ in REQUESTS], [share for _, share in REQUESTS])
    return Input(make.__name__, make(forge))
