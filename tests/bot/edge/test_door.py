"""The door over raw sockets: which requests it answers itself, and that all others are answered by aiohttp as ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.edge.counts import EdgeCounts
from bot.edge.door import Door
from bot.edge.server import EdgeRunner
from bot.edge.webhook import Webhook
from core.errors import Busy
from core.messages import Inbound, Text
from core.ports import Recorded
from tests.bot.channels.pushes import NOW, a_channel, query, text

SIGNED = urlencode(query())


class SlowDesk:
    """Answers what was said, as soon as ``free`` is set."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.free = asyncio.Event()
        self.free.set()

    async def take(self, inbound: Inbound) -> Recorded:
        self.taken.append(inbound.text)
        await self.free.wait()
        if inbound.text == "full":
            raise Busy("full")
        return Recorded(Text("收到：" + inbound.text), inbound.received_at, is_first=True)


class Nobody:
    async def has_location_consent(self, app_id: str, openid: str) -> bool:
        return False


class Port:
    def __init__(self, desk: SlowDesk, runner: EdgeRunner) -> None:
        self.desk, self.runner, self.number = desk, runner, int(runner.addresses[0][1])

    async def connect(self) -> Line:
        return Line(*await asyncio.open_connection("127.0.0.1", self.number))


class Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def answer(self) -> tuple[int, dict[str, str], str]:
        async with asyncio.timeout(5):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return int(head[0].split()[1]), headers, body.decode()

    async def is_closed(self) -> bool:
        async with asyncio.timeout(5):
            return await self.reader.read() == b""


def push(words: str, headers: str = "", path: str = "/hooks/shop", version: str = "1.1", number: int = 1) -> bytes:
    body = text(words).replace("<MsgId>", f"<MsgId>{number}").encode()
    head = f"POST {path}?{SIGNED} HTTP/{version}\r\nHost: x\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


@pytest.fixture
async def port() -> AsyncIterator[Port]:
    async def beside(_: web.Request) -> web.Response:
        return web.Response(text="beside")

    desk = SlowDesk()
    app = web.Application()
    app.router.add_get("/beside", beside)
    webhook = Webhook({"shop": a_channel()}, desk, Nobody(), EdgeCounts(CollectorRegistry()), clock=lambda: NOW)  # type: ignore[arg-type]
    runner = EdgeRunner(app, webhook, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Port(desk, runner)
    desk.free.set()
    await runner.cleanup()


def is_from_aiohttp(headers: dict[str, str]) -> bool:
    return "aiohttp" in headers.get("server", "")


async def test_a_usual_push_is_answered_by_the_door_and_the_connection_stays(port: Port) -> None:
    line = await port.connect()
    for number, words in enumerate(("你好", "再见")):
        line.send(push(words, number=number))
        status, headers, body = await line.answer()
        assert (status, headers["content-type"], is_from_aiohttp(headers)) == (200, "text/xml; charset=utf-8", False)
        assert f"<Content><![CDATA[收到：{words}]]></Content>" in body
        assert headers["date"].endswith("gmt")


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ("Connection: close\r\n", "1.1"),
        ("Expect: 100-continue\r\n", "1.1"),
        ("Content-Encoding: identity\r\n", "1.1"),
        ("Host : y\r\n", "1.1"),
        ("Content-Length: 5\r\n", "1.1"),
        ("Transfer-Encoding: chunked\r\n", "1.1"),
        ("X-Long: " + "a" * 9000 + "\r\n", "1.1"),
        ("", "1.0"),
    ],
)
async def test_a_head_that_could_mean_more_is_left_to_aiohttp(port: Port, headers: str, version: str) -> None:
    line = await port.connect()
    line.send(push("你好", headers, version=version))
    answered = await line.answer()
    if answered[0] == 100:
        answered = await line.answer()
    assert is_from_aiohttp(answered[1])
    good = headers in ("", "Connection: close\r\n", "Expect: 100-continue\r\n", "Content-Encoding: identity\r\n")
    assert answered[0] == (200 if good else 400)
    assert port.desk.taken == (["你好"] if good else [])


