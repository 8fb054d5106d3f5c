"""One process of the service: every part started in order, every part stopped in the reverse order."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Protocol

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

import handlers
from api.application import ApiParts, build_application
from api.session_tokens import SessionTokens
from bot.channels.channel import Channel
from bot.client.client import WeChatClient
from bot.client.mini_programs import MiniSession, exchange_code
from bot.edge.counts import EdgeCounts
from bot.edge.desk import Desk
from bot.edge.forward import Forwarder
from bot.edge.late import Recovery
from bot.edge.server import EdgeRunner
from bot.edge.webhook import Webhook
from bot.routing import Router, discover
from campaigns.answers.base import AnswerBase
from campaigns.answers.rephrase import Rephraser
from campaigns.coupons.claiming.pace import Crowds
from campaigns.coupons.codes import Codes
from campaigns.coupons.counter import CouponCounter
from campaigns.keyword_replies import KeywordReplies
from commands.logs import configure_logs
from commands.output import Exit, Output
from commands.sending import background_parts
from commands.wiring import Installation, database, read_installation, wechat
from core.accounts import Account
from core.errors import Invalid
from core.loops import Loop
from customers import consent
from customers.journal import Journal
from customers.tagging.live import LiveLexicon
from delivery.limits.metered import Limits
from delivery.limits.quotas import Quotas
from delivery.limits.rates import Rates
from delivery.limits.shared_turns import SharedTurns
from delivery.replies import ReplyPlanner
from delivery.wakeup import EMBEDDED, Wakeup, connect_redis
from guides.binding import BindingRules, Bindings
from guides.reception import Reception
from guides.stores import StoreDirectory
from handlers._rooms import Rooms
from models.database import is_sqlite, sole_server
from models.dialect.open_journal import open_journal

log = logging.getLogger(__name__)

_COLLECT_AFTER = 20_000
"""New objects before the collector looks; Python's 700 costs a busy server some percent for nothing."""

_END_WITHIN_S = 9.0
"""After this a process that was told to end does, even if a database that does not answer keeps it from draining."""

_CACHE_EVERY_S = 1.0
_PROJECT_EVERY_S = 0.5
_ERASE_BATCH = 200


async def serve(out: Output, *, web: bool, worker: bool) -> Exit:
    """Runs until SIGTERM or SIGINT, then drains and ends within ten seconds."""
    installation = read_installation()
    settings = installation.settings
    if not web and is_sqlite(settings.database_url):
        raise Invalid("worker", "SQLite has one server process, which works too", "use PostgreSQL for more processes")
    if not installation.accounts:
        raise Invalid("accounts", "none is configured", "add [accounts.<key>] to the settings; see docs/connect.md")
    configure_logs(settings.log_level)
    stop = _stop_signal()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(database(installation))
        stack.enter_context(sole_server(settings.database_url))
        redis = connect_redis(settings.redis_url)
        stack.push_async_callback(redis.aclose)
        limits = Limits(Rates(SharedTurns(redis)), Quotas())
        stack.push_async_callback(limits.close)
        client = await stack.enter_async_context(wechat(installation, limits))
        wakeup = Wakeup(redis)
        _start(stack, wakeup)
        if worker:
            for part in background_parts(installation, client, limits, wakeup):
                _start(stack, part)
        if web:
            await _start_web(stack, installation, client, wakeup, redis)
            out.line(f"Zhiji serves on http://{settings.listen}")
        else:
            out.line("Zhiji works")
        settle_memory()
        await stop.wait()
        log.info("draining")
    return Exit.DONE


