"""The projector: each journal row counts once, in order, however many workers there are."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from core.accounts import Crs
from core.ports import InteractionState
from customers.consent import grant
from customers.merging import merge
from customers.places import expire_places, find_place
from customers.profile import Counters, read_counters
from customers.projector import Projector
from customers.tagging.editions import store
from customers.tagging.lexicon_edits import add_words, remove_words
from customers.tagging.live import LiveLexicon, starter_lexicon
from models import Customer, Interaction, Place, Profile, Purpose, TagEvidence
from models.database import connection
from models.dialect.locks import lock_customers
from tests.customers.people import APP, MINI, act, at, customer_of, meet, on_postgres, say
from tests.customers.projection import (
    chat,
    drain,
    everything,
    evidence_rows,
    forget_projection,
    reading_rows,
    stated_rows,
    tag_rows,
)

TTL = timedelta(days=30)


@pytest.fixture
def projector(database: str, live: LiveLexicon) -> Projector:
    return Projector(live, TTL)


async def test_nothing_to_do_is_zero(projector: Projector) -> None:
    assert await projector.run_once() == 0


async def test_counters_tell_messages_events_and_their_times(projector: Projector) -> None:
    await meet("o-1", moment=at(1))
    await say("o-1", "你好", at(3))
    await act("o-1", "image", {}, moment=at(2))
    await act("o-1", "event.click", {"EventKey": "NEW"}, moment=at(9))
    assert await projector.run_once() == 4
    profile = await Profile.get()
    assert (profile.messages, profile.events) == (2, 2)
    assert (profile.first_at, profile.last_at, profile.last_message_at) == (at(1), at(9), at(3))
    assert await read_counters(await customer_of("o-1")) == Counters(2, 2, at(1), at(9))


async def test_later_batches_add_to_the_counters_and_older_times_are_not_lost(projector: Projector) -> None:
    for minutes in (5, 2, 8):
        await say("o-1", "你好", at(minutes))
        await projector.run_once()
    await meet("o-1", moment=at(9))
    await projector.run_once()
    profile = await Profile.get()
    assert (profile.messages, profile.events) == (3, 1)
    assert (profile.first_at, profile.last_at, profile.last_message_at) == (at(2), at(9), at(8))


async def test_a_row_counts_once_however_often_it_runs(projector: Projector) -> None:
    await say("o-1", "想要黑色连衣裙", at())
    assert [await projector.run_once() for _ in range(3)] == [1, 0, 0]
    assert (await Profile.get()).messages == 1
    assert await Interaction.filter(is_projected=False).count() == 0


async def test_a_person_nobody_knows_anything_of_counts_nothing(projector: Projector) -> None:
    assert await read_counters((await meet("o-1")).customer_id) == Counters()


async def test_pushes_about_no_person_are_marked_and_nothing_else(projector: Projector) -> None:
    await Interaction.create(
        message_key="k",
        app_id=APP,
        kind="event.masssendjobfinish",
        occurred_at=at(),
        received_at=at(),
        fields_={"MsgID": "1"},
        state=InteractionState.ANSWERED,
    )
    assert await projector.run_once() == 1
    assert await projector.run_once() == 0
    assert await Profile.all().count() == 0


async def test_words_become_evidence_at_their_place(projector: Projector) -> None:
    words = "你好，想要黑色的连衣裙"
    who = await say("o-1", words, at(3))
    await projector.run_once()
    found = {row[3]: row for row in await evidence_rows()}
    identity_id, interaction_id, group, name, moment, start, end, keyword, negated, weight, *_ = found["黑色"]
    assert (identity_id, interaction_id, group, name, moment) == (
        who.identity_id,
        who.interaction_id,
        "colour",
        "黑色",
        at(3),
    )
    assert (words[start:end], keyword, negated, weight) == ("黑色", "黑色", False, 1.0)
    black = next(row for row in await tag_rows() if row[2] == "黑色")
    assert black[:7] == (who.customer_id, "colour", "黑色", 1.0, at(3), at(3), True)


async def test_a_refused_word_is_kept_and_counts_against(projector: Projector) -> None:
    who = await say("o-1", "不要黑色", at())
    await projector.run_once()
    assert [(row[3], row[8]) for row in await evidence_rows()] == [("黑色", True)]
    assert [row[:7] for row in await tag_rows()] == [(who.customer_id, "colour", "黑色", -1.0, at(), at(), False)]


async def test_what_wechat_heard_counts_as_words_and_nothing_else_does(projector: Projector) -> None:
    await act("o-1", "voice", {"MediaId": "1", "Recognition": "有黑色的吗"})
    await act("o-2", "voice", {"MediaId": "1", "Recognition": None})
    await act("o-3", "event.click", {"EventKey": "黑色"})
    await act("o-4", "link", {"Title": "黑色连衣裙", "Description": "黑色"})
    await act("o-5", "text", {})
    await projector.run_once()
    assert {row[0] for row in await tag_rows()} == {await customer_of("o-1")}


async def test_all_identities_of_a_person_speak_for_one_tag(projector: Projector) -> None:
    one, two = await say("o-1", "想要黑色", at()), await say("m-1", "黑色的", at(days=60), MINI)
    await merge(one.customer_id, two.customer_id, "unionid", at())
    await projector.run_once()
    assert [row[:6] for row in await tag_rows()] == [(one.customer_id, "colour", "黑色", 1.5, at(), at(days=60))]


async def test_measures_and_readings_are_stored_with_their_places(projector: Projector) -> None:
    words = "预算500以内，质量太差了我要投诉"
    who = await say("o-1", words, at(3))
    await projector.run_once()
    ((*whose, start, end, name, value, low, high, _, subject),) = await stated_rows()
    assert whose == [who.identity_id, who.interaction_id, at(3)]
    assert (name, low, high, subject) == ("budget", None, 50000.0, "")
    assert "500" in str(value) and "500" in words[start:end]
    ((*whose, intents, mood, evidence),) = await reading_rows()
    assert whose == [who.identity_id, who.interaction_id, at(3)]
    assert ("complaint" in intents, mood) == (True, "upset")
    assert {each["of"] for each in evidence} == {*intents, mood}
    assert all(words[each["start"] : each["end"]] for each in evidence)


async def test_a_message_that_wants_nothing_in_no_mood_leaves_no_reading(projector: Projector) -> None:
    await say("o-1", "黑色连衣裙", at(3))
    await projector.run_once()
    assert (await stated_rows(), await reading_rows()) == ([], [])
    assert len(await evidence_rows()) == 2


async def test_what_is_said_of_somebody_else_is_kept_and_does_not_count(projector: Projector) -> None:
    await say("o-1", "送妈妈的，要红色", at())
    await projector.run_once()
    red = next(row for row in await evidence_rows() if row[3] == "红色")
    assert (red[9] > 0, red[10]) == (True, "妈妈")
    assert "红色" not in {row[2] for row in await tag_rows()}


async def test_the_outcome_is_the_same_whatever_the_batches(projector: Projector) -> None:
    await chat()
    await drain(projector)
    whole = await everything()
    assert all(whole)
    for batches in ((1,), (7, 5, 3)):
        await forget_projection()
        workers = [Projector(LiveLexicon(), TTL, batch=batch) for batch in batches]
        assert await drain(*workers) == await Interaction.all().count()
        assert await everything() == whole


async def test_another_edition_is_read_by_from_the_next_batch_on(projector: Projector) -> None:
    await say("o-1", "想要黑色", at())
    await projector.run_once()
    changed = remove_words(starter_lexicon(), ["黑色", "黑色星期五"])
    await store(changed, "test", at())
    await say("o-1", "想要黑色", at(1))
    await say("o-1", "想要白色", at(2))
    await projector.run_once()
    assert [(row[2], row[3], row[7]) for row in await tag_rows()] == [
        ("白色", 1.0, changed.version),
        ("黑色", 1.0, starter_lexicon().version),
    ]


class Overtaken(LiveLexicon):
    """An edition becomes live between the two looks of a batch: before its transaction, and with the people held."""

    looks = 0

    async def refresh(self) -> bool:
        self.looks += 1
        if self.looks == 2:
            await store(add_words(starter_lexicon(), "colour/曙光", ["曙光色"], is_new_tag=True), "test", at())
        return await super().refresh()


async def test_a_batch_overtaken_by_an_edition_is_read_by_the_new_one(database: str) -> None:
    lexicon = Overtaken()
    await say("o-1", "想要曙光色", at())
    assert await Projector(lexicon, TTL).run_once() == 1
    assert [(row[2], row[7]) for row in await tag_rows()] == [("曙光", lexicon.lexicon.version)]
    assert lexicon.looks == 4
    assert (await Profile.get()).messages == 1


LOCATION = {"Latitude": "30.2512", "Longitude": "120.1554", "Precision": "65.5"}


async def test_a_place_is_kept_with_consent_only(projector: Projector) -> None:
    willing, silent = await meet("o-1"), await meet("o-2")
    await grant(willing, Purpose.LOCATION, "text")
    for openid in ("o-1", "o-2"):
        await act(openid, "event.location", LOCATION, moment=at(5))
    await projector.run_once()
    place = await Place.get()
    assert place.customer_id == willing.customer_id
    assert (place.latitude, place.longitude, place.crs, place.accuracy_m) == (30.2512, 120.1554, "wgs84", 65.5)
    assert (place.source, place.captured_at, place.expires_at) == ("event.location", at(5), at(5, days=30))
    assert await find_place(silent.customer_id, at(6)) is None


async def test_the_newest_place_holds_in_any_order(projector: Projector, live: LiveLexicon) -> None:
    await grant(await meet("o-1"), Purpose.LOCATION, "text")
    for minutes, latitude in ((5, "30.5"), (9, "30.9"), (7, "30.7")):
        await act("o-1", "event.location", {**LOCATION, "Latitude": latitude}, moment=at(minutes))
    await drain(Projector(live, TTL, batch=1))
    assert ((await Place.get()).latitude, (await Place.get()).captured_at) == (30.9, at(9))


async def test_each_source_has_its_coordinate_system(database: str, live: LiveLexicon) -> None:
    projector = Projector(live, TTL, location_crs={MINI: Crs.GCJ02})
    for openid, app, kind in (
        ("o-1", APP, "event.location"),
        ("m-1", MINI, "event.location"),
        ("o-2", APP, "location"),
    ):
        await grant(await meet(openid, app), Purpose.LOCATION, "text")
        await act(openid, kind, {**LOCATION, "Location_X": "31.1", "Location_Y": "121.1"}, app)
    await projector.run_once()
    rows = await Place.all().order_by("customer_id").values_list("crs", "latitude")
    assert rows == [("wgs84", 30.2512), ("gcj02", 30.2512), ("gcj02", 31.1)]


@pytest.mark.parametrize(
    "fields",
    [
        {"Latitude": "", "Longitude": "", "Precision": ""},
        {"Latitude": "91", "Longitude": "0"},
        {"Latitude": "nan", "Longitude": "0"},
        {"Latitude": "inf", "Longitude": "0"},
        {"Latitude": None, "Longitude": "0"},
        {"Latitude": ["30"], "Longitude": {"a": 1}},
        {"Latitude": "north", "Longitude": "0"},
        {},
    ],
)
async def test_nonsense_is_no_place(projector: Projector, fields: dict[str, object]) -> None:
    await grant(await meet("o-1"), Purpose.LOCATION, "text")
    await act("o-1", "event.location", fields)
    assert await projector.run_once() == 2
    assert await Place.all().count() == 0


async def test_an_unknown_accuracy_is_zero(projector: Projector) -> None:
    await grant(await meet("o-1"), Purpose.LOCATION, "text")
    await act("o-1", "event.location", {**LOCATION, "Precision": "inf"})
    await projector.run_once()
    assert (await Place.get()).accuracy_m == 0.0


async def test_a_place_ends_with_its_time(projector: Projector) -> None:
    who = await meet("o-1")
    await grant(who, Purpose.LOCATION, "text")
    await act("o-1", "event.location", LOCATION, moment=at())
    await projector.run_once()
    last = at(days=30) - timedelta(seconds=1)
    assert await find_place(who.customer_id, last) is not None
    assert await find_place(who.customer_id, at(days=30)) is None
    assert [await expire_places(last), await expire_places(at(days=30)), await Place.all().count()] == [0, 1, 0]


async def test_a_batch_that_fails_leaves_nothing_half_done(projector: Projector) -> None:
    await say("o-1", "想要黑色", at())
    await connection().execute_script("ALTER TABLE customer_tag RENAME TO customer_tag_away")
    try:
        with pytest.raises(Exception, match="customer_tag"):
            await projector.run_once()
        assert await Profile.all().count() == await TagEvidence.all().count() == 0
        assert await Interaction.filter(is_projected=False).count() == 1
    finally:
        await connection().execute_script("ALTER TABLE customer_tag_away RENAME TO customer_tag")
    assert await projector.run_once() == 1
    assert [row[2] for row in await tag_rows()] == ["黑色"]


@on_postgres
async def test_workers_share_a_backlog_and_count_every_row_once(database: str, live: LiveLexicon) -> None:
    for turn in range(10):
        for person in range(12):
            await say(f"o-{person}", "想要黑色", at(turn))
    workers = [Projector(live, TTL, batch=9) for _ in range(4)]
    assert await drain(*workers) == 120
    assert await Profile.all().values_list("messages", flat=True) == [10] * 12
    assert await TagEvidence.all().count() == 120
    assert {row[3] for row in await tag_rows()} == {2.0}


@on_postgres
async def test_a_person_somebody_holds_is_left_for_later_and_others_are_not(database: str, live: LiveLexicon) -> None:
    held = [await say("o-a", "想要黑色", at(1)), await say("o-a", "想要红色", at(2))]
    await say("o-b", "想要白色", at(3))
    projector = Projector(live, TTL)
    async with in_transaction():
        await lock_customers([held[0].customer_id])
        assert await elsewhere(asyncio.wait_for(projector.run_once(), 5)) == 1
        assert await elsewhere(projector.run_once()) == 0
        assert await elsewhere(unprojected()) == [row.interaction_id for row in held]
    assert await projector.run_once() == 2


@on_postgres
async def test_a_worker_looks_past_the_people_another_holds(database: str, live: LiveLexicon) -> None:
    """The first batch belongs to people another worker has; the next people are taken meanwhile."""
    held = [await say(f"o-{number}", "想要黑色", at(number)) for number in range(3)]
    for number in range(3, 6):
        await say(f"o-{number}", "想要黑色", at(number))
    async with in_transaction():
        await lock_customers([row.customer_id for row in held])
        assert await elsewhere(Projector(live, TTL, batch=3).run_once()) == 3
        assert await elsewhere(unprojected()) == [row.interaction_id for row in held]


async def test_a_batch_takes_a_persons_oldest_rows_first(projector: Projector, live: LiveLexicon) -> None:
    rows = [await say("o-a", "想要黑色", at(number)) for number in range(5)]
    assert await Projector(live, TTL, batch=2).run_once() == 2
    assert await unprojected() == [row.interaction_id for row in rows[2:]]


async def unprojected() -> list[int]:
    return list(await Interaction.filter(is_projected=False).order_by("id").values_list("id", flat=True))


async def elsewhere(work):  # type: ignore[no-untyped-def]
    """Runs outside the test's transaction, as another process would."""
    import contextvars

    return await asyncio.get_running_loop().create_task(work, context=contextvars.Context())


