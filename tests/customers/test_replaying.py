"""Replaying: what it leaves is what a projection from the first row would, whatever was there before."""

from __future__ import annotations

import asyncio
import contextvars
from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from customers.merging import merge
from customers.projector import Projector
from customers.replaying import Progress, replay_tags
from customers.tagging.editions import store, undo
from customers.tagging.lexicon_edits import add_words, remove_words
from customers.tagging.live import LiveLexicon, starter_lexicon
from customers.tagging.removal import remove_tag
from models import CustomerTag, Interaction, MessageReading, StatedAttribute, Tag, TagEvidence, TagKind
from models.dialect.locks import lock_customers
from tests.customers.people import MINI, at, customer_of, meet, on_postgres, say
from tests.customers.projection import (
    chat,
    drain,
    everything,
    evidence_rows,
    forget_projection,
    reading_rows,
    tag_rows,
)

TTL = timedelta(days=30)


@pytest.fixture
def projector(database: str, live: LiveLexicon) -> Projector:
    return Projector(live, TTL)


async def test_it_gives_the_same_rows(projector: Projector, live: LiveLexicon) -> None:
    await chat()
    gold = await Tag.create(group="会员", name="金卡")
    manual = {"kind": TagKind.MANUAL, "score": 1.0, "since": at(), "last_at": at()}
    await CustomerTag.create(customer_id=await customer_of("o-0"), tag=gold, **manual)
    await drain(projector)
    before = await everything()
    assert all(len(rows) >= 4 for rows in before)
    ids = await CustomerTag.all().order_by("id").values_list("id", flat=True)
    for batch in (500, 2):
        done = await replay_tags(live, batch=batch)
        assert (done.identities, done.messages, done.restarts) == (4, 32, 0)
        assert await everything() == before
    assert await CustomerTag.all().order_by("id").values_list("id", flat=True) == ids
    assert await CustomerTag.filter(kind=TagKind.MANUAL).count() == 1


async def test_after_an_edition_it_gives_what_a_fresh_start_gives(projector: Projector, live: LiveLexicon) -> None:
    await chat()
    one, two = await meet("o-2"), await say("m-1", "黑色的", at(days=60), MINI)
    await merge(one.customer_id, two.customer_id, "unionid", at())
    await drain(projector)
    await remove_tag(await customer_of("o-0"), ("colour", "黑色"), at(days=100), "test")
    lexicon = add_words(remove_words(starter_lexicon(), ["红色"]), "colour/曙光", ["红色"], is_new_tag=True)
    await store(lexicon, "test", at())
    await replay_tags(live)
    replayed = await everything()
    assert {"曙光", "黑色"} <= {row[2] for row in replayed[0]} and "红色" not in {row[2] for row in replayed[0]}
    assert {row[7] for row in replayed[0]} == {lexicon.version}
    await forget_projection()
    await drain(Projector(LiveLexicon(), TTL))
    assert await everything() == replayed


async def test_an_edition_undone_and_replayed_leaves_no_trace(projector: Projector, live: LiveLexicon) -> None:
    await chat()
    await drain(projector)
    before = await everything()
    await store(remove_words(starter_lexicon(), ["黑色", "黑色星期五"]), "test", at())
    await replay_tags(live)
    assert await everything() != before
    await undo("test", at())
    await replay_tags(live)
    assert await everything() == before


async def test_what_nothing_says_today_is_removed(projector: Projector, live: LiveLexicon) -> None:
    await say("o-1", "想要黑色，预算500以内，我要投诉", at())
    await projector.run_once()
    assert await StatedAttribute.all().count() == await MessageReading.all().count() == 1
    await Interaction.all().update(fields_={"Content": "红色"})
    await replay_tags(live)
    assert [row[2] for row in await tag_rows()] == [row[3] for row in await evidence_rows()] == ["红色"]
    assert await StatedAttribute.all().count() == await MessageReading.all().count() == 0


async def test_rows_that_wait_are_left_to_the_projector(projector: Projector, live: LiveLexicon) -> None:
    await say("o-1", "想要黑色", at())
    assert (await replay_tags(live)).messages == 0
    assert await tag_rows() == await reading_rows() == []
    await projector.run_once()
    assert [row[2] for row in await tag_rows()] == ["黑色"]


async def test_it_tells_how_far_it_is(projector: Projector, live: LiveLexicon) -> None:
    await chat()
    await drain(projector)
    told: list[Progress] = []
    done = await replay_tags(live, told.append, batch=9)
    assert [(each.identities, each.messages) for each in told] == [(2, 16), (4, 32)]
    assert {each.messages_in_all for each in told} == {32}
    assert done == told[-1]


async def test_it_begins_again_where_the_lexicon_changes_meanwhile(projector: Projector, live: LiveLexicon) -> None:
    await chat()
    await drain(projector)
    lexicon = remove_words(starter_lexicon(), ["黑色", "黑色星期五"])
    told: list[Progress] = []

    class Changing(LiveLexicon):
        async def refresh(self) -> bool:
            if len(told) == 1:
                await store(lexicon, "test", at())
            return await super().refresh()

    done = await replay_tags(Changing(), told.append, batch=1)
    assert (done.version, done.restarts, done.identities) == (lexicon.version, 1, 4)
    assert [(each.restarts, each.identities) for each in told] == [(0, 1), (1, 1), (1, 2), (1, 3), (1, 4)]
    assert {row[7] for row in await tag_rows()} == {lexicon.version}
    assert "黑色" not in {row[6] for row in await evidence_rows()}


@on_postgres
async def test_it_waits_for_whoever_holds_its_people(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await Projector(live, TTL).run_once()
    await TagEvidence.all().delete()
    async with in_transaction():
        await lock_customers([who.customer_id])
        work = asyncio.get_running_loop().create_task(replay_tags(live), context=contextvars.Context())
        assert not (await asyncio.wait([work], timeout=0.3))[0]
    assert (await work).messages == 1
    assert [row[3] for row in await evidence_rows()] == ["黑色"]
