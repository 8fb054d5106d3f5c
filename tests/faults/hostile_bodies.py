"""Bodies that are no push: XML and JSON cut off, bombed, nested, mistyped; wrong times, names and sizes."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable

from tests.faults.forge import MARK

Body = Callable[[random.Random], bytes]


def fields(dice: random.Random) -> dict[str, object]:
    """A good text message, to be spoilt."""
    return {
        "ToUserName": "gh_0123456789ab",
        "FromUserName": f"o{MARK}{dice.randrange(10**6)}",
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": f"{MARK} {dice.randrange(10**9)}",
        "MsgId": dice.randrange(10**17),
    }


def xml(values: dict[str, object]) -> bytes:
    return ("<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in values.items()) + "</xml>").encode()


def _both(dice: random.Random, values: dict[str, object]) -> bytes:
    return xml(values) if dice.random() < 0.5 else json.dumps(values, ensure_ascii=False).encode()


def noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(0, 600)).lstrip(b"<{[ \t\r\n\xef\xbb\xbf")


def cut_off(dice: random.Random) -> bytes:
    whole = _both(dice, fields(dice))
    return whole[: dice.randrange(1, len(whole) - 1)]


def spliced(dice: random.Random) -> bytes:
    """Tags that do not fit each other."""
    whole = xml(fields(dice))
    return whole.replace(
        b"</Content>", dice.choice([b"</Contant>", b"<Content>", b"", b"]]></Content></Content>", b"&"])
    )


def doctype(dice: random.Random) -> bytes:
    inner = xml({**fields(dice), "Content": "&lol9;"})
    laughs = "".join(f'<!ENTITY lol{n + 1} "{f"&lol{n};" * 10}">' for n in range(9))
    kinds = (
        f'<!DOCTYPE xml [<!ENTITY lol0 "{MARK}">{laughs}]>',
        '<!DOCTYPE xml [<!ENTITY lol9 SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE xml [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a">%a;]>',
        f'<!DOCTYPE xml [<!ENTITY lol9 "{"A" * dice.randrange(1, 20_000)}">]>',
        "<!DOCTYPE xml>",
    )
    return dice.choice(kinds).encode() + inner


def nested(dice: random.Random) -> bytes:
    depth = dice.choice([17, 40, 500, 3_000, 6_000])
    if dice.random() < 0.5:
        return b"<xml>" + b"<a>" * depth + b"</a>" * depth + xml(fields(dice)) + b"</xml>"
    opening, closing = dice.choice([("[", "]"), ('{"a":', "}")])
    middle = "1" if opening != "[" else ""
    return f'{{"MsgType":"text","x":{opening * depth}{middle}{closing * depth}}}'.encode()


def crowded(dice: random.Random) -> bytes:
    return b"<xml>" + b"<a/>" * dice.choice([2_001, 5_000, 15_000]) + xml(fields(dice))[5:]


def wrong_time(dice: random.Random) -> bytes:
    wrong: list[object] = [
        "",
        "abc",
        -1,
        0,
        2**33,
        10**30,
        "1e9",
        "１７６３",
        "0x10",
        "1.5",
        "9" * 4_000,
        " ",
        "+1",
        "٣",
    ]
    return _both(dice, {**fields(dice), "CreateTime": dice.choice(wrong)})


def missing(dice: random.Random) -> bytes:
    values = fields(dice)
    for name in dice.choice(
        [("MsgType",), ("CreateTime",), ("FromUserName",), ("MsgType", "CreateTime", "FromUserName")]
    ):
        del values[name]
    return _both(dice, values)


def long_name(dice: random.Random) -> bytes:
    name = dice.choice(["FromUserName", "ToUserName"])
    return _both(dice, {**fields(dice), name: MARK + "o" * dice.choice([129, 1_000, 30_000])})


def mistyped(dice: random.Random) -> bytes:
    """JSON where WeChat would never put one."""
    wrong: list[object] = [None, True, 1.5, [], {}, [[]], {"a": 1}, ["text"]]
    name = dice.choice(["MsgType", "FromUserName", "ToUserName", "CreateTime"])
    return json.dumps({**fields(dice), name: dice.choice(wrong)}).encode()


def repeated(dice: random.Random) -> bytes:
    if dice.random() < 0.5:
        return xml(fields(dice)).replace(b"<MsgType>", b"<MsgType>image</MsgType><MsgType>")
    return json.dumps(fields(dice)).encode()[:-1] + b',"MsgType":"image"}'


def no_json(dice: random.Random) -> bytes:
    good = json.dumps(fields(dice))[:-1]
    return dice.choice([
        "[]", "{}", "[1,2", '{"a"', "{,}", "{'MsgType':'text'}", good + ',"x":NaN}', good + ',"x":-Infinity}',
        good + ',"x":1e999}', good + ',"x":' + "9" * 5_000 + "}", good + ',"x":01}', good + ',}', good + '}}',
        '["' + MARK + '"]', good + ',"x":"\t"}', good + ',"x":"\\u12"}',
    ]).encode()  # fmt: skip


def other_charset(dice: random.Random) -> bytes:
    return xml(fields(dice)).decode().encode(dice.choice(["utf-16", "utf-32"]))


def too_large(dice: random.Random) -> bytes:
    return xml({**fields(dice), "Content": MARK + "x" * dice.choice([65_537, 70_000, 200_000])})


BODIES: tuple[Body, ...] = (
    noise, cut_off, cut_off, spliced, doctype, nested, crowded, wrong_time, missing, long_name, mistyped, repeated,
    no_json, other_charset,
)  # fmt: skip