def settle_memory() -> None:
    """What was made at the start stays: the collector need not look at it again, and looks at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 20)


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()

    def end() -> None:
        stop.set()
        leaving = threading.Timer(_END_WITHIN_S, _leave)
        leaving.daemon = True
        leaving.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    return stop


def _leave() -> None:
    """Ends without waiting for anything. Nothing acknowledged is lost: that was stored before."""
    log.warning("ended before everything was drained")
    sys.stdout.flush()
    os._exit(Exit.DONE)


class _Part(Protocol):
    """Something that works in the background."""

    def start(self) -> None: ...

    async def stop(self) -> None: ...


def _start(stack: AsyncExitStack, part: _Part) -> None:
    """Start a part; it is stopped before everything started earlier."""
    part.start()
    stack.push_async_callback(part.stop)


# ── web ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def _start_web(
    stack: AsyncExitStack, installation: Installation, client: WeChatClient, wakeup: Wakeup, redis: Redis
) -> None:
    settings, accounts = installation.settings, installation.accounts
    table = open_journal(settings.database_url)
    stack.push_async_callback(table.close)
    journal = Journal(table, accounts, ReplyPlanner(accounts.values(), _announcer(wakeup)))
    rooms = await _rooms(stack, installation)
    router = Router(discover(handlers, rooms))
    desk = Desk(journal, router)
    registry = CollectorRegistry()
    app = build_application(
        ApiParts(
            accounts=accounts,
            login=_Login(client),
            tokens=SessionTokens(installation.secret_key),
            cell_m=settings.brand.place_cell_m,
            registry=registry,
            desk=desk,
            stores=rooms.stores,
            coupons=rooms.coupons,
            ping_redis=None if settings.redis_url == EMBEDDED else redis.ping,
        )
    )
    _start(stack, desk)
    _start(stack, Recovery(journal, router))
    forwarder = await _forwarder(stack, accounts.values())
    channels = {
        key: Channel(account, settings.clock_skew_s, settings.brand.place_cell_m) for key, account in accounts.items()
    }
    webhook = Webhook(channels, desk, _Consents(), EdgeCounts(registry), forwarder)
    await _listen(stack, app, webhook, settings.listen)


async def _listen(stack: AsyncExitStack, app: web.Application, webhook: Webhook, listen: str) -> None:
    host, _, port = listen.rpartition(":")
    runner = EdgeRunner(app, webhook, shutdown_timeout=8.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, host or None, int(port), backlog=1024).start()
    except OSError as error:
        raise Invalid("SCRM_LISTEN", f"{listen}: {error.strerror}", "choose a free address and port") from None


async def _rooms(stack: AsyncExitStack, installation: Installation) -> Rooms:
    brand = installation.settings.brand
    stores, keywords, lexicon = StoreDirectory(), KeywordReplies(), LiveLexicon()
    answers = AnswerBase(await _rephraser(stack, installation))
    offers = installation.settings.coupons
    coupons = CouponCounter(
        Codes(installation.secret_key), offers.person_per_minute, stores,
        Crowds(offers.scene_per_minute, offers.store_per_minute), cell_m=brand.place_cell_m,
    )  # fmt: skip
    rules = BindingRules(timedelta(days=brand.protection_days), brand.default_binding, brand.default_store)

    async def refresh() -> None:
        await stores.refresh()
        await keywords.refresh()
        await answers.refresh()
        if await lexicon.refresh():
            lexicon.prepare()
        await coupons.refresh()

    await refresh()
    lexicon.prepare()
    _start(stack, coupons)
    _start(stack, Loop("caches", refresh, _CACHE_EVERY_S))
    return Rooms(
        brand=brand.name,
        accounts=installation.accounts,
        reception=Reception(Bindings(rules, stores)),
        stores=stores,
        keywords=keywords,
        unfollow_grace=installation.grace,
        lexicon=lexicon,
        answers=answers,
        coupons=coupons,
    )


async def _rephraser(stack: AsyncExitStack, installation: Installation) -> Rephraser | None:
    settings = installation.settings.answers
    if not settings.rephrase_url:
        return None
    session = await stack.enter_async_context(aiohttp.ClientSession())
    return Rephraser(session, settings.rephrase_url, settings.rephrase_key.get_secret_value(), settings.rephrase_model)


async def _forwarder(stack: AsyncExitStack, accounts: Iterable[Account]) -> Forwarder | None:
    addresses = {account.key: account.forward_to for account in accounts if account.forward_to}
    if not addresses:
        return None
    session = await stack.enter_async_context(aiohttp.ClientSession())
    forwarder = Forwarder(addresses, session)
    _start(stack, forwarder)
    return forwarder


def _announcer(wakeup: Wakeup) -> Callable[[], None]:
    """Wakes whoever sends, without making anybody wait for Redis."""
    under_way: set[asyncio.Task[None]] = set()

    def announce() -> None:
        task = asyncio.get_running_loop().create_task(wakeup.announce())
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    return announce


class _Consents:
    """Fills ``core.ports.People``."""

    async def has_location_consent(self, app_id: str, openid: str) -> bool:
        return await consent.has_location_consent(app_id, openid)


class _Login:
    """Fills ``api.mini_session.MiniLogin``."""

    def __init__(self, client: WeChatClient) -> None:
        self._client = client

    async def exchange(self, account: Account, code: str) -> MiniSession:
        return await exchange_code(self._client, account, code)
