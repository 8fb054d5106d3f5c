"""Nearby shops, opening hours, the customer's guide, and places sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import Customer, Interaction, Place, Store
from models.revisions import bump
from tests.handlers.shop import MINI, Shop, planned, words_in

MAP = "https://apis.map.qq.com/uri/v1/marker?marker=coord:"
SQUARE_URL = (
    f"{MAP}31.232700,121.475600;title:%E4%BA%BA%E6%B0%91%E5%B9%BF%E5%9C%BA%E5%BA%97;"
    "addr:%E5%8D%97%E4%BA%AC%E8%A5%BF%E8%B7%AF1%E5%8F%B7&referer=zhiji"
)
SQUARE_OPEN = (
    "人民广场店（约300米）\n今日10:00-22:00（营业中，22:00打烊）\n地址：南京西路1号\n电话：021-11111111\n"
    f'<a href="{SQUARE_URL}">查看地图</a>'
)
NOT_KEPT = "您的位置只用于这次查询，不会保存。回复“同意位置”，我们会记住大致区域，以后推荐门店更方便。"
KEPT = "按您的同意，我们只记住大致区域，到期自动删除；回复“撤回位置”可随时撤回并删除。"
BY_CITY = "回复“城市＋门店”，例如“上海门店”，可以查看该城市的门店。"
HOW = f"点输入框旁的“＋”→“位置”→“发送位置”，就能查到离您最近的门店；{BY_CITY}"
NEAR_SQUARE = {"MsgType": "location", "Location_X": "31.2354", "Location_Y": "121.4756", "Label": "黄浦区"}


def place(latitude: float, longitude: float) -> dict[str, Any]:
    return NEAR_SQUARE | {"Location_X": str(latitude), "Location_Y": str(longitude)}


async def test_place_is_answered_with_the_nearest_open_shops_and_not_kept(shop: Shop) -> None:
    words = words_in(await shop.push(NEAR_SQUARE))
    assert words == f"离您最近、正在营业的门店：\n\n{SQUARE_OPEN}\n\n{NOT_KEPT}"  # 西湖店 is open too, 160 km away
    stored = (await Interaction.get()).fields_
    assert (stored["Location_X"], stored["Location_Y"], stored["Label"]) == ("", "", "")
    assert await Place.all().count() == 0


async def test_shops_that_open_later_are_left_out_until_they_do(shop: Shop) -> None:
    shop.moment += timedelta(hours=3)
    words = words_in(await shop.push(NEAR_SQUARE))
    assert words.index("人民广场店") < words.index("徐家汇店（约5.8公里）\n今日14:00-20:00（营业中，20:00打烊）")


async def test_at_night_the_near_shops_are_named_with_when_they_open(shop: Shop) -> None:
    shop.moment += timedelta(hours=11)
    words = words_in(await shop.push(NEAR_SQUARE))
    assert words.startswith("离您最近的门店现在都在休息：\n\n人民广场店（约300米）\n")
    assert "今日10:00-22:00（休息中，明天10:00开门）" in words


async def test_far_from_every_shop_the_nearest_is_named(shop: Shop) -> None:
    words = words_in(await shop.push(place(43.8256, 87.6168)))
    assert words.startswith("您附近50公里内还没有门店，最近的是：\n\n")
    assert words.count("公里）") == 1


async def test_place_with_consent_says_that_a_coarse_place_is_kept(shop: Shop) -> None:
    await shop.say("同意位置")
    assert words_in(await shop.push(NEAR_SQUARE)).endswith(KEPT)


async def test_place_without_coordinates_asks_again(shop: Shop) -> None:
    words = words_in(await shop.push(NEAR_SQUARE | {"Location_X": "", "Location_Y": ""}))
    assert words == f"没有读到位置，请再发送一次。{HOW}"


async def test_place_where_no_shop_has_coordinates(shop: Shop) -> None:
    await Store.all().update(latitude=None, longitude=None)
    await bump("stores")
    words = words_in(await shop.push(NEAR_SQUARE))
    assert words.startswith("暂时查不到门店的地图位置。")


async def test_a_reported_place_is_answered_with_open_shops_near_once_a_day(shop: Shop) -> None:
    where = {"MsgType": "event", "Event": "LOCATION", "Latitude": "31.2354", "Longitude": "121.4756", "Precision": "40"}
    assert "人民广场店（约" in words_in(await shop.push(where))
    assert await shop.push(where) is None
    assert await shop.handler_of_last() == "location_event"
    assert "人民广场店" in words_in(await shop.push(where, openid="o2"))
    shop.moment += timedelta(days=1)
    assert "人民广场店" in words_in(await shop.push(where))


async def test_a_reported_place_far_from_every_shop_is_not_answered(shop: Shop) -> None:
    where = {"MsgType": "event", "Event": "LOCATION", "Latitude": "45.75", "Longitude": "126.65", "Precision": "40"}
    assert await shop.push(where) is None


@pytest.mark.parametrize(
    "words", ["附近门店", " 附近 門店？", "請問附近的門市", "Nearest store", "附近有没有店！", "门店在哪里呢～"]
)
async def test_nearby_in_all_its_variants_tells_how_to_ask(shop: Shop, words: str) -> None:
    assert await shop.say(words) == HOW
    assert await shop.handler_of_last() == "nearby"


async def test_nearby_lists_the_shops_of_the_customers_city(shop: Shop) -> None:
    await shop.say("你好")
    await Customer.all().update(city="上海")
    words = await shop.say("附近门店")
    assert words.startswith("上海的门店：\n\n人民广场店\n今日10:00-22:00（营业中，22:00打烊）")
    unknown = "营业时间请致电门店确认"
    assert words.endswith(f"虹桥店\n{unknown}\n地址：申虹路9号\n\n静安店\n{unknown}\n电话：021-22222222\n\n{HOW}")


async def test_nearby_goes_by_the_kept_place_before_the_city(shop: Shop) -> None:
    await shop.say("你好")
    customer = await Customer.get()
    await Customer.all().update(city="杭州")
    await Place.create(
        customer=customer,
        latitude=31.2354,
        longitude=121.4756,
        crs="gcj02",
        accuracy_m=600,
        source="location",
        captured_at=shop.moment,
        expires_at=shop.moment + timedelta(days=1),
    )
    assert (await shop.say("附近门店")).startswith(f"离您较近、正在营业的门店：\n\n{SQUARE_OPEN}")
    shop.moment += timedelta(days=2)
    assert (await shop.say("附近门店")).startswith("杭州的门店：\n\n西湖店")


async def test_nearby_falls_back_to_the_guides_shop(shop: Shop) -> None:
    await shop.happen("subscribe", EventKey="qrscene_g_G2")
    assert (await shop.say("附近门店")).startswith("您的导购所在的门店：\n\n静安店\n")


@pytest.mark.parametrize("words", ["杭州门店", "杭州市的店", "杭州有店吗？", "杭州門市"])
async def test_a_city_named_is_answered_with_its_shops(shop: Shop, words: str) -> None:
    told = await shop.say(words)
    assert f'的门店：\n\n西湖店\n营业时间请致电门店确认\n<a href="{MAP}30.259000,120.165000;' in told
    assert await shop.handler_of_last() == "nearby_city"


async def test_a_city_without_shops_is_no_wish_for_one(shop: Shop) -> None:
    await shop.say("拉萨门店")
    assert await shop.handler_of_last() == "fallback"


async def test_in_a_mini_program_nobody_is_told_to_send_a_place(shop: Shop) -> None:
    assert await shop.push({"MsgType": "text", "Content": "附近门店"}, account=MINI) is None
    assert await planned() == [BY_CITY]


async def test_hours_of_the_guides_shop(shop: Shop) -> None:
    await shop.happen("subscribe", EventKey="qrscene_g_G1")
    square = "人民广场店\n今日10:00-22:00（营业中，22:00打烊）\n地址：南京西路1号\n电话：021-11111111"
    assert await shop.say("营业时间") == f"{square}\n\n查询其他门店请回复“附近门店”。"


@pytest.mark.parametrize("words", ["几点开门", "請問門市幾點打烊？", "營業時間", "几点关门呢"])
async def test_hours_without_a_guide_tell_how_to_ask(shop: Shop, words: str) -> None:
    assert await shop.say(words) == f"各门店的营业时间不同。{HOW}"


async def test_hours_that_nobody_knows_are_not_invented(shop: Shop) -> None:
    await shop.happen("subscribe", EventKey="qrscene_g_G2")
    assert (await shop.say("营业时间")).startswith("静安店\n营业时间请致电门店确认\n电话：021-22222222")


async def test_my_guide_names_guide_store_and_since_when(shop: Shop) -> None:
    await shop.happen("subscribe", EventKey="qrscene_g_G1")
    assert await shop.say("我的導購") == (
        "您的专属导购是人民广场店的导购小李，2026年6月1日起为您服务。\n"
        "地址：南京西路1号\n电话：021-11111111\n有事请回复“人工”，您的请求会列入导购的待办。"
    )


async def test_my_guide_without_a_guide(shop: Shop) -> None:
    assert await shop.say("我的导购") == "您还没有专属导购。到店扫一扫导购的二维码就可以绑定；需要帮助请回复“人工”。"
