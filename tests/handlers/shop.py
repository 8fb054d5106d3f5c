"""A shop on a real database: every handler behind the real router, desk and journal, pushes read by the channel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import handlers
from bot.channels.envelope import Contents
from bot.channels.inbound import read_push, to_inbound
from bot.channels.json_body import read_json
from bot.channels.xml import read_xml
from bot.edge.desk import Desk
from bot.routing import Router, discover
from campaigns.answers.base import AnswerBase
from campaigns.coupons.claiming.pace import ANY_CROWD, Crowds
from campaigns.coupons.counter import CouponCounter
from campaigns.keyword_replies import KeywordReplies
from core.accounts import Account, AccountKind, Crs
from core.messages import Reply, Text
from customers.consent import has_location_consent
from customers.journal import Journal
from customers.tagging.live import LiveLexicon
from delivery.replies import ReplyPlanner
from guides.binding import Bindings
from guides.reception import Reception
from guides.stores import StoreDirectory
from handlers._rooms import Rooms
from models import Delivery, Interaction
from models.database import close_database, open_database
from models.dialect.open_journal import open_journal
from tests.campaigns.coupons.offers import CODES
from tests.guides.brand import APP, T0, hire, open_store, rules

SHOP = Account("shop", AccountKind.OFFICIAL_ACCOUNT, APP, "s", "t")
MINI = Account("mini", AccountKind.MINI_PROGRAM, "wx_mini", "s", "t")
HOTLINE = Account("hotline", AccountKind.OFFICIAL_ACCOUNT, "wx_hotline", "s", "t", customer_service_transfer=True)
ACCOUNTS = {account.key: account for account in (SHOP, MINI, HOTLINE)}

PEOPLES_SQUARE = {"latitude": 31.2327, "longitude": 121.4756, "crs": Crs.GCJ02.value}
HOURS = "Mo-Su 10:00-22:00"
CELL_M = 600.0


@dataclass
class Shop:
    """``moment`` is when the next push comes; each comes a second after the last."""

    desk: Desk
    rooms: Rooms
    moment: datetime

    def now(self) -> datetime:
        return self.moment

    async def say(self, words: str, openid: str = "o1", account: Account = SHOP) -> str:
        return words_in(await self.push({"MsgType": "text", "Content": words}, openid, account))

    async def happen(self, event: str, openid: str = "o1", account: Account = SHOP, **fields: Any) -> Reply | None:
        return await self.push({"MsgType": "event", "Event": event, **fields}, openid, account)

    async def push(self, fields: dict[str, Any], openid: str = "o1", account: Account = SHOP) -> Reply | None:
        """One push; a second later than the last."""
        self.moment += timedelta(seconds=1)
        created = int(self.moment.timestamp())
        return await self.take({"ToUserName": "gh_1", "FromUserName": openid, "CreateTime": created, **fields}, account)

    async def push_body(self, body: str, account: Account = SHOP) -> Reply | None:
        """A body as it comes over the wire, XML or JSON."""
        read = read_json if body.lstrip().startswith("{") else read_xml
        return await self.take(read(body.encode()), account)

    async def take(self, fields: dict[str, Any], account: Account) -> Reply | None:
        opened = read_push(account.app_id, Contents(fields, None, False))
        keeps_place = await has_location_consent(account.app_id, opened.openid)
        inbound = to_inbound(account, opened, self.moment, CELL_M if keeps_place else None)
        return (await self.desk.take(inbound)).reply

    async def handler_of_last(self) -> str:
        row = await Interaction.all().order_by("-id").first()
        assert row is not None
        return row.handler


def words_in(reply: Reply | None) -> str:
    assert isinstance(reply, Text), reply
    return reply.text


async def planned() -> list[str]:
    """The words handed to deliveries."""
    return [str(row.options[0]["payload"]["text"]) for row in await Delivery.all().order_by("id")]


async def open_shops() -> None:
    """Two stores in Shanghai (0.3 and 6 km from the place sent), one in Hangzhou, two without a place; two guides."""
    square = await open_store(
        "S1",
        name="人民广场店",
        city="上海市",
        address="南京西路1号",
        phone="021-11111111",
        opening_hours=HOURS,
        **PEOPLES_SQUARE,
    )
    await open_store(
        "S2",
        name="徐家汇店",
        city="上海市",
        latitude=31.1950,
        longitude=121.4370,
        crs="gcj02",
        opening_hours="Mo-Su 14:00-20:00",
    )
    await open_store("S3", name="西湖店", city="杭州市", latitude=30.2590, longitude=120.1650, crs="gcj02")
    await open_store("S4", name="虹桥店", city="上海市", address="申虹路9号")
    await hire("G1", "小李", square)
    await hire("G2", "小王", await open_store("S5", name="静安店", city="上海市", phone="021-22222222"))


@asynccontextmanager
async def open_shop(url: str, grace: timedelta = timedelta(days=30), crowds: Crowds = ANY_CROWD) -> AsyncIterator[Shop]:
    """On a migrated database."""
    await open_database(url)
    directory = StoreDirectory(lambda: shop.moment.timestamp())
    reception = Reception(Bindings(rules(), directory))
    counter = CouponCounter(CODES, 0, directory, crowds)
    words, lexicon, answers = KeywordReplies(), LiveLexicon(), AnswerBase()
    rooms = Rooms("知音", ACCOUNTS, reception, directory, words, grace, lexicon, answers, counter)
    table = open_journal(url)
    shop = Shop(None, rooms, T0 + timedelta(hours=2))  # type: ignore[arg-type]  # 12:00 in Shanghai, a Monday
    journal = Journal(table, ACCOUNTS, ReplyPlanner(ACCOUNTS.values(), shop.now), shop.now)
    shop.desk = Desk(journal, Router(discover(handlers, rooms)))
    shop.desk.start()
    counter.start()
    try:
        await open_shops()
        await directory.refresh()
        yield shop
        assert shop.desk.handler_errors == 0
    finally:
        await shop.desk.stop(1)
        await counter.stop()
        await table.close()
        await close_database()
