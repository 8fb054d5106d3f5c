"""The demo's shop day shows the product: most of what its people say or tap is answered by a handler that knows it,
an offer is wanted by more than can have it, and guides use what stands on customers' phones."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import handlers
from bot.routing import Router, discover
from campaigns.answers.base import AnswerBase
from campaigns.coupons.codes import Codes
from campaigns.coupons.counter import CouponCounter, Offered
from campaigns.coupons.offers.template_form import read_offer
from campaigns.keyword_replies import KeywordReplies, Match, Rule
from core.accounts import AccountKind
from core.messages import Inbound
from core.places import distance_m
from customers.tagging.live import LiveLexicon
from demo.__main__ import is_sound
from demo.processes import Ran
from demo.stage import OFFERS, PLACES, flash_key, menu, offer, posters
from demo.till import count_oversold, play_evening, tell_flash
from guides.binding import BindingRules, Bindings
from guides.reception import Reception
from guides.stores import StoreDirectory
from handlers._rooms import Rooms
from simulator.actions import Action
from simulator.config import parse_config
from simulator.options import make_options
from simulator.shop_day import plan_day
from simulator.stage import set_stage
from simulator.steps import Kind

ROOT = Path(__file__).parent.parent
KEYWORDS = ROOT / "demo" / "data" / "keywords.csv"
MENU = [button["key"] for top in menu()["button"] for button in top.get("sub_button", [top])]
CHAT = {Kind.TEXT, Kind.VOICE, Kind.CLICK, Kind.TAP_LINK}
WECHAT = {
    "accounts": [
        {"key": key, "kind": kind, "app_id": app_id, "app_secret": "0f" * 16, "token": "tok", "mode": "plain"}
        for key, kind, app_id in (
            ("shop", "official_account", "wx00000000000000aa"), ("mini", "mini_program", "wx00000000000000bb"),
        )
    ],
    "places": PLACES,
    "posters": posters(),
}  # fmt: skip


def configured() -> KeywordReplies:
    replies = KeywordReplies()
    with KEYWORDS.open(encoding="utf-8") as file:
        replies._fill([Rule(row["keyword"], Match(row["match"]), row["reply"]) for row in csv.DictReader(file)])
    return replies


def on_offer() -> CouponCounter:
    counter = CouponCounter(Codes("no key"), 0, StoreDirectory())
    sound = [read_offer(offer(name)) for name in OFFERS]
    counter._offers = tuple(Offered(each.code, each.terms, None) for each in sound)
    return counter


def plan_of_the_day(seed: int) -> list[Action]:
    config = parse_config(WECHAT)
    stage = set_stage(config, {"wx00000000000000aa": {"menu_keys": MENU}})
    return plan_day(config, make_options({"people": 60, "seed": seed}), stage)


def routes_of_the_day(seed: int) -> Counter[str]:
    """How often each handler is asked by what people say or tap."""
    stores = StoreDirectory()
    reception = Reception(Bindings(BindingRules(timedelta(days=1)), stores))
    month = timedelta(days=30)
    rooms = Rooms("知己", {}, reception, stores, configured(), month, LiveLexicon(), AnswerBase(), on_offer())
    router = Router(discover(handlers, rooms))
    asked: Counter[str] = Counter()
    for action in plan_of_the_day(seed):
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
    assert shown >= {"coupon_offers", "coupon_take", "coupon_wallet"}


def test_more_people_want_the_flash_offer_at_once_than_there_are_copies() -> None:
    stock = offer("flash")["stock"]
    for seed in (1, 2, 3):
        rush = [action for action in plan_of_the_day(seed) if action.rush]
        assert len({action.person.number for action in rush}) >= stock + 10
    assert flash_key() in MENU and offer("flash")["per_person"] == 1


def test_some_stand_near_enough_to_a_store_for_the_offer_that_asks_for_it_and_some_do_not() -> None:
    near = read_offer(offer("near")).terms
    with (ROOT / "demo" / "data" / "stores.csv").open(encoding="utf-8") as file:
        stores = [row for row in csv.DictReader(file) if row["code"] in near.stores]
    assert len(stores) == len(near.stores)
    for seed in (1, 2, 3):
        told = [action.fragment for action in plan_of_the_day(seed) if action.kind is Kind.PLACE]
        metres = [
            min(
                distance_m(each["Location_X"], each["Location_Y"], float(store["latitude"]), float(store["longitude"]))
                for store in stores
            )
            for each in told
        ]
        assert min(metres) < near.radius_m < max(metres)


# ── the evening ──────────────────────────────────────────────────────────────────────────────────────────────────
class Commands:
    """Answers commands as the product would: no at BJ01, for little money, and for a code that is shown again."""

    def __init__(self, issued: int = 3) -> None:
        self.lines: list[tuple[str, ...]] = []
        self._used: set[str] = set()
        self._issued = issued

    def ask(self, *line: str) -> Ran:
        self.lines.append(line)
        if line[1] == "reverse":
            return Ran(0, {"event": "reversed", "discount_fen": 0}, "")
        if line[2] in self._used:
            return Ran(1, {"refused": "already_redeemed"}, "✗ 已核销")
        if "BJ01" in line:
            return Ran(1, {"refused": "wrong_store"}, "✗ 不适用")
        if line[-1] == "199":
            return Ran(1, {"refused": "below_threshold"}, "✗ 没满")
        self._used.add(line[2])
        return Ran(0, {"event": "redeemed", "discount_fen": 6000}, "")

    def main(self, *line: str) -> dict[str, Any]:
        templates = [{"title": each["title"], "stock": each["stock"], "issued": 0} for each in map(offer, OFFERS)]
        flash = next(each for each in templates if each["title"] == offer("flash")["title"])
        return {"templates": [*(each for each in templates if each is not flash), flash | {"issued": self._issued}]}


def evening(copies: int = 4) -> dict[str, Any]:
    coupons = [
        {"openid": f"o{name}{number}", "title": offer(name)["title"], "code": f"{name[:4].upper()}-{number:04}"}
        for name in OFFERS
        for number in range(copies)
    ]
    people = [{"openid": each["openid"], "name": f"顾客{each['openid']}"} for each in coupons]
    return {"coupons": coupons, "people": people, "flash": {"got": ["甲", "乙"], "late": ["丙"]}}


def test_guides_use_what_phones_show_and_some_of_it_is_refused() -> None:
    commands, told = Commands(), []
    paid = play_evening(commands, evening(), told.append)
    redeemed = [line for line in commands.lines if line[1] == "redeem"]
    assert 5 <= len(redeemed) <= 9 and sum(line[1] == "reverse" for line in commands.lines) == 1
    assert len(told) == len(commands.lines)
    for refused in ("already_redeemed", "below_threshold", "wrong_store"):
        assert sum(f"[{refused}]" in line for line in told) == 1
    assert sum("→ redeemed, 60 yuan off" in line for line in told) >= 3 and "→ reversed" in told[-1]
    assert len({shown.openid for shown in paid}) == len(paid) >= 3


def test_an_evening_without_coupons_is_quiet() -> None:
    commands, told = Commands(), []
    assert play_evening(commands, {"coupons": [], "people": []}, told.append) == []
    assert (commands.lines, told) == ([], [])


def test_it_is_told_who_got_one_and_who_came_too_late() -> None:
    told: list[str] = []
    tell_flash(evening(), told.append)
    assert told == ["· 3 people wanted 整点秒杀立减60 at once; 2 got one: 甲、乙", "· 1 came too late: 丙"]


@pytest.mark.parametrize("fault", ["errors", "duplicates_acted_on", "oversold"])
def test_a_day_with_a_fault_is_not_sound(fault: str) -> None:
    fine = {"errors": 0, "duplicates_acted_on": 0, "oversold": 0, "refused": {"sold_out": 3}}
    assert is_sound(fine) and not is_sound(fine | {fault: 1})


def test_copies_beyond_the_stock_are_counted_from_the_list_or_from_phones() -> None:
    stock = offer("flash")["stock"]
    assert count_oversold(Commands(issued=stock), evening(copies=stock)) == 0
    assert count_oversold(Commands(issued=stock + 2), evening(copies=stock)) == 2
    assert count_oversold(Commands(issued=stock), evening(copies=stock + 3)) == 3


def test_commands_share_a_process_and_each_tells_its_end() -> None:
    lines = "".join(json.dumps(line) + "\n" for line in (["show", "parts"], ["nonsense"], ["show", "parts"]))
    done = subprocess.run(
        [sys.executable, "-m", "demo.terminal"], cwd=ROOT, input=lines, capture_output=True, text=True, timeout=60
    )
    first, wrong, again = map(json.loads, done.stdout.splitlines())
    assert first["code"] == 0 and first == again and first["result"]["handlers"]
    assert wrong["code"] == 64 and "nonsense" in wrong["said"] and wrong["result"]["ok"] is False