@on_postgres
async def test_two_tags_of_one_person_from_two_batches_lose_nothing(database: str, live: LiveLexicon) -> None:
    """Two identities of one person in two workers' hands at once: the score counts both, always."""
    for round_ in range(6):
        one, two = await meet(f"o-{round_}"), await meet(f"m-{round_}", MINI)
        await merge(one.customer_id, two.customer_id, "unionid", at())
        await say(f"o-{round_}", "想要黑色", at())
        await say(f"m-{round_}", "要黑色的", at(), MINI)
    await drain(*(Projector(live, TTL, batch=3) for _ in range(4)))
    assert {row[3] for row in await tag_rows()} == {2.0}
    assert len(await tag_rows()) == await Customer.all().count() == 6


async def test_a_larger_batch_takes_no_more_statements(projector: Projector, caplog: pytest.LogCaptureFixture) -> None:
    """Work is done set by set: forty people cost as many statements as four."""
    counts = []
    for people in (4, 40):
        for number in range(people):
            await grant(await say(f"o-{people}-{number}", "想要黑色", at(number)), Purpose.LOCATION, "text")
            await act(f"o-{people}-{number}", "event.location", LOCATION)
        caplog.clear()
        with caplog.at_level("DEBUG", "tortoise.db_client"):
            assert await projector.run_once() == 2 * people
        counts.append(len([record for record in caplog.records if record.name == "tortoise.db_client"]))
    assert 8 <= counts[1] <= counts[0]
