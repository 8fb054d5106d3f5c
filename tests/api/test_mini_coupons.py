"""Taking coupons in the mini program: one copy a wish, reasons in words, nobody else's."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.session_tokens import SessionTokens
from campaigns.coupons.claiming.blocks import block
from campaigns.coupons.counter import CouponCounter
from campaigns.coupons.offers.templates import add_template, step_template
from campaigns.coupons.refusals import Refusal
from campaigns.coupons.wallet import OwnCopy
from core.errors import Busy
from customers.erasure import erase_person
from models import Consent, Coupon, CouponCall, CouponState, Identity, Interaction, Place, Purpose
from tests.api.house import NOON, SECRET, Answer, House, open_house
from tests.api.qr_reader import modules_of_svg, text_of
from tests.campaigns.coupons.offers import code_of, form, publish
from tests.commands.test_scenes_and_menus import modules_in
from tests.guides.brand import open_store
from tests.wechat import MINI_ID

PATH = "/mini/mini/coupons"
AT_STORE = {"latitude": 31.2327, "longitude": 121.4756}
FAR = {"latitude": 31.2498, "longitude": 121.4756}  # 1,901 m north of it
KEY = "wish-0001"


async def offer(house: House, **changes: Any) -> str:
    code = await publish(**changes)
    await house.coupons.refresh()
    return code


async def take(house: House, token: str, key: str = KEY, template: str = "满减20", **more: Any) -> Answer:
    return await house.post(PATH, token, json={"template": template, "key": key, **more})


async def customer_of(openid: str) -> int:
    return (await Identity.get(openid=openid, app_id=MINI_ID)).customer_id


def assert_refused(answer: Answer, code: str, detail: str, figures: dict[str, Any]) -> None:
    assert (answer.status, answer.body["code"], answer.body["detail"]) == (409, code, detail)
    assert answer.body["figures"] == figures
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_copy_is_taken_and_shown_with_its_code_and_rules(house: House) -> None:
    await offer(house, weekdays=[6, 7], hours="10:00-21:00", words="全场通用")
    answer = await take(house, await house.sign_in())
    assert answer.status == 201
    assert answer.headers["Cache-Control"] == "no-store"
    [row] = await Coupon.all()
    assert (row.source, row.customer_id) == ("mini", await customer_of("oA"))
    assert answer.body == {
        "id": row.id,
        "template": "满减20",
        "title": "满100减20",
        "kind": "cash",
        "worth": "满100元减20元",
        "rules": ["限周六、周日 10:00-21:00使用", "不与其他券同用"],
        "words": "全场通用",
        "picture_url": "",
        "code": await code_of(row.id),
        "state": "issued",
        "valid_from": "2026-11-20T12:00:00+08:00",
        "valid_until": "2026-12-20T00:00:00+08:00",
        "qr_url": f"/mini/mini/coupons/{row.id}/qr.svg",
    }


async def test_the_same_key_20_times_at_once_is_one_copy(house: House) -> None:
    await offer(house, stock=50, per_person=20)
    token = await house.sign_in()
    answers = await asyncio.gather(*(take(house, token) for _ in range(20)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["code"] for answer in answers}) == 1
    assert await Coupon.all().count() == 1 == await CouponCall.all().count()


async def test_the_same_key_in_two_processes_is_one_copy(postgres: str) -> None:
    async with open_house() as one, open_house() as other:
        await offer(one, stock=50, per_person=20)
        await other.coupons.refresh()
        token = await one.sign_in()
        answers = await asyncio.gather(*(take(house, token) for house in (one, other) * 10))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["code"] for answer in answers}) == 1
    assert await Coupon.all().count() == 1 == await CouponCall.all().count()


async def test_other_keys_get_other_copies_within_the_limit(house: House) -> None:
    await offer(house, stock=50, per_person=2)
    token = await house.sign_in()
    answers = await asyncio.gather(*(take(house, token, f"wish-{number:04}") for number in range(20)))
    assert sorted(answer.status for answer in answers) == [201] * 2 + [409] * 18
    assert {answer.body["code"] for answer in answers if answer.status == 409} == {"limit_reached"}
    assert await Coupon.all().count() == 2


async def test_a_key_belongs_to_its_person_and_offer(house: House) -> None:
    await offer(house)
    await offer(house, code="包邮", title="包邮券", kind="shipping", amount=None, threshold=None)
    mine, theirs = await house.sign_in("oA"), await house.sign_in("oB")
    answers = [
        await take(house, mine),
        await take(house, theirs),
        await take(house, mine, template="包邮"),
    ]
    assert [answer.status for answer in answers] == [201] * 3
    assert len({answer.body["code"] for answer in answers}) == 3
    assert [answer.body["template"] for answer in answers] == ["满减20", "满减20", "包邮"]
    assert {row.customer_id for row in await Coupon.all()} == {await customer_of("oA"), await customer_of("oB")}


async def test_a_first_answer_is_repeated_when_all_is_over(house: House) -> None:
    await offer(house, stock=1)
    mine, late = await house.sign_in("oA"), await house.sign_in("oB")
    given, refused = await take(house, mine), await take(house, late)
    assert_refused(refused, "sold_out", "已经领完了，下次早点来。", {"stock": 1})
    await step_template("满减20", "end", "", "cli:test", NOON)
    await house.coupons.refresh()
    assert (await take(house, mine)).body == given.body
    assert_refused(await take(house, late), "sold_out", "已经领完了，下次早点来。", {"stock": 1})
    assert_refused(await take(house, mine, "wish-0002"), "ended", "活动已经结束。", {})
    assert await Coupon.all().count() == 1


async def test_an_offer_is_bound_to_its_neighbourhood(house: House) -> None:
    await open_store("SH01", name="人民广场店", crs="gcj02", **AT_STORE)
    await offer(house, radius_m=500, per_person=9, stock=9)
    await house.stores.refresh()
    token = await house.sign_in()
    words = "请先发送位置，再领取这张券。"
    assert_refused(await take(house, token, "wish-0001"), "place_unknown", words, {})
    far = await take(house, token, "wish-0002", place=FAR)
    figures = {"radius": 500, "store": "人民广场店", "distance": 1901}
    assert_refused(far, "too_far", "到人民广场店500米以内就能领。", figures)
    # A phone that hides where it is says "within 20 km": that is not near.
    hidden = await take(house, token, "wish-0003", place={**FAR, "accuracy_m": 20000})
    assert (hidden.body["code"], hidden.body["figures"]["distance"]) == ("too_far", 1401)
    # The same numbers in Baidu's system lie some 1,100 m away from Tencent's point.
    assert (await take(house, token, "wish-0004", place={**AT_STORE, "crs": "bd09"})).status == 409
    assert await Coupon.all().count() == 0
    assert (await take(house, token, "wish-0005", place=AT_STORE)).status == 201


async def test_a_place_kept_with_consent_a_moment_ago_will_do(house: House) -> None:
    await open_store("SH01", name="人民广场店", crs="gcj02", **AT_STORE)
    await offer(house, radius_m=500, per_person=2)
    await house.stores.refresh()
    token = await house.sign_in()
    kept = {"customer_id": await customer_of("oA"), "crs": "gcj02", "accuracy_m": 600.0, "source": "location"}
    a_while = timedelta(minutes=20)
    await Place.create(**kept, **AT_STORE, captured_at=NOON - a_while, expires_at=NOON + timedelta(days=30))
    assert (await take(house, token, "wish-0001")).status == 201
    house.moment += a_while
    assert_refused(await take(house, token, "wish-0002"), "place_unknown", "请先发送位置，再领取这张券。", {})


@pytest.mark.parametrize("consents", [False, True])
async def test_the_place_is_kept_nowhere(house: House, consents: bool) -> None:
    await open_store("SH01", crs="gcj02", **AT_STORE)
    await offer(house, radius_m=500)
    await house.stores.refresh()
    token = await house.sign_in()
    if consents:
        who = {"customer_id": await customer_of("oA"), "purpose": Purpose.LOCATION, "at": NOON}
        await Consent.create(**who, is_granted=True, text_version="location-1", channel="chat")
    assert (await take(house, token, place={"latitude": 31.23275, "longitude": 121.47565})).status == 201
    assert await Place.all().count() == 0 == await Interaction.all().count()
    [call] = await CouponCall.all()
    assert "31.2" not in json.dumps(call.answer)


async def test_who_is_blocked_is_not_told_why(house: House) -> None:
    await offer(house)
    token = await house.sign_in()
    await block(await customer_of("oA"), "刷单团伙", 0, "cli:test", NOON)
    answer = await take(house, token)
    assert_refused(answer, "blocked", "暂时不能领取，请联系门店。", {})
    assert "刷单" not in json.dumps(answer.body, ensure_ascii=False)
    assert await Coupon.all().count() == 0


async def test_the_brands_own_reasons_and_money_stay_inside(house: House) -> None:
    await offer(house, stock=9, budget=20)
    answers = [await take(house, await house.sign_in(openid)) for openid in ("oA", "oB", "oC")]
    assert [answer.status for answer in answers] == [201, 409, 409]
    assert_refused(answers[1], "budget_spent", "已经领完了，下次早点来。", {})
    assert_refused(answers[2], "paused", "活动暂停了，请稍后再来看看。", {})


async def test_too_many_in_a_minute_are_refused_with_figures(database: str) -> None:
    async with open_house(per_minute=2) as house:
        await offer(house, stock=9, per_person=9)
        token = await house.sign_in()
        answers = [await take(house, token, f"wish-{number:04}") for number in range(3)]
        assert [answer.status for answer in answers] == [201, 201, 409]
        figures = {"seconds": 60, "taken": 2, "limit": 2}
        assert_refused(answers[2], "too_fast", "操作太频繁，请过一会儿再试。", figures)


async def test_what_is_no_offer_is_missing_and_drafts_are_nobodys_business(house: House) -> None:
    await add_template(form(code="明年的"), "cli:test", NOON)
    token = await house.sign_in()
    for template in ("没有的", "明年的"):
        answer = await take(house, token, template=template)
        assert (answer.status, answer.body["code"]) == (404, "missing")
    assert await CouponCall.all().count() == 0


class CrowdedCounter(CouponCounter):
    """One at which thousands wait."""

    async def take(self, *_: Any, **__: Any) -> OwnCopy | Refusal:
        raise Busy("too many claims at once; try again in a moment")


async def test_a_crowd_is_asked_to_come_again(database: str) -> None:
    async with open_house(counter=CrowdedCounter) as house:
        await offer(house)
        answer = await take(house, await house.sign_in())
    assert (answer.status, answer.body["code"], answer.headers["Retry-After"]) == (503, "busy", "1")
    assert await Coupon.all().count() == 0 == await CouponCall.all().count()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"key": KEY}, "template"),
        ({"template": "", "key": KEY}, "template"),
        ({"template": 7, "key": KEY}, "template"),
        ({"template": "满" * 65, "key": KEY}, "template"),
        ({"template": "满减20"}, "key"),
        ({"template": "满减20", "key": "k" * 7}, "key"),
        ({"template": "满减20", "key": "k" * 65}, "key"),
        ({"template": "满减20", "key": 12345678}, "key"),
        ({"template": "满减20", "key": KEY, "openid": "oB"}, "openid"),
        ({"template": "满减20", "key": KEY, "place": "上海"}, "place"),
        ({"template": "满减20", "key": KEY, "place": {}}, "place.latitude"),
        ({"template": "满减20", "key": KEY, "place": {**AT_STORE, "city": "上海"}}, "place.city"),
        ({"template": "满减20", "key": KEY, "place": {**AT_STORE, "longitude": True}}, "place.longitude"),
    ],
)
async def test_a_bad_wish_is_named_and_takes_nothing(house: House, body: dict[str, Any], field: str) -> None:
    await offer(house)
    answer = await house.post(PATH, await house.sign_in(), json=body)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "invalid", field)
    assert answer.body["remedy"]
    assert await Coupon.all().count() == 0 == await CouponCall.all().count()


async def test_keys_are_as_long_as_they_may_be(house: House) -> None:
    await offer(house, per_person=2)
    token = await house.sign_in()
    assert [(await take(house, token, key)).status for key in ("钥" * 64, "k" * 8)] == [201, 201]


async def test_a_body_over_4_kib_is_refused(house: House) -> None:
    answer = await house.post(PATH, await house.sign_in(), data=b" " * 4097)
    assert (answer.status, answer.body["code"]) == (413, "request_entity_too_large")


# ── one's own ────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_own_copies_are_listed_open_or_all(house: House) -> None:
    await offer(house, code="早结束", title="早", valid_days=3)
    await offer(house, code="晚结束", title="晚", valid_days=30)
    token = await house.sign_in()
    early = (await take(house, token, template="早结束")).body
    late = (await take(house, token, template="晚结束")).body
    used = (await take(house, await house.sign_in("oB"), template="早结束")).body
    await Coupon.filter(id=used["id"]).update(customer_id=await customer_of("oA"), slot=1, state=CouponState.REDEEMED)
    answer = await house.see(PATH, token)
    assert (answer.status, answer.body) == (200, {"coupons": [early, late]})
    assert answer.headers["Cache-Control"] == "no-store"
    everything = (await house.see(PATH + "?state=all", token)).body["coupons"]
    assert everything == [{**used, "state": "redeemed", "code": "", "qr_url": None}, late, early]
    house.moment = NOON + timedelta(days=3)  # midnight, at which the first one ended, is past
    token = await house.sign_in()
    assert (await house.see(PATH, token)).body == {"coupons": [late]}
    ended = (await house.see(f"{PATH}/{early['id']}", token)).body
    assert ended == {**early, "state": "expired", "code": "", "qr_url": None}
    assert (await take(house, token, template="早结束")).body == ended


async def test_another_word_for_the_state_is_refused(house: House) -> None:
    answer = await house.see(PATH + "?state=used", await house.sign_in())
    assert (answer.status, answer.body["field"]) == (422, "state")


async def test_a_strangers_copy_is_as_missing_as_none(house: House) -> None:
    await offer(house)
    copy = (await take(house, await house.sign_in("oA"))).body
    stranger = await house.sign_in("oB")
    assert (await house.see(PATH, stranger)).body == {"coupons": []}
    for tail in ("", "/qr.svg", "/qr.png"):
        theirs = await house.see(f"{PATH}/{copy['id']}{tail}", stranger)
        unknown = await house.see(f"{PATH}/{10**18 - 1}{tail}", stranger)
        assert theirs.status == 404
        assert (theirs.body, theirs.headers["Cache-Control"]) == (unknown.body, "no-store")
        assert copy["code"] not in json.dumps(theirs.body)


async def test_the_picture_says_the_code(house: House, tmp_path: Path) -> None:
    await offer(house)
    token = await house.sign_in()
    copy = (await take(house, token)).body
    status, picture, headers = await house.fetch(copy["qr_url"], token)
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "image/svg+xml", "no-store")
    assert text_of(modules_of_svg(picture, border=4)) == copy["code"] == await code_of(copy["id"])
    status, picture, headers = await house.fetch(copy["qr_url"].replace(".svg", ".png"), token)
    assert (status, headers["Content-Type"], headers["Cache-Control"]) == (200, "image/png", "no-store")
    (tmp_path / "qr.png").write_bytes(picture)
    assert text_of(modules_in(tmp_path / "qr.png", border=4)) == copy["code"]
    await Coupon.filter(id=copy["id"]).update(state=CouponState.REDEEMED)
    assert (await house.see(copy["qr_url"], token)).status == 404
    assert (await house.see(f"{PATH}/{copy['id']}/qr.gif", token)).status == 404


@pytest.mark.parametrize("how", ["none", "forged", "foreign", "ended", "erased"])
async def test_without_a_session_that_holds_nothing_is_told(house: House, how: str) -> None:
    await offer(house)
    token = await house.sign_in()
    copy = (await take(house, token)).body
    identity = await Identity.get(openid="oA")
    match how:
        case "none":
            token = ""
        case "forged":
            token = SessionTokens("x" * 32).issue(MINI_ID, identity.id, NOON)[0]
        case "foreign":
            token = SessionTokens(SECRET).issue("wx_other", identity.id, NOON)[0]
        case "ended":
            house.moment += timedelta(days=1)
        case "erased":
            await erase_person(identity.customer_id, NOON)
    answers = [await take(house, token, "wish-0002")]
    answers += [
        await house.post(f"/mini/mini/{path}", token, json={"city": "上海"}) for path in ("stores/nearby", "offers")
    ]
    answers += [await house.see(path, token) for path in (PATH, f"{PATH}/{copy['id']}", copy["qr_url"])]
    assert {(answer.status, answer.body["code"]) for answer in answers} == {(401, "unauthorised")}
    assert all(answer.headers["WWW-Authenticate"] == "Bearer" for answer in answers)
    assert await Coupon.all().count() == 1


@pytest.mark.parametrize("account", ["shop", "nobody"])
async def test_only_mini_programs_have_customers_here(house: House, account: str) -> None:
    token = await house.sign_in()
    for path in ("coupons", "offers", "stores/nearby"):
        assert (await house.post(f"/mini/{account}/{path}", token, json={})).status == 404
    assert (await house.see(f"/mini/{account}/coupons", token)).status == 404