async def test_a_connection_serves_pushes_and_everything_else_in_turn(port: Port) -> None:
    line = await port.connect()
    line.send(push("一", "Connection: Keep-Alive\r\n"))
    assert not is_from_aiohttp((await line.answer())[1])
    line.send(b"GET /beside HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await line.answer())[2] == "beside"
    line.send(push("二", number=2))
    assert "收到：二" in (await line.answer())[2]
    assert port.desk.taken == ["一", "二"]


async def test_a_body_may_come_in_pieces_after_its_head(port: Port) -> None:
    line, whole = await port.connect(), push("你好")
    head = whole.index(b"\r\n\r\n") + 4
    for piece in (whole[:head], whole[head : head + 9], whole[head + 9 :]):
        line.send(piece)
        await asyncio.sleep(0.05)
    status, headers, body = await line.answer()
    assert (status, is_from_aiohttp(headers)) == (200, False) and "收到：你好" in body


async def test_a_slow_body_is_waited_for_by_aiohttp(port: Port) -> None:
    line, whole = await port.connect(), push("你好")
    line.send(whole[:-9])
    await asyncio.sleep(1.3)
    line.send(whole[-9:])
    status, headers, body = await line.answer()
    assert (status, is_from_aiohttp(headers)) == (200, True) and "收到：你好" in body


async def test_requests_sent_before_the_answer_are_answered_in_order(port: Port) -> None:
    port.desk.free.clear()
    line = await port.connect()
    line.send(push("一"))
    await asyncio.sleep(0.05)
    line.send(push("二", number=2))
    await asyncio.sleep(0.05)
    line.send(b"GET /beside HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.sleep(0.05)
    assert port.desk.taken == ["一"]
    port.desk.free.set()
    answers = [(await line.answer())[2] for _ in range(3)]
    assert "收到：一" in answers[0] and "收到：二" in answers[1] and answers[2] == "beside"


async def test_what_cannot_be_stored_gets_503_and_the_connection_stays(port: Port) -> None:
    line = await port.connect()
    line.send(push("full"))
    assert (await line.answer())[0] == 503
    line.send(push("你好", path="/hooks/nobody", number=2))
    assert (await line.answer())[0] == 404


async def test_at_the_end_a_push_in_work_is_answered_and_idle_connections_are_closed(port: Port) -> None:
    idle, busy = await port.connect(), await port.connect()
    idle.send(push("一"))
    await idle.answer()
    port.desk.free.clear()
    busy.send(push("二", number=2))
    await asyncio.sleep(0.05)
    ending = asyncio.create_task(port.runner.cleanup())
    assert await idle.is_closed()
    port.desk.free.set()
    assert "收到：二" in (await busy.answer())[2] and await busy.is_closed()
    await ending


async def test_who_goes_away_before_the_answer_does_no_harm(port: Port) -> None:
    port.desk.free.clear()
    line = await port.connect()
    line.send(push("一"))
    await asyncio.sleep(0.05)
    line.writer.close()
    await asyncio.sleep(0.05)
    port.desk.free.set()
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port.number}/beside") as response:
        assert await response.text() == "beside"
    assert port.desk.taken == ["一"]


class FullTransport(asyncio.Transport):
    """A connection whose other side may stop reading."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_read = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True


async def test_who_reads_no_answers_gets_no_more_before_reading_on() -> None:
    desk, transport = SlowDesk(), FullTransport()
    webhook = Webhook({"shop": a_channel()}, desk, Nobody(), EdgeCounts(CollectorRegistry()), clock=lambda: NOW)  # type: ignore[arg-type]
    door = Door(webhook, asyncio.Protocol, set())
    door.connection_made(transport)
    door.pause_writing()
    door.data_received(push("一"))
    await asyncio.sleep(0.05)
    assert (desk.taken, transport.is_read, transport.written) == ([], False, [])
    door.resume_writing()
    await asyncio.sleep(0.05)
    assert (desk.taken, transport.is_read, len(transport.written)) == (["一"], True, 1)
    door.connection_lost(None)
