"""附近优惠 and 上海优惠: what a person can still take, by where they are known to be; menu keys; long titles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import Coupon, Customer
from tests.handlers.shop import Shop, words_in
from tests.handlers.test_place_offers import offer
from tests.handlers.test_place_pass import keep_place
from tests.handlers.test_stores import MAP, SQUARE_URL

HAD = "现在的优惠您都领过了。回复“我的优惠券”可以查看。"


def titles(words: str) -> list[str]:
    return [block.partition("】")[0].removeprefix("【") for block in words.split("\n\n") if block.startswith("【")]


async def test_by_a_kept_place_the_nearest_come_first_then_those_that_end_first(any_shop: Shop) -> None:
    await offer(any_shop, code="a", title="徐汇券", stores=["S2"], valid_days=1)
    await offer(any_shop, code="b", title="广场一年", stores=["S1"])
    await offer(any_shop, code="c", title="广场一周", stores=["S1"], valid_days=7)
    await offer(any_shop, code="d", title="西湖券", stores=["S3"], valid_days=1)
    await any_shop.say("你好")
    await keep_place(any_shop, 31.2354)
    words = await any_shop.say("附近优惠")
    assert titles(words) == ["广场一周", "广场一年", "徐汇券"]
    assert words.count(f'可用门店：人民广场店（约300米） <a href="{SQUARE_URL}">地图</a>\n') == 1
    assert "可用门店：徐家汇店（约5.8公里）" in words


async def test_by_the_city_stores_without_a_known_place_have_their_offers_too(any_shop: Shop) -> None:
    await offer(any_shop, code="a", title="虹桥券", stores=["S4"])
    await offer(any_shop, code="b", title="西湖券", stores=["S3"])
    await any_shop.say("你好")
    await Customer.all().update(city="上海")
    words = await any_shop.say("附近优惠")
    assert titles(words) == ["虹桥券"]
    assert "可用门店：虹桥店\n<a href=" in words  # no distance, no map


@pytest.mark.parametrize("words", ["上海优惠", "上海有什么优惠？", "上海市的优惠券", "上海優惠"])
async def test_a_city_named_brings_the_offers_of_its_stores(shop: Shop, words: str) -> None:
    await offer(shop, code="a", title="虹桥券", stores=["S4"])
    await offer(shop, code="b", title="西湖券", stores=["S3"])
    assert titles(await shop.say(words)) == ["虹桥券"]
    assert await shop.handler_of_last() == "coupon_offers_city"


async def test_the_guides_store_counts_where_nothing_else_is_known(shop: Shop) -> None:
    await offer(shop, code="a", title="静安券", stores=["S5"])
    await offer(shop, code="b", title="西湖券", stores=["S3"])
    await shop.happen("subscribe", EventKey="qrscene_g_G2")
    assert titles(await shop.say("附近优惠")) == ["静安券"]
    everywhere = await shop.say("附近优惠", "o2")
    assert titles(everywhere) == ["静安券", "西湖券"] and "“位置”→“发送位置”" in everywhere


async def test_a_kept_place_counts_for_nothing_where_no_store_has_one(shop: Shop) -> None:
    await offer(shop, code="a", title="虹桥券", stores=["S4"])
    await shop.say("你好")
    await keep_place(shop, 31.2354)
    assert titles(await shop.say("附近优惠")) == ["虹桥券"]


async def test_what_was_taken_or_is_gone_is_not_listed(any_shop: Shop) -> None:
    await offer(any_shop, code="一", title="只有一张", stock=1)
    await offer(any_shop, code="二", title="每天一张", per_person=5, per_day=1, stock=10)
    await any_shop.say("领取只有一张", "o2")
    assert titles(await any_shop.say("附近优惠")) == ["每天一张"]
    await any_shop.say("领取每天一张")
    assert await any_shop.say("附近优惠") == HAD
    any_shop.moment += timedelta(days=1)
    assert titles(await any_shop.say("附近优惠")) == ["每天一张"]
    both = await any_shop.say("附近优惠", "o2")
    assert titles(both) == ["每天一张"] and "只有一张" not in both


async def test_a_spent_budget_is_nothing_to_list(any_shop: Shop) -> None:
    await offer(any_shop, budget=30)
    assert "满100减20" in await any_shop.say("附近优惠")
    await any_shop.say("领取满100减20", "o2")
    assert "目前没有可以领取的优惠" in await any_shop.say("附近优惠")


async def test_menu_keys_list_and_take(any_shop: Shop) -> None:
    code = await offer(any_shop)
    assert "【满100减20】" in words_in(await any_shop.happen("CLICK", EventKey="附近优惠"))
    assert words_in(await any_shop.happen("CLICK", EventKey=f"coupon:{code}")).startswith("领取成功！")
    assert await Coupon.all().count() == 1


@pytest.mark.parametrize(
    "words", ["領取滿100減20", "请帮我领取 “满100减20”！", "领满100减20。", "我要领取满１００减２０", "领取满减20"]
)
async def test_an_offer_is_named_in_many_ways(shop: Shop, words: str) -> None:
    await offer(shop)
    assert (await shop.say(words)).startswith("领取成功！")


async def test_a_title_longer_than_a_wish_is_taken_by_its_words(shop: Shop) -> None:
    title = "国庆黄金周华东地区全部门店满三百元减五十元专享优惠券（含羽绒服和童装）"
    await offer(shop, title=title)
    assert len(title) > 32
    assert "msgmenucontent=领取满减20&" in await shop.say("附近优惠")  # by its code: a tap's words stay short
    assert (await shop.say(f"领取{title}")).startswith("领取成功！")


@pytest.mark.parametrize("words", ["领导在吗", "领取", "领取不存在的券", "领取不存在的券 7K2MQ9ABCD"])
async def test_other_words_are_no_claim(shop: Shop, words: str) -> None:
    await offer(shop)
    await shop.say(words)
    assert await shop.handler_of_last() != "coupon_take"
    assert await Coupon.all().count() == 0


async def test_own_copies_show_whole_codes_however_many(shop: Shop) -> None:
    for number in range(8):
        await offer(shop, code=f"c{number}", title=f"第{number}份" + "长" * 55)
        await shop.say(f"领取c{number}")
    words = await shop.say("我的优惠券")
    assert len(words.encode()) <= 2048
    assert words.count("券码：") == words.count("有效期至") == words.count("不与其他券同用")
    assert words.endswith("还有一些没有列出。")


async def test_a_store_far_away_is_named_where_none_is_near(shop: Shop) -> None:
    await offer(shop, code="a", title="西湖券", stores=["S3"])
    await shop.say("你好")
    await keep_place(shop, 31.2354)
    words = await shop.say("附近优惠")
    assert "可用门店：西湖店（约165.7公里）" in words and MAP in words
