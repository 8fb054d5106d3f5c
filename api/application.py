"""The application behind every address but ``/hooks``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry

from api.health import HealthResource, Probe
from api.metrics import DeskFigures, MetricsResource
from api.mini_coupons import CouponsResource
from api.mini_events import MAX_BODY, EventsResource
from api.mini_offers import OffersResource
from api.mini_session import MiniLogin, SessionResource
from api.mini_stores import StoresResource
from api.problems import problems
from api.session_tokens import SessionTokens
from api.visitors import Visitors
from campaigns.coupons.counter import CouponCounter
from core.accounts import Account
from core.clock import Now, now
from guides.stores import StoreDirectory


@dataclass(frozen=True, slots=True)
class ApiParts:
    """What the resources need. ``cell_m``: metres; ``ping_redis`` raises where Redis is away, None where embedded."""

    accounts: Mapping[str, Account]
    login: MiniLogin
    tokens: SessionTokens
    cell_m: float
    registry: CollectorRegistry
    desk: DeskFigures
    stores: StoreDirectory
    coupons: CouponCounter
    ping_redis: Probe | None = None
    clock: Now = now


def build_application(parts: ApiParts) -> web.Application:
    """Every address of ``docs`` under HTTP but the webhook, which a handler of its own serves."""
    sessions = SessionResource(parts.accounts, parts.login, parts.tokens, parts.clock)
    visitors = Visitors(parts.accounts, parts.tokens, parts.clock)
    events = EventsResource(visitors, parts.cell_m, parts.clock)
    stores = StoresResource(visitors, parts.stores, parts.coupons, parts.clock)
    offers = OffersResource(visitors, parts.stores, parts.coupons, parts.clock)
    coupons = CouponsResource(visitors, parts.coupons, parts.clock)
    health = HealthResource(parts.ping_redis, parts.desk)
    metrics = MetricsResource(parts.registry, parts.desk, parts.accounts, parts.clock)
    app = web.Application(middlewares=[problems], client_max_size=MAX_BODY)
    app.router.add_post("/mini/{account}/session", sessions.post)
    app.router.add_post("/mini/{account}/events", events.post)
    app.router.add_post("/mini/{account}/stores/nearby", stores.post)
    app.router.add_post("/mini/{account}/offers", offers.post)
    app.router.add_post("/mini/{account}/coupons", coupons.post)
    app.router.add_get("/mini/{account}/coupons", coupons.list)
    app.router.add_get("/mini/{account}/coupons/{id:[0-9]{1,18}}", coupons.get)
    app.router.add_get("/mini/{account}/coupons/{id:[0-9]{1,18}}/qr.{kind:svg|png}", coupons.get_picture)
    app.router.add_get("/health/live", health.live)
    app.router.add_get("/health/ready", health.ready)
    app.router.add_get("/metrics", metrics.get)
    return app
