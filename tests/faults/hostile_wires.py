"""What is hardly HTTP: cut off, miscounted, chunked wrongly, pipelined, smuggled, never ended."""

from __future__ import annotations

from tests.faults import hostile_bodies
from tests.faults.forge import MARK, Forge, Input, request


def make_wire(forge: Forge) -> Input:
    """The next one: sent on a connection of its own, which either side may close."""
    kinds = (_cut_off, _miscounted, _chunked, _pipelined, _smuggled, _headers, _nonsense, _binary)
    make = forge.dice.choice(kinds)
    return Input(make.__name__.strip("_"), make(forge), may_hang_up=True)


def _unsigned(forge: Forge) -> bytes:
    query = forge.query(forge.accounts["street"]) | {"signature": "0" * 40}
    return request("/hooks/street", query, hostile_bodies.xml(hostile_bodies.fields(forge.dice)))


def _signed(forge: Forge) -> bytes:
    """A good push; only what is done to it on the wire makes it none."""
    return forge.signed(forge.accounts["street"], hostile_bodies.xml(hostile_bodies.fields(forge.dice)))


def _cut_off(forge: Forge) -> bytes:
    """The sender is gone before the body was whole."""
    whole = _signed(forge)
    return whole[: forge.dice.randrange(1, len(whole) - 1)]


def _miscounted(forge: Forge) -> bytes:
    """A Content-Length that is none, or that ends inside the body."""
    head, _, body = _signed(forge).partition(b"\r\n\r\n")
    count = forge.dice.choice(
        [b"-1", b"abc", b"", b"1e3", b"99999999999999999999", b"0x10", b"5", b"0", b"+5", b"%d" % (len(body) - 3)]
    )
    return head.replace(b"Content-Length: %d" % len(body), b"Content-Length: " + count) + b"\r\n\r\n" + body


def _chunked(forge: Forge) -> bytes:
    head, _, body = _signed(forge).partition(b"\r\n\r\n")
    head = head.replace(b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked")
    size = b"%x" % len(body)
    wrong = forge.dice.choice([
        b"zz\r\n" + body + b"\r\n0\r\n\r\n", b"-5\r\n" + body, b"ffffffffffffffff\r\n" + body,
        size + b"\r\n" + body[:-5], b"%x\r\n" % (len(body) - 2) + body + b"\r\n0\r\n\r\n",
        b"10000000\r\n" + b"A" * 70_000, (b"1\r\nA\r\n" * 300) + b"0\r\n\r\n",
    ])  # fmt: skip
    return head + b"\r\n\r\n" + wrong


def _pipelined(forge: Forge) -> bytes:
    return b"".join(_unsigned(forge) for _ in range(forge.dice.randrange(2, 20)))


def _smuggled(forge: Forge) -> bytes:
    """Two lengths, or a length and chunks: what a proxy and we might read differently."""
    head, _, _ = _signed(forge).partition(b"\r\n\r\n")
    extra = forge.dice.choice([
        b"\r\nTransfer-Encoding: chunked", b"\r\nContent-Length: 3", b"\r\nTransfer-Encoding: chunked, identity",
        b"\r\nTransfer-Encoding : chunked", b"\r\nTransfer-Encoding: xchunked",
    ])  # fmt: skip
    return head + extra + b"\r\n\r\n" + b"0\r\n\r\n" + _unsigned(forge)


def _headers(forge: Forge) -> bytes:
    head, _, body = _unsigned(forge).partition(b"\r\n\r\n")
    more = forge.dice.choice([
        b"\r\n".join(b"X-%d: y" % n for n in range(3_000)), b"X: " + b"A" * 20_000, b"X\x00: y", b": y", b" folded",
        b"Host: a\r\nHost: b", b"Expect: the-unexpected", b"Upgrade: h2c\r\nConnection: Upgrade", b"X: \xff\xfe",
    ])  # fmt: skip
    return head + b"\r\n" + more + b"\r\n\r\n" + body


def _nonsense(forge: Forge) -> bytes:
    return forge.dice.choice([
        b"GET\r\n\r\n", b"POST /hooks/street\r\n\r\n", b"\r\n\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"POST /hooks/" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /\x00 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", f"POST /hooks/{MARK}\x7f HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
        b"POST http://[::1/hooks/street HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        b"GET //// HTTP/1.1\r\nHost:\r\n\r\n",
    ])  # fmt: skip


def _binary(forge: Forge) -> bytes:
    return forge.dice.randbytes(forge.dice.randrange(1, 400))
