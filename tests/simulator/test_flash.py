"""The flash hour: everybody who follows wants one offer in the same seconds, all at once, some of them twice."""

import asyncio
import dataclasses

import pytest

from simulator.config import ConfigError, Poster, parse_config
from simulator.day import play_day
from simulator.options import make_options
from simulator.shop_day import plan_day
from simulator.stage import set_stage
from simulator.state.stocks import Act
from simulator.steps import Kind
from simulator.teller import Teller
from tests.simulator.shop import RAW

FLASH = Poster("整点秒杀", "coupon:flash", flash_hour=21)
HOUR_S = 21 * 3600


@pytest.fixture
def selling(config):
    return dataclasses.replace(config, posters=(Poster("满300减50"), Poster("到店礼", near=True), FLASH))


def plan(config, **knobs):
    platform = {"wxshop": {"menu_keys": ["附近门店", FLASH.key]}}
    return plan_day(config, make_options({"people": 60, "seed": 1}, knobs), set_stage(config, platform))


def test_followers_want_it_within_seconds_by_menu_and_by_words_some_twice(selling):
    rush = [action for action in plan(selling) if action.rush]
    people = {action.person.number for action in rush}
    assert len(people) >= 45
    assert all(HOUR_S <= action.at_s <= HOUR_S + 5 for action in rush)
    assert {(a.kind, a.fragment.get("EventKey") or a.fragment["Content"]) for a in rush} == {
        (Kind.CLICK, "coupon:flash"), (Kind.TEXT, "领取整点秒杀")
    }  # fmt: skip
    assert len(people) < len(rush) < 2 * len(people) and sum(action.copies for action in rush) > 5


def test_nobody_wants_it_who_does_not_follow_and_nobody_before_the_hour(selling):
    actions = plan(selling, people=300)
    following = {}
    for action in sorted(actions, key=lambda each: each.at_s):
        if action.act in (Act.FOLLOW, Act.UNFOLLOW):
            following[action.person.number] = action.act is Act.FOLLOW
        if action.rush:
            assert following[action.person.number]
    early = [str(action.fragment) for action in actions if not action.rush]
    assert not [each for each in early if FLASH.key in each or FLASH.title in each]


def test_without_such_an_offer_there_is_no_such_hour(config):
    assert not [action for action in plan(config) if action.rush]
    assert any("领取满300减50" in action.says for action in plan(config, people=300))


def test_titles_of_the_posters_are_asked_for(selling):
    named = dataclasses.replace(selling, posters=(Poster("双十一"), Poster("进店有礼", near=True), FLASH))
    said = [action.says for action in plan(named, people=300)]
    assert any("领取双十一" in each for each in said) and any("领取进店有礼" in each for each in said)
    assert not [each for each in said if "满300减50" in each or "领取到店礼" in each]


def test_an_hour_that_no_day_has_is_refused():
    with pytest.raises(ConfigError, match=r"posters\[0\].*flash_hour"):
        parse_config({**RAW, "posters": [{"title": "秒杀", "flash_hour": 24}]})


async def test_all_are_at_it_at_once_and_codes_are_counted(selling, shop, platform):
    at_once, most = 0, 0

    async def hear(account, fields):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1

    shop.then = hear
    shop.says = "领取成功！\n【整点秒杀】减60\n券码：7K2M-8HQR-ZZZZ-2345"
    options = make_options({"people": 60, "seed": 1, "linger_s": 0.0, "timeout_s": 20.0})
    lines = []
    summary = await play_day(selling, options, shop.base, platform.base, Teller(lines.append))
    assert summary["errors"] == 0 and most > options.concurrency
    assert len(summary["flash"]["got"]) >= 45 and summary["flash"]["late"] == []
    assert summary["coupons"][0].keys() == {"openid", "title", "code"}
    assert {(each["title"], each["code"]) for each in summary["coupons"]} == {("整点秒杀", "7K2M-8HQR-ZZZZ-2345")}
    assert any(line.startswith("秒杀 flash") and f"{len(summary['flash']['got'])} 人抢到" in line for line in lines)


async def test_who_is_told_no_came_too_late(selling, shop, platform):
    shop.says = "已经领完了，下次早点来。"
    options = make_options({"people": 60, "seed": 1, "linger_s": 0.0})
    summary = await play_day(selling, options, shop.base, platform.base, Teller(lambda line: None))
    assert summary["flash"]["got"] == [] and len(summary["flash"]["late"]) >= 45 and summary["coupons"] == []


async def test_a_tap_sends_what_the_link_says(selling, shop, platform):
    shop.says = '<a href="weixin://bizmsgmenu?msgmenucontent=领取满300减50 x7k2&msgmenuid=12">点这里</a>'
    options = make_options({"people": 60, "seed": 1, "linger_s": 0.0, "duplicates": 0.0, "reorder": 0.0})
    lines = []
    await play_day(selling, options, shop.base, platform.base, Teller(lines.append))
    tapped = [fields for fields in shop.got if "bizmsgmenuid" in fields]
    assert tapped and {(each["Content"], each["bizmsgmenuid"]) for each in tapped} == {("领取满300减50 x7k2", "12")}
    assert sum("点链接「领取满300减50 x7k2」" in line for line in lines) == len(tapped)
