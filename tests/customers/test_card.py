"""The card: the keys of the contract, exactly, and everything behind them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.errors import Missing
from core.messages import News, Text, Transfer, reply_to_json
from core.ports import InteractionState
from customers.card import Cards
from customers.consent import grant
from customers.following import follow, unfollow
from customers.identities import learn_unionid, remember_unionid
from customers.phones import PhoneVault
from customers.projector import Projector
from customers.replaying import replay_tags
from customers.tagging.live import LiveLexicon, starter_lexicon
from customers.totals import count_all
from models import Audit, Customer, CustomerTag, DeliveryState, Purpose, Tag, TagKind
from tests.customers.people import APP, MINI, act, at, meet, say
from tests.customers.staffing import bind, deliver, hire

VAULT = PhoneVault("a secret for tests that protects nothing")
ACCOUNTS = {APP: "brand", MINI: "mall"}
NOW = at(days=2)


async def card_of(who: str | int, now: datetime = NOW) -> dict[str, Any]:
    card = await Cards(ACCOUNTS, VAULT, clock=lambda: now).show_customer(who)
    return json.loads(json.dumps(card, ensure_ascii=False))  # type: ignore[no-any-return]


async def project(live: LiveLexicon) -> None:
    await Projector(live, timedelta(days=30)).run_once()


async def test_the_keys_are_those_of_the_contract(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await follow(who, "")
    await bind(who.customer_id, await hire("G1"), at())
    await project(live)
    card = await card_of("o-1")
    assert list(card) == [
        "id",
        "identities",
        "attributes",
        "following",
        "bindings",
        "tags",
        "counters",
        "timeline",
    ]
    assert list(card["identities"][0]) == ["account", "app_id", "openid", "unionid"]
    assert list(card["following"][0]) == ["account", "since", "until"]
    assert list(card["bindings"][0]) == [
        "guide",
        "store",
        "kind",
        "source",
        "reason",
        "since",
        "until",
        "protected_until",
    ]
    contract = ["group", "name", "kind", "score", "since", "last_at", "evidence"]
    assert list(card["tags"][0]) == [*contract, "lexicon_version", "arithmetic"]
    assert list(card["tags"][0]["evidence"][0]) == [
        "interaction_id",
        "at",
        "text",
        "start",
        "end",
        "keyword",
        "negated",
        "subject",
        "because",
    ]
    assert list(card["counters"]) == ["messages", "events", "first_at", "last_at"]
    assert list(card["timeline"][0]) == ["at", "direction", "kind", "summary"]


async def test_a_person_is_shown_by_openid_or_by_id(database: str) -> None:
    who = await meet("o-1")
    by_openid, by_id = await card_of("o-1"), await card_of(who.customer_id)
    assert by_openid == by_id
    assert by_openid["id"] == who.customer_id


@pytest.mark.parametrize("who", ["o-nobody", "", 4711])
async def test_nobody_has_no_card(database: str, who: str | int) -> None:
    with pytest.raises(Missing):
        await card_of(who)
    assert await Audit.all().count() == 0


async def test_that_a_card_was_seen_is_in_the_audit(database: str) -> None:
    who = await meet("o-1")
    await Cards(ACCOUNTS, VAULT, clock=lambda: NOW).show_customer("o-1", actor="staff:3")
    audit = await Audit.get()
    assert (audit.actor, audit.action, audit.subject, audit.at) == (
        "staff:3",
        "card.seen",
        f"customer:{who.customer_id}",
        NOW,
    )


async def test_every_identity_with_the_name_of_its_account(database: str) -> None:
    one, two, third = await meet("o-1"), await meet("m-1", MINI), await meet("x-1", "wx_unknown")
    for who in (one, two, third):
        await learn_unionid(who.identity_id, "u-1", at())
    await remember_unionid(one.customer_id, "u-file", at())
    card = await card_of("m-1")
    assert card["identities"] == [
        {"account": "brand", "app_id": APP, "openid": "o-1", "unionid": "u-1"},
        {"account": "mall", "app_id": MINI, "openid": "m-1", "unionid": "u-1"},
        {"account": None, "app_id": "wx_unknown", "openid": "x-1", "unionid": "u-1"},
        {"account": None, "app_id": None, "openid": None, "unionid": "u-file"},
    ]


async def test_attributes_are_known_or_null_and_the_phone_is_masked(database: str) -> None:
    who = await meet("o-1")
    unknown = dict.fromkeys(("name", "gender", "birthday", "city", "member_no", "phone", "place"))
    nothing_agreed = {"marketing": False, "location": False}
    assert (await card_of("o-1"))["attributes"] == {
        **unknown,
        "consent": nothing_agreed,
        "time_zone": None,
        "stated": [],
        "readings": {"moods": {}, "intents": {}, "newest": []},
    }
    await Customer.filter(id=who.customer_id).update(
        name="林小满", city="杭州", member_no="M1", time_zone="Asia/Urumqi", phone_cipher=VAULT.seal("+8613800001234")
    )
    await grant(who, Purpose.MARKETING, "text")
    attributes = (await card_of("o-1"))["attributes"]
    assert (attributes["name"], attributes["city"], attributes["member_no"]) == ("林小满", "杭州", "M1")
    assert (attributes["phone"], attributes["time_zone"]) == ("138****1234", "Asia/Urumqi")
    assert attributes["consent"] == {"marketing": True, "location": False}


async def test_a_place_is_shown_until_it_expires(database: str, live: LiveLexicon) -> None:
    await grant(await meet("o-1"), Purpose.LOCATION, "text")
    await act("o-1", "event.location", {"Latitude": "30.25", "Longitude": "120.15", "Precision": "50"})
    await project(live)
    assert (await card_of("o-1"))["attributes"]["place"] == {
        "latitude": 30.25,
        "longitude": 120.15,
        "crs": "wgs84",
        "accuracy_m": 50.0,
        "source": "event.location",
        "captured_at": "2026-11-20T04:00:00+00:00",
    }
    assert (await card_of("o-1", at(days=31)))["attributes"]["place"] is None


async def test_following_and_bindings_tell_their_history(database: str) -> None:
    who = await meet("o-1")
    await follow(who, "")
    await unfollow(replace(who, at=at(5)), timedelta(days=30))
    await follow(replace(who, at=at(9)), "")
    await bind(who.customer_id, await hire("G1"), at(), until=at(3))
    current = await bind(who.customer_id, await hire("G2"), at(4))
    current.protected_until = at(days=90)
    await current.save()
    card = await card_of("o-1")
    assert [
        (row["account"], row["since"][11:16], row["until"] and row["until"][11:16]) for row in card["following"]
    ] == [
        ("brand", "04:00", "04:05"),
        ("brand", "04:09", None),
    ]
    assert [(row["guide"], row["store"], row["until"] is None) for row in card["bindings"]] == [
        ("G1", "S-G1", False),
        ("G2", "S-G2", True),
    ]
    newest = card["bindings"][1]
    assert (newest["kind"], newest["source"], newest["reason"]) == ("primary", "scan", "扫描导购G2的渠道码")
    assert newest["protected_until"] == "2027-02-18T04:00:00+00:00"


async def test_a_tag_shows_the_words_that_caused_it(database: str, live: LiveLexicon) -> None:
    first = await say("o-1", "想要黑色的连衣裙", at())
    second = await act("o-1", "voice", {"Recognition": "不要黑色"}, moment=at(1))
    third = await say("o-1", "还是黑色吧，曜石黑", at(2))
    await project(live)
    tags = {tag["name"]: tag for tag in (await card_of("o-1"))["tags"]}
    black = tags["黑色"]
    assert (black["group"], black["kind"], black["score"]) == ("colour", "automatic", 2.0)
    assert (black["since"], black["last_at"]) == (at(2).isoformat(), at(2).isoformat())
    told = [(each["interaction_id"], each["text"], each["keyword"], each["negated"]) for each in black["evidence"]]
    assert told == [
        (first.interaction_id, "想要黑色的连衣裙", "黑色", False),
        (second.interaction_id, "不要黑色", "黑色", True),
        (third.interaction_id, "还是黑色吧，曜石黑", "黑色", False),
        (third.interaction_id, "还是黑色吧，曜石黑", "曜石黑", False),
    ]
    assert all(each["text"][each["start"] : each["end"]] == each["keyword"] for each in black["evidence"])


async def test_a_tag_that_no_longer_holds_leaves_the_card_and_stays_stored(database: str, live: LiveLexicon) -> None:
    await say("o-1", "想要黑色", at())
    await project(live)
    half_life = starter_lexicon().groups["colour"].half_life_days
    assert [tag["name"] for tag in (await card_of("o-1", at(days=2 * half_life)))["tags"]] == ["黑色"]
    assert (await card_of("o-1", at(days=2 * half_life + 1)))["tags"] == []
    assert await CustomerTag.all().count() == 1


async def test_a_refused_tag_is_shown_below_zero_with_its_words(database: str, live: LiveLexicon) -> None:
    await say("o-1", "不要黑色，要白色", at())
    await project(live)
    black, white = sorted((await card_of("o-1"))["tags"], key=lambda tag: float(tag["score"]))
    assert (black["name"], black["score"], white["name"], white["score"]) == ("黑色", -1.0, "白色", 1.0)
    assert [(each["keyword"], each["negated"]) for each in black["evidence"]] == [("黑色", True)]
    assert (await count_all())["tags"] == 1


async def test_a_refusal_fades_as_a_wish_does(database: str, live: LiveLexicon) -> None:
    await say("o-1", "不要黑色", at())
    await project(live)
    half_life = starter_lexicon().groups["colour"].half_life_days
    assert [tag["name"] for tag in (await card_of("o-1", at(days=2 * half_life)))["tags"]] == ["黑色"]
    assert (await card_of("o-1", at(days=2 * half_life + 1)))["tags"] == []


async def test_wanted_and_refused_alike_is_neither(database: str, live: LiveLexicon) -> None:
    await say("o-1", "想要黑色", at())
    await say("o-1", "不要黑色", at(1))
    await project(live)
    assert (await card_of("o-1"))["tags"] == []


async def test_of_an_exclusive_group_the_best_tag_is_shown_alone(database: str, live: LiveLexicon) -> None:
    for minutes, words in ((1, "我穿M码"), (2, "我穿L码"), (3, "L码的")):
        await say("o-1", words, at(minutes))
    await project(live)
    assert starter_lexicon().groups["size"].exclusive
    assert await CustomerTag.filter(tag__group="size", is_held=True).count() == 2
    assert [tag["name"] for tag in (await card_of("o-1"))["tags"]] == ["L"]


async def test_a_manual_tag_stands_beside_the_automatic_one(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await project(live)
    black = await Tag.get(group="colour", name="黑色")
    await CustomerTag.create(
        customer_id=who.customer_id,
        tag=black,
        kind=TagKind.MANUAL,
        score=1.0,
        since=at(days=-900),
        last_at=at(days=-900),
    )
    tags = (await card_of("o-1"))["tags"]
    assert [(tag["name"], tag["kind"], len(tag["evidence"])) for tag in tags] == [
        ("黑色", "automatic", 1),
        ("黑色", "manual", 0),
    ]


async def test_the_card_is_the_same_after_a_replay(database: str, live: LiveLexicon) -> None:
    for turn, words in enumerate(("想要黑色的连衣裙", "不要红色", "有38码吗", "太贵了")):
        await say("o-1", words, at(turn, days=turn))
    await project(live)
    before = await card_of("o-1", at(days=5))
    await replay_tags(live)
    assert await card_of("o-1", at(days=5)) == before
    assert len(before["tags"]) >= 2


async def test_the_timeline_has_both_sides_newest_last(database: str) -> None:
    hello = reply_to_json(Text("欢迎光临"))
    who = await act(
        "o-1", "event.subscribe", {"EventKey": "qrscene_G1"}, moment=at(), received_at=at(0.01), reply=hello
    )
    await act("o-1", "text", {"Content": "附近门店"}, moment=at(3), received_at=at(3.02), reply=news())
    late = await act(
        "o-1",
        "text",
        {"Content": "人工"},
        moment=at(2),
        reply=reply_to_json(Text("稍等")),
        state=InteractionState.LATE_REPLIED,
    )
    await deliver(
        "reply:k",
        who.customer_id,
        who.identity_id,
        DeliveryState.CONFIRMED,
        options=[{"channel": "custom", "payload": reply_to_json(Text("稍等"))}],
        created_at=at(2.5),
        closed_at=at(2.6),
        interaction_id=late.interaction_id,
    )
    card = await card_of("o-1")
    told = [(each["direction"], each["kind"], each["summary"]) for each in card["timeline"]]
    assert told == [
        ("in", "event.subscribe", "扫码关注 G1"),
        ("out", "reply", "欢迎光临"),
        ("in", "text", "人工"),
        ("out", "delivery.confirmed", "稍等"),
        ("in", "text", "附近门店"),
        ("out", "reply", "[图文] 附近门店"),
    ]
    times = [each["at"] for each in card["timeline"]]
    assert times == sorted(times)


def news() -> dict[str, str]:
    return reply_to_json(News("附近门店", "", "https://example.test/p.jpg", "https://example.test/"))


async def test_a_suppressed_delivery_says_why(database: str) -> None:
    who = await meet("o-1")
    await deliver(
        "campaign:1",
        who.customer_id,
        who.identity_id,
        DeliveryState.SUPPRESSED,
        options=[{"channel": "custom", "payload": reply_to_json(Text("上新了"))}],
        reason="window_closed",
        closed_at=at(5),
    )
    assert (await card_of("o-1"))["timeline"][-1] == {
        "at": at(5).isoformat(),
        "direction": "out",
        "kind": "delivery.suppressed",
        "summary": "上新了（window_closed）",
    }


@pytest.mark.parametrize(
    ("kind", "fields", "summary"),
    [
        ("text", {"Content": "你好"}, "你好"),
        ("text", {}, ""),
        ("text", {"Content": "长" * 300}, "长" * 199 + "…"),
        ("voice", {"Recognition": "有黑色吗"}, "[语音] 有黑色吗"),
        ("voice", {}, "[语音]"),
        ("image", {"PicUrl": "https://example.test/"}, "[图片]"),
        ("location", {"Label": "湖滨银泰"}, "[位置] 湖滨银泰"),
        ("link", {"Title": "新款"}, "[链接] 新款"),
        ("event.subscribe", {"EventKey": ""}, "关注"),
        ("event.unsubscribe", {}, "取消关注"),
        ("event.scan", {"EventKey": "G1"}, "扫码 G1"),
        ("event.click", {"EventKey": "NEW"}, "点击菜单 NEW"),
        ("event.view", {"EventKey": "https://example.test/"}, "打开菜单链接 https://example.test/"),
        ("event.something_new", {}, "[event.something_new]"),
    ],
)
async def test_each_kind_is_told_in_words(database: str, kind: str, fields: dict[str, Any], summary: str) -> None:
    await act("o-1", kind, fields)
    assert [each["summary"] for each in (await card_of("o-1"))["timeline"]] == [summary]


async def test_a_transfer_is_told_as_one(database: str) -> None:
    await act("o-1", "text", {"Content": "人工"}, reply=reply_to_json(Transfer()))
    assert (await card_of("o-1"))["timeline"][-1]["summary"] == "[转人工客服]"
