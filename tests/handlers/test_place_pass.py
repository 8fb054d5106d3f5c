"""Offers with a radius in chat: taken with a pass of one's own, fresh and for that offer, or by a kept place."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from campaigns.coupons.codes import ALPHABET
from campaigns.coupons.offers.passes import split_pass
from models import Coupon, CouponCall, Customer, Interaction, Place
from tests.guides.brand import APP
from tests.handlers.shop import MINI, Shop, planned
from tests.handlers.test_place_offers import ask_here, offer

REFUSED = "请先发送位置，再领取这张券。到店附近点输入框旁的“＋”→“位置”→“发送位置”，就能领取。"


async def told_pass(shop: Shop, openid: str = "o1", title: str = "满100减20") -> str:
    """The pass in the reply to a place 300 m from the store."""
    link = re.search(rf"msgmenucontent=领取{title} ([^&]+)&", await ask_here(shop, openid))
    assert link is not None
    return link[1]


async def near_offer(shop: Shop, **changes: object) -> str:
    return await offer(shop, **{"radius_m": 500, **changes})


async def test_pass_takes_the_offer_and_nothing_of_the_place_is_stored(any_shop: Shop) -> None:
    await near_offer(any_shop)
    place_pass = await told_pass(any_shop)
    assert (await any_shop.say(f"领取满100减20 {place_pass}")).startswith("领取成功！\n【满100减20】")
    [copy] = await Coupon.all()
    assert copy.source == "chat"
    assert await Place.all().count() == 0
    places = [row.fields_ for row in await Interaction.filter(kind="location")]
    assert [(row["Location_X"], row["Location_Y"]) for row in places] == [("", "")]


async def test_pass_holds_half_an_hour(shop: Shop) -> None:
    await near_offer(shop, per_person=3)
    place_pass = await told_pass(shop)
    shop.moment += timedelta(minutes=29)
    assert (await shop.say(f"领取满100减20 {place_pass}")).startswith("领取成功！")
    shop.moment += timedelta(minutes=2)
    assert await shop.say(f"领取满100减20 {place_pass}") == f"这次的位置已经失效。{REFUSED}"
    assert await Coupon.all().count() == 1


async def test_pass_of_another_person_is_worth_nothing(any_shop: Shop) -> None:
    await near_offer(any_shop)
    place_pass = await told_pass(any_shop)
    assert await any_shop.say(f"领取满100减20 {place_pass}", "o2") == f"这次的位置已经失效。{REFUSED}"
    assert await Coupon.all().count() == 0


async def test_pass_for_another_offer_is_worth_nothing(shop: Shop) -> None:
    await near_offer(shop)
    await near_offer(shop, code="另一张", title="另一张")
    assert REFUSED in await shop.say(f"领取另一张 {await told_pass(shop)}")
    assert (await shop.say(f"领取另一张 {await told_pass(shop, title='另一张')}")).startswith("领取成功！")


@pytest.mark.parametrize("place", [0, 1, 2, 5, 9])
async def test_pass_with_one_sign_changed_is_worth_nothing(shop: Shop, place: int) -> None:
    await near_offer(shop)
    signs = list(await told_pass(shop))
    assert len(signs) == 10 and set(signs) <= set(ALPHABET)
    signs[place] = ALPHABET[(ALPHABET.index(signs[place]) + 1) % len(ALPHABET)]
    assert REFUSED in await shop.say(f"领取满100减20 {''.join(signs)}")
    assert await Coupon.all().count() == 0


async def test_pass_is_of_one_account_one_store_and_one_radius(shop: Shop) -> None:
    code = await near_offer(shop)
    counter, at = shop.rooms.coupons, shop.moment
    given = await told_pass(shop)
    offered = await counter.get_offer(code)
    near = counter.passes.read(given, offered, APP, "o1", at)
    assert near is not None and (near.store_code, near.store_name, near.distance_m) == ("S1", "人民广场店", 500.0)
    assert counter.passes.read(given, offered, "wx_other", "o1", at) is None
    elsewhere = type(offered)(offered.code, offered.terms, frozenset(["S2"]))
    assert counter.passes.read(given, elsewhere, APP, "o1", at) is None


async def test_passes_tell_of_no_minute_and_no_place(shop: Shop) -> None:
    """Two passes of two minutes have nothing in common but the store."""
    await near_offer(shop)
    first = await told_pass(shop)
    shop.moment += timedelta(minutes=1)
    second = await told_pass(shop)
    assert first[:2] == second[:2] and first[2:] != second[2:]


@pytest.mark.parametrize(
    ("typed", "offered", "place_pass"),
    [
        ("满300减50 7k2mq9abcd", "满300减50", "7K2MQ9ABCD"),
        ("满300减50　7K2MQ9ABCD", "满300减50", "7K2MQ9ABCD"),
        ("春 季 券 7K2MQ9ABCD", "春 季 券", "7K2MQ9ABCD"),
        ("满300减50", "满300减50", ""),
        ("满300减50 7K2MQ9ABC", "满300减50 7K2MQ9ABC", ""),
        ("满300减50 0K2MQ9ABCD", "满300减50 0K2MQ9ABCD", ""),
        ("满300减50 7\u212a2MQ9ABCD", "满300减50 7\u212a2MQ9ABCD", ""),  # the sign for kelvin
    ],
)
def test_pass_is_read_off_the_end_as_it_may_be_typed(typed: str, offered: str, place_pass: str) -> None:
    assert split_pass(typed) == (offered, place_pass)


async def keep_place(shop: Shop, latitude: float, ago: timedelta = timedelta(0)) -> None:
    """As the projector keeps it of somebody who agreed; 121.4756 east."""
    await Place.create(
        customer=await Customer.get(),
        latitude=latitude,
        longitude=121.4756,
        crs="gcj02",
        accuracy_m=0,
        source="location",
        captured_at=shop.moment - ago,
        expires_at=shop.moment + timedelta(days=1),
    )


async def test_without_pass_and_place_the_refusal_says_how_to_send_one(any_shop: Shop) -> None:
    await near_offer(any_shop)
    assert await any_shop.say("领取满100减20") == REFUSED
    [call] = await CouponCall.all()
    assert call.answer["refused"] == "place_unknown"


async def test_kept_place_counts_with_half_the_diagonal_of_its_cell(any_shop: Shop) -> None:
    """The cell's middle is 700 m from the store, its corner 276 m."""
    await near_offer(any_shop, code="近", title="二百米券", radius_m=200)
    await near_offer(any_shop, code="远", title="三百米券", radius_m=300)
    await any_shop.say("你好")
    await keep_place(any_shop, 31.2327 + 700 / 111_195)
    assert (await any_shop.say("领取二百米券")).startswith("到人民广场店200米以内就能领。")
    assert (await any_shop.say("领取三百米券")).startswith("领取成功！")


async def test_kept_place_of_an_hour_ago_is_not_where_somebody_is(shop: Shop) -> None:
    await near_offer(shop)
    await shop.say("你好")
    await keep_place(shop, 31.2354, timedelta(hours=1))
    assert await shop.say("领取满100减20") == REFUSED
    assert "限门店500米以内：到店附近" in await shop.say("附近优惠")


async def test_kept_place_of_a_moment_ago_needs_no_pass(shop: Shop) -> None:
    await near_offer(shop)
    await shop.say("你好")
    await keep_place(shop, 31.2354)
    assert "msgmenucontent=领取满100减20&" in await shop.say("附近优惠")


async def test_a_mini_programs_chat_says_where_a_place_can_be_told(shop: Shop) -> None:
    await near_offer(shop)
    await shop.push({"MsgType": "text", "Content": "领取满100减20"}, "m1", MINI)
    [words] = await planned()
    assert words == "请先发送位置，再领取这张券。会话里发不了位置，请在小程序的优惠页面里允许定位后领取。"
