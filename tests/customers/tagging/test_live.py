"""The live lexicon: noticed when it changes, inside a transaction and out of it, and kept otherwise."""

from __future__ import annotations

from tortoise.transactions import in_transaction

from customers.tagging.editions import store, undo
from customers.tagging.lexicon_document import read_document
from customers.tagging.live import LiveLexicon, live_lexicon, starter_lexicon
from tests.customers.people import at
from tests.customers.tagging.lexica import colours

FIRST = read_document(colours())
SECOND = read_document(colours(label="色"))


async def test_before_any_edition_the_starter_is_read(database: str) -> None:
    live = LiveLexicon()
    assert live.lexicon is starter_lexicon()
    assert not await live.refresh()
    assert live.lexicon is starter_lexicon()


async def test_a_change_is_noticed_once_and_by_everybody(database: str) -> None:
    one, other = LiveLexicon(), LiveLexicon()
    assert not await one.refresh()
    await store(FIRST, "cli", at())
    assert one.lexicon is starter_lexicon()
    assert [await one.refresh(), await one.refresh()] == [True, False]
    assert one.lexicon == FIRST
    assert await other.refresh()
    assert other.lexicon is one.lexicon
    await store(SECOND, "cli", at(1))
    assert await one.refresh()
    await undo("cli", at(2))
    assert await one.refresh()
    assert one.lexicon == FIRST


async def test_the_change_is_seen_inside_the_transaction_that_makes_it(database: str) -> None:
    live = LiveLexicon()
    async with in_transaction():
        await store(FIRST, "cli", at())
        assert await live.refresh()
        assert await live_lexicon() == FIRST
    assert not await live.refresh()


async def test_a_new_edition_that_finds_the_same_is_no_change(database: str) -> None:
    await store(read_document(colours(patterns={"黑色": ["(纯|亮)黑"]})), "cli", at())
    live = LiveLexicon()
    assert await live.refresh()
    tags = {"黑色": ["黑色", "黑的", "纯黑", "亮黑"], "白色": ["白色"]}
    assert (await store(read_document(colours(tags=tags)), "cli", at(1))).has_changed
    assert not await live.refresh()


async def test_more_editions_than_are_kept_in_memory_are_read_anew(database: str) -> None:
    lexica = [read_document(colours(label=f"色{number}")) for number in range(6)]
    for minute, lexicon in enumerate(lexica * 2):
        await store(lexicon, "cli", at(minute))
        assert await live_lexicon() == lexicon


async def test_what_reads_messages_changes_with_it(database: str) -> None:
    live = LiveLexicon()
    assert [hit.tag for hit in live.understanding.read("要黑色连衣裙").hits] == ["黑色", "连衣裙"]
    await store(FIRST, "cli", at())
    await live.refresh()
    assert [hit.tag for hit in live.understanding.read("要黑色连衣裙").hits] == ["黑色"]
    assert live.understanding is live.understanding
