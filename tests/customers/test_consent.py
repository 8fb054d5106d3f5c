"""Consent: nothing is assumed, everything is written down, the newest word holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.channels import privacy
from bot.channels.privacy import coarsen
from core.accounts import Crs
from customers.consent import CONSENT_TEXTS, grant, has_location_consent, is_granted, list_consenting, withdraw
from customers.places import blank
from models import Consent, Interaction, Place, Purpose
from tests.customers.people import APP, MINI, act, at, meet


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_who_was_never_asked_has_not_agreed(database: str, purpose: Purpose) -> None:
    who = await meet("o-1")
    assert not await is_granted(who.customer_id, purpose)
    assert not await has_location_consent(APP, "o-1")
    assert not await has_location_consent(APP, "o-nobody")


async def test_a_line_says_who_what_text_channel_message_and_when(database: str) -> None:
    who = await meet("o-1")
    await grant(who, Purpose.LOCATION, "text")
    line = await Consent.get()
    assert (line.customer_id, line.purpose, line.is_granted) == (who.customer_id, Purpose.LOCATION, True)
    assert (line.channel, line.interaction_id, line.at) == ("text", who.interaction_id, who.at)
    assert line.text_version == CONSENT_TEXTS[Purpose.LOCATION].version == "location-1"


async def test_the_newest_word_holds_and_the_ledger_keeps_all(database: str) -> None:
    who = await meet("o-1")
    for minutes, agree in enumerate((grant, withdraw, grant, withdraw, grant)):
        await agree(replace(who, at=at(minutes)), Purpose.MARKETING, "text")
        assert await is_granted(who.customer_id, Purpose.MARKETING) is (agree is grant)
    assert await Consent.all().order_by("id").values_list("is_granted", flat=True) == [True, False, True, False, True]


async def test_two_words_in_one_second_hold_in_their_order(database: str) -> None:
    who = await meet("o-1")
    await grant(who, Purpose.MARKETING, "text")
    await withdraw(who, Purpose.MARKETING, "text")
    assert not await is_granted(who.customer_id, Purpose.MARKETING)


async def test_purposes_and_people_are_apart(database: str) -> None:
    one, two = await meet("o-1"), await meet("o-2")
    await grant(one, Purpose.MARKETING, "text")
    assert not await is_granted(one.customer_id, Purpose.LOCATION)
    assert await list_consenting([one.customer_id, two.customer_id], Purpose.MARKETING) == {one.customer_id}
    assert await list_consenting([], Purpose.MARKETING) == set()


async def test_location_consent_holds_on_every_app_of_the_person(database: str) -> None:
    who, other = await meet("o-1"), await meet("m-1", MINI)
    await grant(who, Purpose.LOCATION, "text")
    assert await has_location_consent(APP, "o-1")
    assert not await has_location_consent(MINI, "m-1")
    await Consent.all().update(customer_id=other.customer_id)
    assert await has_location_consent(MINI, "m-1")


async def test_withdrawn_location_goes_at_once_from_every_table(database: str) -> None:
    who, stranger = await meet("o-1"), await meet("o-2")
    nested = {
        "SendLocationInfo": {"Location_X": "30.2", "Location_Y": "120.1", "Label": "湖滨银泰"},
        "EventKey": "near",
    }
    for openid in ("o-1", "o-2"):
        await act(openid, "location", {"Location_X": "30.2", "Location_Y": "120.1", "Label": "湖滨银泰", "Scale": "15"})
        await act(openid, "event.location_select", nested)
    for each in (who, stranger):
        await grant(each, Purpose.LOCATION, "text")
        await Place.create(
            customer_id=each.customer_id,
            latitude=30.2,
            longitude=120.1,
            crs=Crs.GCJ02,
            accuracy_m=0.0,
            source="location",
            captured_at=at(),
            expires_at=at(days=30),
        )
    await withdraw(who, Purpose.LOCATION, "text")
    assert await Place.all().values_list("customer_id", flat=True) == [stranger.customer_id]
    rows = Interaction.filter(identity_id=who.identity_id).order_by("id")
    assert [row.fields_ for row in await rows.filter(kind="location")] == [
        {"Location_X": "", "Location_Y": "", "Label": "", "Scale": "15"}
    ]
    assert [row.fields_ for row in await rows.filter(kind="event.location_select")] == [
        {"SendLocationInfo": {"Location_X": "", "Location_Y": "", "Label": ""}, "EventKey": "near"}
    ]
    kept = Interaction.filter(identity_id=stranger.identity_id, kind="event.location_select")
    assert [row.fields_ for row in await kept] == [nested]


async def test_places_reported_by_the_mini_program_go_too(database: str) -> None:
    who = await meet("m-1", MINI)
    visit = {"properties": {"store": "S1", "lat": 30.25, "lng": 120.15, "accuracy": 500.0, "floor": 2}}
    await act("m-1", "mini.store_visit", visit, MINI)
    await withdraw(who, Purpose.LOCATION, "mini")
    row = await Interaction.get(kind="mini.store_visit")
    assert row.fields_ == {"properties": {"store": "S1", "lat": "", "lng": "", "accuracy": "", "floor": 2}}


@pytest.mark.parametrize(
    "fields",
    [
        {"Latitude": "30.2512", "Longitude": "120.1554", "Precision": "65.5", "Event": "LOCATION"},
        {"Location_X": "30.2512", "Location_Y": "120.1554", "Scale": "15", "Label": "湖滨银泰"},
        {"SendLocationInfo": {"Location_X": "30.2", "Location_Y": "120.1", "Label": "", "Poiname": "银泰"}},
        {"properties": {"lat": 30.25, "lng": 120.15, "name": "银泰", "altitude": 3.0, "address": "延安路"}},
        {"List": [{"latitude": 30.25, "longitude": 120.15, "horizontalAccuracy": 20}]},
        {"Content": "你好"},
    ],
)
def test_what_the_edge_stored_coarse_is_blanked_whole(fields: dict[str, Any]) -> None:
    """What withdrawal leaves of a row is what the edge would have stored without consent."""
    assert blank(coarsen(fields, 500.0)) == privacy.blank(fields)


async def test_withdrawn_marketing_leaves_the_place(database: str) -> None:
    who = await meet("o-1")
    await act("o-1", "location", {"Location_X": "30.2", "Location_Y": "120.1"})
    await withdraw(who, Purpose.MARKETING, "text")
    row = await Interaction.get(kind="location")
    assert row.fields_ == {"Location_X": "30.2", "Location_Y": "120.1"}
