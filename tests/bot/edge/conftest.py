"""A desk on a real journal on a real database, with handlers that can be slow, wrong or forbidden."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.edge.desk import Desk
from bot.edge.late import Recovery
from bot.routing import Rank, Route, Router, answers, changes
from core.accounts import Account, AccountKind
from core.errors import Refused
from core.messages import Inbound, Reply, Text
from core.ports import Subject
from customers.journal import Journal
from models import Audit, Interaction
from models.database import close_database, open_database
from models.dialect.open_journal import open_journal

SHOP = Account("shop", AccountKind.OFFICIAL_ACCOUNT, "wx00000000000000aa", "s", "t")
MINI = Account("mini", AccountKind.MINI_PROGRAM, "wx00000000000000bb", "s", "t")


@dataclass
class House:
    """One process's edge; ``planned`` are words handed to deliveries; ``calls`` counts handler runs by text."""

    url: str
    desk: Desk
    journal: Journal
    recovery: Recovery
    planned: list[tuple[str, str]]
    calls: dict[str, int]
    table: Any = field(repr=False, default=None)

    async def say(self, text: str, openid: str = "o1", number: int = 1, **kwargs: Any) -> Any:
        return await self.desk.take(push(text, openid, number, **kwargs))


def push(text: str, openid: str = "o1", number: int = 1, account: Account = SHOP, created: int = 0) -> Inbound:
    at = created or int(datetime.now(UTC).timestamp())
    return Inbound(
        account=account.key,
        app_id=account.app_id,
        channel=account.kind,
        key=f"{openid}-{number:06d}"[:32],
        openid=openid,
        to="gh_1",
        kind="text",
        created=at,
        fields={"Content": text, "MsgType": "text", "ToUserName": "gh_1", "FromUserName": openid},
        received_at=datetime.now(UTC),
    )


def make_routes(calls: dict[str, int]) -> list[Route]:
    def count(message: Inbound) -> None:
        calls[message.text] = calls.get(message.text, 0) + 1

    async def slow(message: Inbound) -> Reply | None:
        count(message)
        await asyncio.sleep(float(message.text.split()[1]))
        return Text("slow answer")

    async def write(message: Inbound, who: Subject) -> Reply | None:
        count(message)
        await Audit.create(at=who.at, actor="t", action=message.text, subject=f"customer:{who.customer_id}", detail={})
        return Text("written")

    async def write_slow(message: Inbound, who: Subject) -> Reply | None:
        count(message)
        await Audit.create(at=who.at, actor="t", action=message.text, subject="x", detail={})
        if calls[message.text] == 1:
            await asyncio.sleep(float(message.text.split()[1]))
        return Text("written late")

    async def write_then_refuse(message: Inbound, who: Subject) -> Reply | None:
        await Audit.create(at=who.at, actor="t", action=message.text, subject="x", detail={})
        raise Refused("not_today", "今天不行")

    def broken(message: Inbound) -> Reply | None:
        count(message)
        if calls[message.text] == 1:
            raise ValueError("a bug that goes away")
        return Text("mended")

    def echo(message: Inbound) -> Reply | None:
        count(message)
        return Text("echo " + message.text)

    def begins(word: str) -> Callable[[Inbound], bool]:
        return lambda message: message.text.startswith(word)

    return [
        answers(slow, "text", when=begins("slow"), rank=Rank.INTENT, name="slow"),
        changes(write, "text", when=begins("write "), rank=Rank.INTENT, name="write"),
        changes(write_slow, "text", when=begins("writeslow"), rank=Rank.INTENT, name="write_slow"),
        changes(write_then_refuse, "text", when=begins("refuse"), rank=Rank.INTENT, name="refuse"),
        answers(broken, "text", when=begins("broken"), rank=Rank.INTENT, name="broken"),
        answers(echo, "text", rank=Rank.FALLBACK, name="echo"),
    ]


async def open_edge(url: str, deadline_s: float = 0.4, clock: Any = None) -> House:
    planned: list[tuple[str, str]] = []
    calls: dict[str, int] = {}

    class Replies:
        async def plan(self, subject: Subject, message_key: str, reply: Reply) -> None:
            assert isinstance(reply, Text)
            planned.append((message_key, reply.text))

        def planned(self) -> None: ...

    table = open_journal(url)
    journal = Journal(table, {"shop": SHOP, "mini": MINI}, Replies(), *([clock] if clock else []))
    router = Router(make_routes(calls))
    desk = Desk(journal, router, deadline_s=deadline_s, store_deadline_s=deadline_s + 5)
    desk.start()
    return House(url, desk, journal, Recovery(journal, router), planned, calls, table)


@pytest.fixture
async def house(migrated_url: str) -> AsyncIterator[House]:
    await open_database(migrated_url)
    house = await open_edge(migrated_url)
    yield house
    await house.desk.stop(1)
    await house.table.close()
    await close_database()


async def rows(**where: Any) -> list[Interaction]:
    return await Interaction.filter(**where).order_by("id")


async def eventually(check: Callable[[], Any], within_s: float = 5.0) -> None:
    """Wait until an async check holds."""
    end = asyncio.get_running_loop().time() + within_s
    while not await check():
        assert asyncio.get_running_loop().time() < end, "did not happen in time"
        await asyncio.sleep(0.02)


LATER = timedelta(hours=49)
