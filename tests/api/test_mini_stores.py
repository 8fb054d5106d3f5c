"""Stores near a place or in a city, and what is on offer: read for one answer, nothing kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from campaigns.coupons.offers.templates import step_template
from core.accounts import Crs
from core.coordinates import convert
from core.places import Point
from guides.nearby import map_url
from models import Coupon, CouponCall, Interaction, Place
from tests.api.house import NOON, Answer, House
from tests.campaigns.coupons.offers import publish
from tests.guides.brand import open_store

STORES, OFFERS, COUPONS = "/mini/mini/stores/nearby", "/mini/mini/offers", "/mini/mini/coupons"
HERE = {"latitude": 31.2327, "longitude": 121.4756}


@pytest.fixture
async def shops(house: House) -> str:
    """Four stores in two cities, one of them closed at noon, one nobody knows the place of; the token of a customer."""
    await open_store(
        "SH01", name="人民广场店", city="上海", address="西藏中路268号", phone="021-60000001", crs="gcj02",
        opening_hours="Mo-Su 10:00-22:00", **HERE,
    )  # fmt: skip
    await open_store(
        "SH02", name="静安店", city="上海市", crs="gcj02", latitude=31.2400, longitude=121.4756,
        opening_hours="Mo-Su 13:00-22:00",
    )  # fmt: skip
    await open_store("SH03", name="新店", city="上海")
    await open_store("BJ01", name="国贸店", city="北京", crs="gcj02", latitude=39.9087, longitude=116.4605)
    return await house.sign_in()


async def near(house: House, token: str, **body: Any) -> Answer:
    return await house.post(STORES, token, json=body)


def codes(answer: Answer) -> list[tuple[str, int | None]]:
    assert answer.status == 200, answer
    return [(store["code"], store["distance_m"]) for store in answer.body["stores"]]


async def test_the_nearest_come_first_with_doors_place_and_offers(house: House, shops: str) -> None:
    await publish(code="全部", title="全场券")
    await publish(code="静安", title="静安券", stores=["SH02"])
    await house.coupons.refresh()
    answer = await near(house, shops, **HERE, accuracy_m=30)
    assert codes(answer) == [("SH01", 0), ("SH02", 811), ("BJ01", 1065287)]
    first, second, _ = answer.body["stores"]
    everywhere = {"template": "全部", "title": "全场券", "worth": "满100元减20元"}
    assert first == {
        "code": "SH01",
        "name": "人民广场店",
        "city": "上海",
        "address": "西藏中路268号",
        "phone": "021-60000001",
        "distance_m": 0,
        "is_open": True,
        "hours_today": "10:00-22:00",
        "hours_words": "营业中，22:00打烊",
        "map_url": map_url(house.stores.find("SH01")),
        "latitude": 31.2327,
        "longitude": 121.4756,
        "crs": "gcj02",
        "offers": [everywhere],
    }
    assert (second["is_open"], second["hours_words"]) == (False, "休息中，13:00开门")
    assert second["offers"] == [everywhere, {"template": "静安", "title": "静安券", "worth": "满100元减20元"}]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_only_open_ones_and_so_many(house: House, shops: str) -> None:
    assert codes(await near(house, shops, **HERE, open_only=True)) == [("SH01", 0), ("BJ01", 1065287)]
    assert codes(await near(house, shops, **HERE, limit=1)) == [("SH01", 0)]


@pytest.mark.parametrize("crs", [None, *Crs])
async def test_a_place_is_read_in_its_system(house: House, shops: str, crs: Crs | None) -> None:
    there = convert(Point(**HERE, crs=Crs.GCJ02), crs or Crs.GCJ02)
    named = {"crs": crs} if crs else {}
    answer = await near(house, shops, latitude=there.latitude, longitude=there.longitude, **named)
    assert codes(answer)[0] == ("SH01", 0)


async def test_a_city_has_its_stores_even_those_without_a_place(house: House, shops: str) -> None:
    answer = await near(house, shops, city="上海")
    assert codes(answer) == [("SH01", None), ("SH02", None), ("SH03", None)]
    unknown = answer.body["stores"][2]
    assert (unknown["latitude"], unknown["longitude"], unknown["crs"], unknown["is_open"]) == (None, None, None, None)
    assert (unknown["map_url"], unknown["offers"]) == ("", [])
    assert unknown["hours_words"] == "营业时间请致电门店确认"
    assert codes(await near(house, shops, city="上海", open_only=True, limit=2)) == [("SH01", None), ("SH03", None)]
    assert codes(await near(house, shops, city="拉萨")) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "latitude"),
        ({"latitude": 31.2}, "longitude"),
        ({"longitude": 121.4}, "latitude"),
        ({"latitude": 91, "longitude": 121.4}, "latitude"),
        ({"latitude": -90.5, "longitude": 121.4}, "latitude"),
        ({"latitude": 31.2, "longitude": 180.1}, "longitude"),
        ({"latitude": 10**400, "longitude": 121.4}, "latitude"),
        ({"latitude": "31.2", "longitude": 121.4}, "latitude"),
        ({"latitude": True, "longitude": 121.4}, "latitude"),
        ({"latitude": [31.2], "longitude": 121.4}, "latitude"),
        ({"latitude": 0, "longitude": 0}, "latitude"),
        ({**HERE, "crs": "GCJ02"}, "crs"),
        ({**HERE, "crs": None}, "crs"),
        ({**HERE, "crs": 2}, "crs"),
        ({**HERE, "crs": ["gcj02"]}, "crs"),
        ({**HERE, "accuracy_m": -1}, "accuracy_m"),
        ({**HERE, "accuracy_m": "20"}, "accuracy_m"),
        ({**HERE, "accuracy_m": False}, "accuracy_m"),
        ({**HERE, "limit": 0}, "limit"),
        ({**HERE, "limit": 21}, "limit"),
        ({**HERE, "limit": 2.0}, "limit"),
        ({**HERE, "limit": True}, "limit"),
        ({**HERE, "open_only": 1}, "open_only"),
        ({**HERE, "openonly": True}, "openonly"),
        ({**HERE, "city": "上海"}, "latitude"),
        ({"crs": "bd09", "city": "上海"}, "crs"),
        ({"city": ""}, "city"),
        ({"city": 21}, "city"),
        ({"city": "上" * 33}, "city"),
    ],
)
async def test_a_bad_place_is_named_with_its_remedy(house: House, body: dict[str, Any], field: str) -> None:
    answer = await near(house, await house.sign_in(), **body)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "invalid", field)
    assert answer.body["remedy"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_what_is_no_number_is_no_json(house: House, number: str) -> None:
    token = await house.sign_in()
    place = '{"latitude": NUMBER, "longitude": 121.4}'.replace("NUMBER", number)
    for path, body in ((STORES, place), (OFFERS, f'{{"place": {place}}}')):
        answer = await house.post(path, token, data=body.encode())
        assert (answer.status, answer.body["field"]) == (422, "body")


# ── offers ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_offers_tell_their_nearest_store_and_what_is_left(house: House, shops: str) -> None:
    await publish(code="静安", title="静安券", stores=["SH02"], per_person=2, radius_m=500)
    await publish(code="北京", title="北京券", stores=["BJ01"])
    await publish(code="新店", title="新店券", stores=["SH03"], words="开业礼")
    await house.coupons.refresh()
    answer = await house.post(OFFERS, shops, json={"place": HERE})
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    jingan, beijing, unplaced = answer.body["offers"]
    assert jingan == {
        "template": "静安",
        "title": "静安券",
        "kind": "cash",
        "worth": "满100元减20元",
        "rules": ["可用门店：静安店", "不与其他券同用"],
        "words": "",
        "picture_url": "",
        "radius_m": 500,
        "store": {"code": "SH02", "name": "静安店", "distance_m": 811},
        "is_within": False,
        "left": 2,
    }
    assert (beijing["template"], beijing["store"]["distance_m"], beijing["is_within"]) == ("北京", 1065287, True)
    assert (unplaced["template"], unplaced["store"], unplaced["words"]) == ("新店", None, "开业礼")
    closer = {"latitude": 31.2390, "longitude": 121.4756}
    answer = await house.post(OFFERS, shops, json={"place": closer})
    assert (answer.body["offers"][0]["store"]["distance_m"], answer.body["offers"][0]["is_within"]) == (111, True)


async def test_without_a_place_no_store_is_named(house: House, shops: str) -> None:
    await publish(code="附近", radius_m=500)
    await publish(code="全部", valid_days=7)
    await house.coupons.refresh()
    for body in ({}, {"place": None}):
        found = (await house.post(OFFERS, shops, json=body)).body["offers"]
        assert [(each["template"], each["store"], each["is_within"]) for each in found] == [
            ("全部", None, True),
            ("附近", None, None),
        ]


async def test_what_is_left_is_counted_for_this_person(house: House, shops: str) -> None:
    await publish(code="每天一张", per_person=3, per_day=1, stock=9)
    await publish(code="限两张", per_person=2, stock=9)
    await publish(code="最后一张", per_person=2, stock=2)
    await publish(code="预算", per_person=3, stock=9, budget=60)
    await house.coupons.refresh()

    async def left(token: str) -> dict[str, int]:
        found = (await house.post(OFFERS, token, json={})).body["offers"]
        return {each["template"]: each["left"] for each in found}

    assert await left(shops) == {"每天一张": 1, "限两张": 2, "最后一张": 2, "预算": 3}
    for template in ("每天一张", "限两张", "最后一张", "预算"):
        taken = await house.post(COUPONS, shops, json={"template": template, "key": f"wish-{template}-1"})
        assert taken.status == 201
    assert await left(shops) == {"每天一张": 0, "限两张": 1, "最后一张": 1, "预算": 2}
    assert await left(await house.sign_in("oB")) == {"每天一张": 1, "限两张": 2, "最后一张": 1, "预算": 2}
    house.moment = NOON + timedelta(hours=12)  # the brand's midnight
    assert (await left(shops))["每天一张"] == 1


async def test_what_is_over_is_not_on_offer(house: House, shops: str) -> None:
    await publish(code="停")
    await publish(code="过期", valid_days=None, valid_until="2026-11-19")
    await step_template("停", "pause", "缺货", "cli:test", NOON)
    await house.coupons.refresh()
    assert (await house.post(OFFERS, shops, json={"place": HERE})).body == {"offers": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"place": "上海"}, "place"),
        ({"place": [31.2, 121.4]}, "place"),
        ({"place": {"latitude": 91, "longitude": 121.4}}, "place.latitude"),
        ({"place": {**HERE, "crs": "wgs"}}, "place.crs"),
        (HERE, "latitude"),
    ],
)
async def test_a_bad_wish_for_offers_is_named(house: House, body: dict[str, Any], field: str) -> None:
    answer = await house.post(OFFERS, await house.sign_in(), json=body)
    assert (answer.status, answer.body["field"]) == (422, field)


async def test_looking_leaves_nothing_behind(house: House, shops: str) -> None:
    await publish()
    await house.coupons.refresh()
    await near(house, shops, **HERE)
    await house.post(OFFERS, shops, json={"place": HERE})
    for table in (Place, Interaction, Coupon, CouponCall):
        assert await table.all().count() == 0, table
