"""Strange but genuine pushes: WeChat may well send such one day, and they have to be stored whole, once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.faults.forge import Forge

STRANGE = "引号\"'<&>]]>😀\u200d👩‍👩‍👧\u202e\ufeff\u0301\\u0000%s{}$1;--"

_NOW = str(int(time.time()))


@dataclass(frozen=True, slots=True)
class OddPush:
    """``data`` is the request, ``fields`` what the journal has to hold of it."""

    openid: str
    data: bytes
    fields: dict[str, Any]


def make_odd(forge: Forge) -> list[OddPush]:
    """All of them, in the clear and sealed, XML and JSON."""
    shapes = [*_xml_shapes(), *((json.dumps(fields).encode(), _mended(fields)) for fields in _json_shapes())]
    made = []
    for number, (body, fields) in enumerate(shapes):
        openid = f"oOdd{number:04d}"
        sender = fields.get("FromUserName", openid)
        body, fields = (
            body.replace(b"$SENDER", openid.encode()),
            {**fields, "FromUserName": str(sender).replace("$SENDER", openid)},
        )
        for key in ("street", "shop", "mini"):
            account = forge.accounts[key]
            data = forge.signed(account, body) if key == "street" else forge.sealed(account, body)
            made.append(OddPush(openid, data, fields))
    return made


def _base(kind: str = "text", **fields: Any) -> dict[str, Any]:
    return {
        "ToUserName": "gh_1",
        "FromUserName": "$SENDER",
        "CreateTime": _NOW,
        "MsgType": kind,
        **fields,
    }


def _xml_shapes() -> Iterator[tuple[bytes, dict[str, Any]]]:
    whole = [
        _base(Content=STRANGE, MsgId="1"),
        _base(Content="", MsgId="2"),
        _base(Content="长" * 6_000, MsgId="3"),
        _base(Content=" 空格 \n换行 ", MsgId="4"),
        _base("hologram", Depth="3", MsgId="5"),
        _base("TEXT", Content="大写", MsgId="6"),
        _base("event", Event="never_heard_of", What=STRANGE),
        _base("event", Event="x" * 300),
        _base(Content="无编号"),
        _base(Content="零", MsgId="0"),
        _base(Content="编号不是数字", MsgId=STRANGE),
        {**_base(Content="早"), "CreateTime": "1"},
        {**_base(Content="晚"), "CreateTime": str(2**33 - 1)},
        {**_base(Content="长名", MsgId="7"), "FromUserName": "长" * 100 + "$SENDER"},
        _base("event", Event="subscribe", EventKey="qrscene_" + "s" * 400),
        _base("event", Event="SCAN", EventKey=STRANGE),
        _base("event", Event="CLICK", EventKey="k" * 5_000),
        _base("event", Event="user_authorization_revoke", OpenID=""),
        _base("event", Event="user_authorization_revoke", OpenID="o" * 400, RevokeInfo="1"),
        _base("voice", Recognition=STRANGE, MsgId="8"),
    ]
    for fields in whole:
        yield _xml(fields), fields
    plain = _base(Content="属性", MsgId="9")
    yield (
        _xml(plain)
        .replace(b"<Content>", b'<Content lang="zh"><!-- note -->')
        .replace(b"<xml>", b'<?xml version="1.0"?>\n<xml>'),
        plain,
    )
    yield b"\xef\xbb\xbf" + _xml(_base(Content="字节序", MsgId="10")), _base(Content="字节序", MsgId="10")
    yield _xml(_base(Content="a\x07b", MsgId="11")), _base(Content="a\ufffdb", MsgId="11")
    pictures = "<PicList><item><A>1</A></item><item><A>2</A></item></PicList>"
    nested = f"<SendPicsInfo><Count>2</Count>{pictures}</SendPicsInfo></xml>".encode()
    event = _base("event", Event="pic_weixin", EventKey="k")
    yield _xml(event).replace(b"</xml>", nested), {
        **event, "SendPicsInfo": {"Count": "2", "PicList": {"item": [{"A": "1"}, {"A": "2"}]}},
    }  # fmt: skip


def _json_shapes() -> Iterator[dict[str, Any]]:
    yield _base(Content=STRANGE, MsgId=21)
    yield _base(Content="a\x00b\ud800c", MsgId=22)
    yield _base(Content="大数", MsgId=10**30, Big=2**70, Small=-(2**63) - 1, Float=0.1, Tiny=1e-300)
    yield _base(
        "event", Event="nested", A={"B": [{"C": [1, None, True, "x"]}, [], {}]}, **{"": "empty name", "é.$ x": 1}
    )
    yield _base("miniprogrampage", Title=None, AppId=5, MsgId=23)
    yield {**_base(Content="数字时间", MsgId=24), "CreateTime": int(time.time())}
    yield _base("event", Event="user_enter_tempsession", SessionFrom={"no": "text"})
    yield _base(Content=["不是", "文字"], MsgId=25)


def _xml(fields: dict[str, Any]) -> bytes:
    def element(name: str, value: str) -> str:
        return f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"

    return ("<xml>" + "".join(element(name, value) for name, value in fields.items()) + "</xml>").encode()


def _mended(value: Any) -> Any:
    """What no database can hold of a text is replaced; what 64 bits cannot hold of a number becomes a text."""
    if isinstance(value, str):
        return "".join("\ufffd" if char == "\x00" or "\ud800" <= char <= "\udfff" else char for char in value)
    if isinstance(value, list):
        return [_mended(each) for each in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return {name: _mended(each) for name, each in value.items()} if isinstance(value, dict) else value
