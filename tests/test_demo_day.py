"""The demo's shop day shows the product: most of what its people say or tap is answered by a handler that knows it."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import handlers
from bot.routing import Router, discover
from campaigns.answers.base import AnswerBase
from campaigns.coupons.codes import Codes
from campaigns.coupons.counter import CouponCounter
from campaigns.keyword_replies import KeywordReplies, Match, Rule
from core.accounts import AccountKind
from core.messages import Inbound
from customers.tagging.live import LiveLexicon
from guides.binding import BindingRules, Bindings
from guides.reception import Reception
from guides.stores import StoreDirectory
from handlers._rooms import Rooms
from simulator.config import parse_config
from simulator.options import make_options
from simulator.shop_day import plan_day
from simulator.stage import set_stage
from simulator.steps import Kind

KEYWORDS = Path(__file__).parent.parent / "demo" / "data" / "keywords.csv"
MENU = ["附近门店", "我的导购", "营业时间"]
CHAT = {Kind.TEXT, Kind.VOICE, Kind.CLICK}
WECHAT = {
    "accounts": [
        {"key": key, "kind": kind, "app_id": app_id, "app_secret": "0f" * 16, "token": "tok", "mode": "plain"}
        for key, kind, app_id in (
            ("shop", "official_account", "wx00000000000000aa"), ("mini", "mini_program", "wx00000000000000bb"),
        )
    ]
}  # fmt: skip


def configured() -> KeywordReplies:
    replies = KeywordReplies()
    with KEYWORDS.open(encoding="utf-8") as file:
        replies._fill([Rule(row["keyword"], Match(row["match"]), row["reply"]) for row in csv.DictReader(file)])
    return replies


def routes_of_the_day(seed: int) -> Counter[str]:
    """How often each handler is asked by what people say or tap."""
    stores = StoreDirectory()
    reception = Reception(Bindings(BindingRules(timedelta(days=1)), stores))
    month = timedelta(days=30)
    counter = CouponCounter(Codes("no key"), 0, stores)
    rooms = Rooms("知己", {}, reception, stores, configured(), month, LiveLexicon(), AnswerBase(), counter)
    router = Router(discover(handlers, rooms))
    config = parse_config(WECHAT)
    stage = set_stage(config, {"wx00000000000000aa": {"menu_keys": MENU}})
    asked: Counter[str] = Counter()
    for action in plan_day(config, make_options({"people": 60, "seed": seed}), stage):
        if action.kind in CHAT:
            fields = dict(action.fragment)
            kind = f"event.{fields['Event'].lower()}" if "Event" in fields else fields["MsgType"]
            channel = AccountKind.OFFICIAL_ACCOUNT if action.account.is_official else AccountKind.MINI_PROGRAM
            at = datetime(2026, 11, 22, tzinfo=UTC)
            inbound = Inbound("shop", "wx", channel, "k", action.openid, "gh", kind, 1, fields, at)
            asked[router.route(inbound).name] += 1
    return asked


def test_most_of_what_is_said_and_tapped_is_understood() -> None:
    for seed in (1, 2, 3):
        asked = routes_of_the_day(seed)
        assert asked["fallback"] < 0.45 * asked.total()


def test_every_wish_a_menu_or_a_customer_may_have_is_shown() -> None:
    shown = set(routes_of_the_day(1)) | set(routes_of_the_day(2))
    assert shown >= {"nearby", "hours", "my_guide", "human", "keywords", "location_agree", "erasure_request"}
