"""Reports of behaviour: stored once, in one commit, without places nobody agreed to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core.ports import Subject
from customers import consent
from customers.behaviour import message_key
from customers.erasure import erase_person
from models import Identity, Interaction, Purpose
from tests.api.house import NOON, House
from tests.wechat import MINI_ID

PATH = "/mini/mini/events"


def event(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "name": "product_view",
        "at": "2026-11-20T11:59:30.250+08:00",
        "properties": {"sku": "DN-2201", "name": "轻薄羽绒服", "price_fen": 59900},
        "idempotency_key": f"k{number}",
    } | changes


async def rows() -> list[Interaction]:
    return await Interaction.all().order_by("id")


async def test_a_batch_enters_the_journal_as_the_customers(house: House) -> None:
    token = await house.sign_in("oA")
    answer = await house.report(token, event(1), event(2, name="cart", at="2026-11-20T03:59:40Z", properties={}))
    assert (answer.status, answer.body) == (200, {"accepted": 2, "repeated": 0})
    first, second = await rows()
    identity = await Identity.get(openid="oA")
    assert (first.kind, second.kind) == ("mini.product_view", "mini.cart")
    assert first.fields_ == {"properties": {"sku": "DN-2201", "name": "轻薄羽绒服", "price_fen": 59900}}
    assert first.occurred_at == NOON - timedelta(seconds=29.75)
    assert (first.received_at, first.state, first.handler) == (NOON, "answered", "mini_events")
    assert not first.is_projected
    assert first.identity_id == identity.id  # type: ignore[attr-defined]
    assert first.message_key == message_key(MINI_ID, "oA", "k1")


async def test_a_repeated_batch_stores_nothing_twice(house: House) -> None:
    token = await house.sign_in()
    assert (await house.report(token, event(1))).body == {"accepted": 1, "repeated": 0}
    later = event(1, at="2026-11-20T11:59:59+08:00", properties={"sku": "other"})
    answer = await house.report(token, later, event(2), event(2))
    assert (answer.status, answer.body) == (200, {"accepted": 1, "repeated": 2})
    assert [row.fields_["properties"] for row in await rows()] == [event()["properties"], event()["properties"]]


async def test_ten_copies_at_once_are_stored_once(house: House) -> None:
    token = await house.sign_in()
    answers = await asyncio.gather(*(house.report(token, event(1), event(2)) for _ in range(10)))
    assert [answer.status for answer in answers] == [200] * 10
    assert sum(answer.body["accepted"] for answer in answers) == 2
    assert sum(answer.body["repeated"] for answer in answers) == 18
    assert len(await rows()) == 2


async def test_the_same_key_of_two_people_is_two_things(house: House) -> None:
    for openid in ("oA", "oB"):
        assert (await house.report(await house.sign_in(openid), event(1))).body == {"accepted": 1, "repeated": 0}
    assert len(await rows()) == 2


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"name": "purchase"}, "name"),
        ({"name": ["cart"]}, "name"),
        ({"at": "2026-11-20T12:03:00+08:00"}, "at"),
        ({"at": "2026-11-13T11:59:59+08:00"}, "at"),
        ({"at": "2026-11-20T11:59:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": 1780279200}, "at"),
        ({"at": None}, "at"),
        ({"properties": []}, "properties"),
        ({"properties": {"text": "长" * 1362}}, "properties"),
        ({"idempotency_key": ""}, "idempotency_key"),
        ({"idempotency_key": "k" * 65}, "idempotency_key"),
        ({"idempotency_key": 7}, "idempotency_key"),
        ({"openid": "oA"}, "openid"),
    ],
)
async def test_one_bad_event_is_named_and_nothing_is_stored(house: House, bad: dict[str, Any], field: str) -> None:
    token = await house.sign_in()
    answer = await house.report(token, event(1), event(2), event(3), event(4, **bad))
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "invalid", f"events[3].{field}")
    assert answer.body["remedy"]
    assert await rows() == []


@pytest.mark.parametrize("events", [None, {}, [], "x", [1], [None]])
async def test_what_is_no_list_of_events(house: House, events: Any) -> None:
    token = await house.sign_in()
    answer = await house.post(PATH, token, json={"events": events})
    assert answer.status == 422
    assert answer.body["field"] in ("events", "events[0]")


async def test_limits_are_reached_exactly(house: House) -> None:
    token = await house.sign_in()
    hundred = [event(number, idempotency_key="k" * 61 + f"{number:03d}") for number in range(100)]
    assert (await house.report(token, *hundred)).body == {"accepted": 100, "repeated": 0}
    answer = await house.report(token, *hundred, event(101))
    assert (answer.status, answer.body["field"]) == (422, "events")
    big = event(200, properties={"t": "x" * (4096 - len('{"t":""}'))}, at="2026-11-13T12:00:00+08:00")
    assert (await house.report(token, big)).body == {"accepted": 1, "repeated": 0}


async def test_a_phone_whose_clock_runs_a_little_ahead_is_heard(house: House) -> None:
    answer = await house.report(await house.sign_in(), event(1, at="2026-11-20T12:02:00+08:00"))
    assert answer.status == 200


async def test_a_body_over_256_kib_is_refused(house: House) -> None:
    token = await house.sign_in()
    answer = await house.post(PATH, token, data=b" " * (256 * 1024 + 1))
    assert (answer.status, await rows()) == (413, [])


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d"])
async def test_what_no_database_stores_is_refused(house: House, text: str) -> None:
    answer = await house.report(await house.sign_in(), event(1, properties={"text": text}))
    assert (answer.status, answer.body["field"]) == (422, "body")


async def test_deep_nesting_is_refused(house: House) -> None:
    deep: Any = "x"
    for _ in range(20):
        deep = [deep]
    answer = await house.report(await house.sign_in(), event(1, properties={"deep": deep}))
    assert (answer.status, answer.body["field"]) == (422, "body")


WHERE = {"latitude": 31.2304, "longitude": 121.4737, "accuracy": 20, "address": "南京西路1号"}
PLACED = {"store": "S1", "where": WHERE}


async def test_places_are_blank_without_consent(house: House) -> None:
    await house.report(await house.sign_in(), event(1, name="store_visit", properties=PLACED))
    (row,) = await rows()
    assert row.fields_ == {
        "properties": {"store": "S1", "where": {"latitude": "", "longitude": "", "accuracy": "", "address": ""}}
    }


async def test_places_are_coarse_with_consent(house: House) -> None:
    token = await house.sign_in("oA")
    identity = await Identity.get(openid="oA").prefetch_related("customer")
    who = Subject(0, identity.id, identity.customer.id, MINI_ID, "oA", NOON)
    await consent.grant(who, Purpose.LOCATION, "mini_program")
    await house.report(token, event(1, name="store_visit", properties=PLACED))
    (row,) = await rows()
    where = row.fields_["properties"]["where"]  # type: ignore[index]
    assert where["latitude"] != 31.2304
    assert abs(where["latitude"] - 31.2304) < 0.004
    assert (where["accuracy"], where["address"]) == (600.0, "")


@pytest.mark.parametrize("token", ["", "x", "1.99999999999.AAAA"])
async def test_without_a_session_nothing_is_taken(house: House, token: str) -> None:
    answer = await house.report(token, event(1))
    assert (answer.status, answer.body["code"]) == (401, "unauthorised")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert await rows() == []


async def test_a_session_ends_after_a_day(house: House) -> None:
    token = await house.sign_in()
    house.moment += timedelta(days=1)
    answer = await house.report(token, event(1, at=house.moment.isoformat()))
    assert (answer.status, answer.body["detail"]) == (401, "the session has ended")


async def test_an_erased_persons_session_is_over(house: House) -> None:
    token = await house.sign_in("oA")
    customer = (await Identity.get(openid="oA").prefetch_related("customer")).customer
    await erase_person(customer.id, NOON)
    answer = await house.report(token, event(1))
    assert answer.status == 401
    assert await rows() == []
