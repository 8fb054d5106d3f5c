"""A phone reports a place: the offers of the store it is at, once a person, store and day, and silence else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import handlers
from bot.edge.desk import Desk
from bot.routing import Router, discover
from campaigns.coupons.offers.templates import step_template
from core.accounts import Crs
from core.coordinates import to_wgs84
from core.places import Point
from models import CouponCall, Delivery
from tests.handlers.shop import SHOP, Shop, words_in
from tests.handlers.test_place_offers import offer

NORTH_DEG = 1 / 111_195
"""One metre."""
SQUARE, XUJIAHUI = (31.2327, 121.4756), (31.1950, 121.4370)


async def report(
    shop: Shop, metres: float = 300, precision: float = 0, openid: str = "o1", store: tuple[float, float] = SQUARE
) -> str:
    """So far north of a store; what it brought, empty for silence. Phones report WGS-84."""
    reply = await shop.push(reported(metres, precision, store), openid)
    return words_in(reply) if reply else ""


def reported(metres: float, precision: float = 0, store: tuple[float, float] = SQUARE) -> dict[str, Any]:
    point = to_wgs84(Point(store[0] + metres * NORTH_DEG, store[1], Crs.GCJ02))
    where = {"Latitude": f"{point.latitude:.6f}", "Longitude": f"{point.longitude:.6f}", "Precision": str(precision)}
    return {"MsgType": "event", "Event": "LOCATION", **where}


async def told() -> list[int | None]:
    """Whom a store was told of, once for each store and day. No row tells which store it was."""
    rows = await CouponCall.filter(key__startswith="near:").order_by("at")
    assert all(len(row.key) == 37 and row.answer == {} for row in rows)
    return [row.customer_id for row in rows]


async def test_offers_are_told_once_a_person_store_and_day(any_shop: Shop) -> None:
    await offer(any_shop)
    any_shop.moment += timedelta(hours=3)  # 15:00, both stores are open
    words = await report(any_shop)
    assert words.startswith(
        "您在人民广场店附近，现在可以领取：\n\n【满100减20】满100元减20元\n不与其他券同用\n"
        "可用门店：人民广场店（约300米）\n"
        '<a href="weixin://bizmsgmenu?msgmenucontent=领取满100减20&msgmenuid=1">点此领取</a>\n\n'
        "人民广场店（约300米）\n今日10:00"
    )
    assert [await report(any_shop), await report(any_shop)] == ["", ""]
    assert (await report(any_shop, store=XUJIAHUI)).startswith("您在徐家汇店附近")
    assert await report(any_shop, store=XUJIAHUI) == ""
    assert (await report(any_shop, openid="o2")).startswith("您在人民广场店附近")
    assert await told() == [1, 1, 2]
    any_shop.moment += timedelta(hours=19)  # 10:00 the next day
    assert (await report(any_shop)).startswith("您在人民广场店附近")
    assert await Delivery.all().count() == 0


async def test_the_report_after_the_silent_one_asks_no_transaction(shop: Shop) -> None:
    await offer(shop)
    took = []
    for _ in range(4):
        await report(shop)
        took.append(await shop.handler_of_last())
    assert took == ["location_offers", "location_offers", "location_event", "location_event"]


async def test_another_process_does_not_tell_again(any_shop: Shop) -> None:
    await offer(any_shop)
    assert await report(any_shop) != ""
    first = any_shop.desk
    any_shop.desk = Desk(first._journal, Router(discover(handlers, any_shop.rooms)))
    any_shop.desk.start()
    try:
        assert await report(any_shop) == ""
    finally:
        await any_shop.desk.stop(1)
        any_shop.desk = first


async def test_a_report_pushed_again_gets_the_same_words(any_shop: Shop) -> None:
    await offer(any_shop)
    any_shop.moment += timedelta(seconds=1)
    push = reported(300) | {"ToUserName": "gh_1", "FromUserName": "o1", "CreateTime": int(any_shop.moment.timestamp())}
    first, second = await any_shop.take(push, SHOP), await any_shop.take(push, SHOP)
    assert first == second and words_in(first).startswith("您在人民广场店附近")
    assert await told() == [1]


async def test_area_is_a_kilometre_where_the_offer_names_none(shop: Shop) -> None:
    await offer(shop)
    assert "满100减20" not in await report(shop, 1_050)
    assert "满100减20" in await report(shop, 990)


async def test_area_is_the_offers_radius_and_the_phones_precision_is_added(shop: Shop) -> None:
    await offer(shop, radius_m=200)
    assert "满100减20" not in await report(shop, 300, 90)
    words = await report(shop, 300, 110)
    assert "您在人民广场店附近" in words and "msgmenucontent=领取满100减20 " in words


async def test_the_pass_in_the_words_takes_the_offer(shop: Shop) -> None:
    await offer(shop, radius_m=400)
    place_pass = (await report(shop)).split("领取满100减20 ")[1][:10]
    assert (await shop.say(f"领取满100减20 {place_pass}")).startswith("领取成功！")


async def test_who_took_all_or_wants_no_promotions_is_told_nothing(any_shop: Shop) -> None:
    await offer(any_shop)
    await any_shop.say("领取满100减20")
    await any_shop.say("退订", "o2")
    assert "满100减20" not in await report(any_shop)
    assert "满100减20" not in await report(any_shop, openid="o2")
    assert await told() == []


async def test_a_new_offer_is_told_to_who_had_nothing_left(shop: Shop) -> None:
    await offer(shop)
    await shop.say("领取满100减20")
    await report(shop)
    await offer(shop, code="新的", title="下午茶券")
    assert "【下午茶券】" in await report(shop)


async def test_a_closed_store_and_a_paused_offer_say_nothing(shop: Shop) -> None:
    code = await offer(shop)
    shop.moment += timedelta(hours=11)  # 23:00
    assert await report(shop) == ""
    shop.moment += timedelta(hours=12)
    await step_template(code, "pause", "", "cli:x", shop.moment)
    await shop.rooms.coupons.refresh()
    assert "满100减20" not in await report(shop)


async def test_the_nearest_store_that_has_offers_is_told_of(shop: Shop) -> None:
    """人民广场店 is nearer by far, but the offer is good at 徐家汇店, whose area is wide."""
    shop.moment += timedelta(hours=3)
    await offer(shop, stores=["S2"], radius_m=8_000)
    assert (await report(shop)).startswith("您在徐家汇店附近")
