"""Editions: stored whole, the newest live, one step back; the same on both databases."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import Invalid, Missing
from customers.tagging.editions import Change, edit, find_live, get_edition, list_editions, store, undo
from customers.tagging.lexicon import Lexicon, LexiconInvalid
from customers.tagging.lexicon_document import is_same, read_document
from customers.tagging.lexicon_edits import add_words
from customers.tagging.live import REVISION, live_lexicon, starter_lexicon
from models import Audit, LexiconEdition
from models.revisions import number
from tests.customers.people import at
from tests.customers.tagging.lexica import colours

FIRST = read_document(colours())
SECOND = read_document(colours(tags={"红色": ["红色"], "黑色": ["黑色"], "白色": ["白色"]}))


async def imported(lexicon: Lexicon, minutes: float = 0.0, words: str = "") -> Change:
    return await store(lexicon, "cli:wang", at(minutes), words)


async def test_without_an_edition_the_starter_is_live(database: str) -> None:
    assert await live_lexicon() is starter_lexicon()
    assert await find_live() is None
    assert await list_editions(9) == []


async def test_an_import_is_live_and_keeps_the_order_of_tags(database: str) -> None:
    done = await imported(SECOND, words="秋季")
    assert (done.has_changed, done.version_before) == (True, starter_lexicon().version)
    live = await live_lexicon()
    assert live == SECOND
    assert [tag.name for tag in live.groups["colour"].tags] == ["红色", "黑色", "白色"]
    found = await find_live()
    assert found == done.edition
    assert found is not None
    assert (found.version, found.made_at, found.made_by, found.note) == (SECOND.version, at(), "cli:wang", "秋季")
    assert await number(REVISION) == 1
    rows = await Audit.all().values_list("action", "subject", "actor", "detail")
    assert rows == [("lexicon.import", f"lexicon_edition:{found.id}", "cli:wang", {"version": SECOND.version})]


async def test_the_first_import_keeps_what_was_live_before(database: str) -> None:
    await imported(FIRST)
    assert [(e.version, e.made_by, e.note) for e in await list_editions(9)] == [
        (FIRST.version, "cli:wang", ""),
        (starter_lexicon().version, "system", "starter files"),
    ]


async def test_the_same_lexicon_again_changes_nothing(database: str) -> None:
    assert not (await imported(starter_lexicon())).has_changed
    assert await LexiconEdition.all().count() == 0
    first = await imported(FIRST)
    again = await imported(read_document(colours(tags={"白色": ["白色"], "黑色": ["黑的", "黑色"]})), 1)
    assert (again.has_changed, again.edition) == (False, first.edition)
    assert (await LexiconEdition.all().count(), await number(REVISION), await Audit.all().count()) == (2, 1, 1)


async def test_undo_goes_one_step_back_and_undone_comes_again(database: str) -> None:
    await imported(FIRST)
    await imported(SECOND, 1)
    back = await undo("cli:li", at(2))
    assert (await live_lexicon(), back.lexicon, back.version_before) == (FIRST, FIRST, SECOND.version)
    assert back.edition is not None
    assert (back.edition.made_by, back.edition.note) == ("cli:li", "undo of 3: as edition 2")
    assert (await undo("cli:li", at(3))).lexicon == SECOND
    assert await live_lexicon() == SECOND
    assert await number(REVISION) == 4
    assert [row.action for row in await Audit.all().order_by("id")][2:] == ["lexicon.undo", "lexicon.undo"]


async def test_the_first_import_undone_is_the_starter(database: str) -> None:
    await imported(FIRST)
    await undo("cli:li", at(1))
    assert is_same(await live_lexicon(), starter_lexicon())


async def test_nothing_to_undo_changes_nothing(database: str) -> None:
    with pytest.raises(Missing, match="never changed"):
        await undo("cli:li", at())
    assert (await LexiconEdition.all().count(), await number(REVISION)) == (0, 0)


async def test_an_edit_is_made_of_what_is_live(database: str) -> None:
    await imported(FIRST)
    done = await edit(lambda live: add_words(live, "colour/白色", ["纯白"]), "cli:wang", at(1), "add 纯白")
    assert done.has_changed
    assert [word.text for word in (await live_lexicon()).groups["colour"].tags[1].words] == ["白色", "纯白"]
    assert not (
        await edit(lambda live: add_words(live, "colour/白色", ["纯白"]), "cli:wang", at(2), "add 纯白")
    ).has_changed


async def test_edits_at_once_lose_none(postgres: str) -> None:
    await imported(FIRST)
    words = [f"{letter}白" for letter in "abcdefgh"]

    async def add(word: str) -> None:
        await edit(lambda live: add_words(live, "colour/白色", [word]), "cli:wang", at(1), f"add {word}")

    await asyncio.gather(*(add(word) for word in words))
    live = await live_lexicon()
    assert sorted(word.text for word in live.groups["colour"].tags[1].words) == sorted(["白色", *words])
    assert await number(REVISION) == 9


async def test_what_is_refused_changes_nothing(database: str) -> None:
    await imported(FIRST)
    with pytest.raises(LexiconInvalid):
        await edit(lambda live: add_words(live, "colour/白色", ["黑的"]), "cli:wang", at(1), "")
    with pytest.raises(Invalid, match="--note"):
        await imported(SECOND, 1, "长" * 129)
    assert (await live_lexicon(), await LexiconEdition.all().count(), await number(REVISION)) == (FIRST, 2, 1)


async def test_an_edition_this_program_no_longer_takes_is_repaired_by_an_import(database: str) -> None:
    await imported(FIRST)
    await LexiconEdition.create(version="old", content={"toml": "[colour]"}, made_at=at(), made_by="cli", note="")
    with pytest.raises(LexiconInvalid, match="lexicon edition 3: colour: label: missing"):
        await live_lexicon()
    assert (await imported(SECOND, 1)).has_changed
    assert await live_lexicon() == SECOND
    with pytest.raises(LexiconInvalid, match="lexicon edition 3"):
        await undo("cli", at(2))
    assert await live_lexicon() == SECOND


async def test_an_earlier_edition_can_be_had_again(database: str) -> None:
    await imported(FIRST)
    await imported(SECOND, 1)
    assert await get_edition(2) == FIRST
    with pytest.raises(Missing, match="no lexicon edition 7"):
        await get_edition(7)
