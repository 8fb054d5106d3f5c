"""Signing in with a wx.login code."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from api.problems import Unauthorised
from api.session_tokens import SessionTokens
from models import Customer, Identity
from tests.api.house import NOON, SECRET, House
from tests.wechat import MINI_ID

PATH = "/mini/mini/session"


async def test_a_code_becomes_a_session_of_a_new_customer(house: House) -> None:
    answer = await house.post(PATH, json={"code": house.code("oA")})
    assert answer.status == 200
    identity = await Identity.get(openid="oA").prefetch_related("customer")
    assert identity.app_id == MINI_ID
    assert answer.body.keys() == {"token", "expires_at", "customer_id"}
    assert answer.body["customer_id"] == identity.customer.id
    assert answer.body["expires_at"] == "2026-11-21T04:00:00+00:00"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_nothing_of_wechats_ids_or_keys_leaves(house: House) -> None:
    answer = await house.post(PATH, json={"code": house.code("oSecretOpenid", "uSecretUnionid")})
    told = json.dumps(answer.body)
    assert "oSecretOpenid" not in told
    assert "uSecretUnionid" not in told
    assert "session_key" not in told


async def test_signing_in_again_is_the_same_customer(house: House) -> None:
    first = await house.post(PATH, json={"code": house.code("oA")})
    again = await house.post(PATH, json={"code": house.code("oA")})
    assert again.body["customer_id"] == first.body["customer_id"]
    assert await Customer.all().count() == 1


async def test_a_unionid_joins_whoever_has_it_on_another_app(house: House) -> None:
    known = await Customer.create(created_at=NOON - timedelta(days=9))
    await Identity.create(app_id="wx_shop", openid="oShop", unionid="uA", customer=known, created_at=NOON)
    answer = await house.post(PATH, json={"code": house.code("oA", "uA")})
    assert answer.body["customer_id"] == known.id
    identities = await Identity.all().prefetch_related("customer")
    assert {(each.openid, each.unionid, each.customer.id) for each in identities} == {
        ("oShop", "uA", known.id),
        ("oA", "uA", known.id),
    }


@pytest.mark.parametrize("how", ["used", "unknown"])
async def test_a_code_wechat_refuses_is_the_callers_fault(house: House, how: str) -> None:
    code = house.code()
    if how == "used":
        await house.post(PATH, json={"code": code})
    else:
        code = "0neverminted"
    before = await Customer.all().count()
    answer = await house.post(PATH, json={"code": code})
    assert answer.status == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.body == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "code": "invalid",
        "detail": "WeChat does not accept this code (any more)",
        "field": "code",
        "remedy": "call wx.login and send the new code",
    }
    assert await Customer.all().count() == before


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 7}, {"code": "x" * 129}, {"code": None}])
async def test_a_missing_code_is_named(house: House, body: dict[str, object]) -> None:
    answer = await house.post(PATH, json=body)
    assert (answer.status, answer.body["field"]) == (422, "code")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"code": NaN}', b'{"code": 1e999}', b"[" * 40000, b'{"code": "\\ud800"}'],
)
async def test_nonsense_is_no_json_object(house: House, body: bytes) -> None:
    answer = await house.post(PATH, data=body)
    assert (answer.status, answer.body["field"]) == (422, "body")


async def test_a_body_over_64_kib_is_refused(house: House) -> None:
    for body in (b" " * 65_537, _chunks(70_000)):
        answer = await house.post(PATH, data=body)
        assert (answer.status, answer.body["code"]) == (413, "request_entity_too_large")


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b" " * 1000


@pytest.mark.parametrize("path", ["/mini/shop/session", "/mini/nobody/session", "/mini/mini/else"])
async def test_only_mini_programs_of_ours_have_sessions(house: House, path: str) -> None:
    answer = await house.post(path, json={"code": "x"})
    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_the_wrong_method_is_told_the_right_one(house: House) -> None:
    status, body, headers = await house.get(PATH)
    assert (status, headers["Allow"]) == (405, "POST")
    assert json.loads(body)["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("knobs", "status", "code"),
    [
        ({"errors": {"/sns/jscode2session": {"code": -1}}}, 503, "busy"),
        ({"errors": {"/sns/jscode2session": {"code": 40125}}}, 502, "refused_by_channel"),
        ({"lost_share": 1.0, "fault_paths": ["/sns/jscode2session"]}, 504, "unknown"),
    ],
)
async def test_wechats_trouble_is_no_fault_of_the_caller(
    house: House, knobs: dict[str, object], status: int, code: str
) -> None:
    house.wechat.world.turn(knobs)
    answer = await house.post(PATH, json={"code": house.code()})
    assert (answer.status, answer.body["code"], answer.body["field"]) == (status, code, "")
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert "mini-secret" not in json.dumps(answer.body)
    assert await Customer.all().count() == 0


def test_tokens_are_bound_to_app_person_and_time() -> None:
    tokens = SessionTokens(SECRET, timedelta(hours=1))
    token, ends_at = tokens.issue("wx_a", 7, NOON)
    assert ends_at == NOON + timedelta(hours=1)
    assert tokens.read("wx_a", token, NOON + timedelta(minutes=59)) == 7
    with pytest.raises(Unauthorised, match="ended"):
        tokens.read("wx_a", token, ends_at)
    with pytest.raises(Unauthorised, match="not valid here"):
        tokens.read("wx_b", token, NOON)
    with pytest.raises(Unauthorised, match="not valid here"):
        SessionTokens("another" * 6).read("wx_a", token, NOON)
    later = token.replace(str(int(ends_at.timestamp())), str(int(ends_at.timestamp()) + 9))
    with pytest.raises(Unauthorised, match="not valid here"):
        tokens.read("wx_a", later, NOON)


@pytest.mark.parametrize(
    "token", ["", "x", "7", "7.8", "7.8.", "..", "７.８.x", "-1.8.x", "7.8.é", "9" * 200, "1e3.8.x"]
)
def test_nonsense_is_no_token(token: str) -> None:
    with pytest.raises(Unauthorised):
        SessionTokens(SECRET).read("wx_a", token, datetime.now(UTC))
