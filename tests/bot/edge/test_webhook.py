"""The webhook over real HTTP: what WeChat sees, and what is left in the data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from bot.edge.counts import EdgeCounts
from bot.edge.desk import Desk
from bot.edge.forward import Forwarder
from bot.edge.server import EdgeRunner
from bot.edge.webhook import Webhook
from bot.routing import Rank, Router, answers
from core.accounts import Mode
from core.messages import Inbound, Reply, Text
from customers.journal import Journal
from models import Identity, Interaction
from models.database import close_database, open_database
from models.dialect.open_journal import open_journal
from tests.bot.channels.pushes import NOW, a_channel, event, query, sealed, text
from tests.databases import copy_of

NOT_TOLD = "oAda"
"""Somebody about whose consent the database says nothing for a minute."""


@dataclass
class Edge:
    base: str
    session: aiohttp.ClientSession
    registry: CollectorRegistry
    consenting: set[str]
    old_vendor: list[tuple[str, bytes]]
    points: list[Any]

    async def post(self, signed: dict[str, str], body: bytes | str, path: str = "/hooks/shop") -> tuple[int, str]:
        data = body.encode() if isinstance(body, str) else body
        async with self.session.post(self.base + path, params=signed, data=data) as response:
            return response.status, await response.text()

    def metrics(self) -> str:
        return generate_latest(self.registry).decode()


@pytest.fixture
async def edge(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[Edge]:
    url = copy_of(migrated_sqlite, tmp_path)
    await open_database(url)
    consenting: set[str] = set()
    old_vendor: list[tuple[str, bytes]] = []
    points: list[Any] = []

    class People:
        async def has_location_consent(self, app_id: str, openid: str) -> bool:
            if openid == NOT_TOLD:
                await asyncio.sleep(60)
            return openid in consenting

    class Replies:
        async def plan(self, *_: object) -> None: ...

        def planned(self) -> None: ...

    def echo(message: Inbound) -> Reply | None:
        points.append(message.point)
        return Text("收到：" + message.text) if message.text else None

    async def old(request: web.Request) -> web.Response:
        old_vendor.append((request.query_string, await request.read()))
        return web.Response(text="old answer")

    async def beside(_: web.Request) -> web.Response:
        return web.json_response({"beside": True})

    channels = {"shop": a_channel(), "safe": a_channel(mode=Mode.SAFE, key="safe")}
    table = open_journal(url)
    accounts = {key: channel.account for key, channel in channels.items()}
    desk = Desk(Journal(table, accounts, Replies()), Router([answers(echo, rank=Rank.FALLBACK)]))
    desk.start()
    registry = CollectorRegistry()
    app = web.Application()
    app.router.add_get("/beside", beside)
    app.router.add_post("/old", old)
    async with aiohttp.ClientSession() as session:
        forwarder = Forwarder({}, session)
        webhook = Webhook(channels, desk, People(), EdgeCounts(registry), forwarder, clock=lambda: NOW)
        runner = EdgeRunner(app, webhook)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        forwarder._addresses["shop"] = base + "/old?from=new"
        forwarder.start()
        yield Edge(base, session, registry, consenting, old_vendor, points)
        await forwarder.stop()
        await runner.cleanup()
    await desk.stop(1)
    await table.close()
    await close_database()


async def test_the_url_check_gets_its_echo(edge: Edge) -> None:
    async with edge.session.get(edge.base + "/hooks/shop", params=query(echostr="4711")) as response:
        assert (response.status, await response.text()) == (200, "4711")
    async with edge.session.get(edge.base + "/hooks/shop", params=query(echostr="1", signature="no")) as response:
        assert response.status == 403
    assert await Interaction.all().count() == 0


async def test_a_plain_push_is_answered_stored_and_its_copies_answered_alike(edge: Edge) -> None:
    first = await edge.post(query(), text("你好😀"))
    assert first[0] == 200 and "<Content><![CDATA[收到：你好😀]]></Content>" in first[1]
    assert await edge.post(query(), text("你好😀")) == first
    assert await Interaction.all().count() == 1
    assert 'zhiji_pushes_total{account="shop",kind="text",outcome="duplicate"} 1.0' in edge.metrics()


async def test_a_sealed_push_gets_a_sealed_answer(edge: Edge) -> None:
    status, answer = await edge.post(*sealed(text("秘密")), path="/hooks/safe")
    assert status == 200 and "<Encrypt>" in answer and "秘密" not in answer


@pytest.mark.parametrize(
    ("signed", "body", "path", "status", "reason"),
    [
        (query(signature="0" * 40), text(), "/hooks/shop", 403, "bad_signature"),
        (query(), "<xml><broken", "/hooks/shop", 400, "bad_xml"),
        (query(), "<!DOCTYPE x [<!ENTITY a 'b'>]>" + text(), "/hooks/shop", 400, "doctype"),
        (query(), "x" * 70_000, "/hooks/shop", 413, "too_large"),
        (query(), text(), "/hooks/safe", 403, "not_encrypted"),
        (query(), text(), "/hooks/nobody", 404, "unknown_account"),
        ({}, text(), "/hooks/shop", 403, "bad_signature"),
    ],
)
async def test_what_is_no_push_of_ours_is_refused_counted_and_leaves_no_trace(
    edge: Edge, signed: dict[str, str], body: str, path: str, status: int, reason: str
) -> None:
    assert (await edge.post(signed, body, path))[0] == status
    assert f'reason="{reason}"' in edge.metrics()
    assert await Interaction.all().count() == 0 and await Identity.all().count() == 0


async def test_other_methods_are_not_allowed(edge: Edge) -> None:
    async with edge.session.put(edge.base + "/hooks/shop", params=query(), data=b"") as response:
        assert (response.status, response.headers["Allow"], await response.text()) == (
            405,
            "GET, POST",
            "use GET or POST",
        )


async def test_a_body_without_a_length_is_capped_too(edge: Edge) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 4096

    async with edge.session.post(edge.base + "/hooks/shop", params=query(), data=endless()) as response:
        assert response.status == 413


async def test_a_place_is_blank_without_consent_and_coarse_with_it(edge: Edge) -> None:
    def where(at: int) -> str:
        return event("LOCATION", Latitude="31.230416", Longitude="121.473701", Precision="40", CreateTime=at)

    await edge.post(query(), where(1763784001))
    edge.consenting.add("oAnna")
    await edge.post(query(), where(1763784002))
    blank, kept = await Interaction.all().order_by("id")
    assert (blank.fields_["Latitude"], blank.fields_["Longitude"], blank.fields_["Precision"]) == ("", "", "")
    assert kept.fields_["Latitude"] not in ("", "31.230416")
    assert abs(float(str(kept.fields_["Latitude"])) - 31.230416) < 0.01
    assert [(point.latitude, point.longitude) for point in edge.points] == [(31.230416, 121.473701)] * 2


async def test_a_place_is_blank_where_consent_cannot_be_read_in_time(edge: Edge) -> None:
    edge.consenting.add(NOT_TOLD)
    where = event("LOCATION", Latitude="31.230416", Longitude="121.473701", Precision="40", CreateTime=1763784001)
    async with asyncio.timeout(4):
        await edge.post(query(), where.replace("oAnna", NOT_TOLD))
    (row,) = await Interaction.all()
    assert (row.fields_["FromUserName"], row.fields_["Latitude"]) == (NOT_TOLD, "")


async def test_everything_else_goes_to_the_application(edge: Edge) -> None:
    async with edge.session.get(edge.base + "/beside") as response:
        assert await response.json() == {"beside": True}


async def test_an_old_vendor_gets_each_new_push_once_as_it_came(edge: Edge) -> None:
    await edge.post(query(), text())
    await edge.post(query(), text())
    for _ in range(100):
        if edge.old_vendor:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    ((asked, body),) = edge.old_vendor
    assert asked.startswith("from=new&signature=") and body == text().encode()
