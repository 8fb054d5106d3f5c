"""What a person stated and wanted, as their card tells it."""

from __future__ import annotations

from typing import Any

import pytest

from customers.card import Cards
from customers.phones import PhoneVault
from customers.projector import Projector
from customers.tagging.live import LiveLexicon
from tests.customers.people import APP, at, meet, say
from tests.customers.projection import drain
from tests.customers.test_projector import TTL

VAULT = PhoneVault("a secret for tests that protects nothing")


async def card_of(openid: str) -> dict[str, Any]:
    return await Cards({APP: "brand"}, VAULT, clock=lambda: at(days=9)).show_customer(openid)


@pytest.fixture
async def projector(database: str, live: LiveLexicon) -> Projector:
    return Projector(live, TTL)


async def test_the_newest_value_of_each_measure_is_told_with_its_words(projector: Projector) -> None:
    await say("o-1", "预算300以内", at())
    newest = await say("o-1", "预算500以内，身高170", at(1))
    await drain(projector)
    told = {each["name"]: each for each in (await card_of("o-1"))["attributes"]["stated"]}
    assert sorted(told) == ["budget", "height"]
    budget = told["budget"]
    assert (budget["value"], budget["low"], budget["high"], budget["unit"]) == ("≤500元", None, 50000.0, "fen")
    assert (budget["interaction_id"], budget["at"]) == (newest.interaction_id, at(1).isoformat())
    assert (budget["text"], budget["text"][budget["start"] : budget["end"]]) == ("预算500以内，身高170", "预算500以内")
    assert (budget["earlier"], told["height"]["earlier"], budget["subject"]) == (1, 0, "")


async def test_what_is_stated_of_somebody_else_stands_beside_ones_own(projector: Projector) -> None:
    await say("o-1", "身高170", at())
    await say("o-1", "我妈身高160", at(1))
    await drain(projector)
    stated = (await card_of("o-1"))["attributes"]["stated"]
    assert [(each["name"], bool(each["subject"]), each["low"]) for each in stated] == [
        ("height", False, 170.0),
        ("height", True, 160.0),
    ]


async def test_moods_and_wishes_are_counted_and_the_newest_told(projector: Projector) -> None:
    for minute in range(12):
        await say("o-1", "质量太差了，我要投诉", at(minute))
    await say("o-1", "谢谢", at(20))
    await drain(projector)
    readings = (await card_of("o-1"))["attributes"]["readings"]
    assert readings["moods"]["upset"] == 12
    assert (readings["intents"]["complaint"], readings["intents"]["thanks"]) == (12, 1)
    assert [each["text"] for each in readings["newest"]] == ["质量太差了，我要投诉"] * 9 + ["谢谢"]
    first = readings["newest"][0]
    assert (first["mood"], "complaint" in first["intents"], first["at"]) == ("upset", True, at(3).isoformat())
    words = {first["text"][each["start"] : each["end"]] for each in first["evidence"]}
    assert "投诉" in "".join(words)


async def test_who_said_nothing_of_the_kind_has_nothing(projector: Projector) -> None:
    await meet("o-1")
    await drain(projector)
    attributes = (await card_of("o-1"))["attributes"]
    assert attributes["stated"] == []
    assert attributes["readings"] == {"moods": {}, "intents": {}, "newest": []}
