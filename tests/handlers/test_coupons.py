"""Offers in the chat: listed, taken, shown; a welcome at the first follow."""

from __future__ import annotations

from datetime import timedelta

from campaigns.coupons.offers.templates import step_template
from models import Coupon, CouponEntry
from tests.campaigns.coupons.offers import publish
from tests.handlers.shop import SHOP, Shop, words_in


async def offered(shop: Shop, **changes: object) -> str:
    code = await publish(**{"valid_days": 365, **changes})
    await shop.rooms.coupons.refresh()
    return code


async def test_offer_is_listed_taken_once_and_shown_with_its_code(any_shop: Shop) -> None:
    await offered(any_shop)
    assert "【满100减20】满100元减20元" in await any_shop.say("附近优惠")
    told = await any_shop.say("领取满100减20")
    assert told.startswith("领取成功！\n【满100减20】满100元减20元\n券码：")
    assert "每人限领1张" in await any_shop.say("领取 满100减20")
    [copy] = await Coupon.all()
    own = await any_shop.say("我的优惠券")
    code = told.split("券码：")[1].split("\n")[0]
    assert code in own and len(code.replace("-", "")) == 16
    assert copy.source == "chat"


async def test_a_repeat_of_the_push_takes_nothing_more(any_shop: Shop) -> None:
    await offered(any_shop, per_person=5, stock=10)
    fields = {
        "ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": 1780279200, "MsgType": "text", "MsgId": "1",
        "Content": "领取满100减20",
    }  # fmt: skip
    first, second = await any_shop.take(fields, SHOP), await any_shop.take(fields, SHOP)
    assert first == second and words_in(first).startswith("领取成功")
    assert await Coupon.all().count() == 1 == await CouponEntry.all().count()


async def test_what_is_paused_is_neither_listed_nor_given(shop: Shop) -> None:
    code = await offered(shop)
    await step_template(code, "pause", "", "cli:x", shop.moment)
    await shop.rooms.coupons.refresh()
    assert "目前没有可以领取的优惠" in await shop.say("优惠")
    await shop.say("领取满100减20")
    assert await Coupon.all().count() == 0


async def test_first_follow_brings_a_coupon_and_the_second_does_not(any_shop: Shop) -> None:
    await offered(any_shop, on_follow=True)
    assert "送您一张优惠券：\n【满100减20】" in words_in(await any_shop.happen("subscribe", EventKey=""))
    any_shop.moment += timedelta(days=1)
    await any_shop.happen("unsubscribe")
    any_shop.moment += timedelta(days=1)
    assert "送您" not in words_in(await any_shop.happen("subscribe", EventKey=""))
    assert await Coupon.all().count() == 1
