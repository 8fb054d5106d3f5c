"""The back-test tells beforehand what an import and a replay then do, on both databases."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from customers.merging import merge
from customers.projector import Projector
from customers.replaying import replay_tags
from customers.tagging.back_test import BackTest, Sample, back_test
from customers.tagging.editions import store
from customers.tagging.lexicon import Lexicon
from customers.tagging.lexicon_document import read_document
from customers.tagging.live import LiveLexicon
from customers.tagging.score import TagKey
from customers.tagging.shown import list_shown_tags
from models import Customer, CustomerTag, Interaction, LexiconEdition, Tag, TagEvidence, TagRemoval
from tests.customers.people import MINI, act, at, customer_of, say
from tests.customers.tagging.lexica import colours

SIZE = {
    "label": "尺码", "kind": "quality", "half_life_days": 12, "exclusive": True, "personal": True, "weight": 1.0,
    "tags": {"大": ["大号", "大码"], "小": ["小号", "小码"]},
}  # fmt: skip
LIVE = read_document({**colours(), "size": SIZE})
CANDIDATE = read_document(
    {
        **colours(
            half_life_days=9,
            personal=True,
            tags={"黑色": ["黑色"], "浅色": ["白色", "米色"]},
            patterns={"黑色": ["(纯|亮)黑"]},
        ),
        "size": {**SIZE, "weights": {"小": 2}, "tags": {"大": ["大号"], "小": ["小号", "小码", "大码"]}},
    }
)
SENTENCES = [
    "要黑色的", "黑的有吗", "不要黑的", "白色好看", "不喜欢白色", "米色呢", "亮黑也行", "给妈妈买黑色的", "大号",
    "小号还是大码", "大码", "特别想要白色", "你好", "纯黑不要", "黑色和白色都要",
]  # fmt: skip
NOW = at(days=60)


async def say_much(people: int, seed: int) -> None:
    """People say this and that over two months; some are merged, of some a tag was taken off."""
    chance = random.Random(seed)
    for number in range(people):
        for _ in range(chance.randrange(1, 7)):
            await say(f"o-{number}", chance.choice(SENTENCES), at(chance.random(), days=chance.randrange(60)))
        if number % 7 == 0:
            recognised = {"Recognition": chance.choice(SENTENCES)}
            await act(f"m-{number}", "voice", recognised, MINI, at(days=chance.randrange(60)))
            await merge(await customer_of(f"o-{number}"), await customer_of(f"m-{number}", MINI), "test", at(days=60))
    live = LiveLexicon()
    while await Projector(live, timedelta(days=30)).run_once():
        continue
    for tag in await Tag.filter(name__in=["黑色", "小"]):
        for customer in await Customer.all().order_by("id").limit(9):
            removed_at = at(days=chance.randrange(60))
            await TagRemoval.create(customer=customer, tag=tag, removed_at=removed_at, removed_by="cli:x")


async def shown(lexicon: Lexicon) -> set[tuple[int, TagKey]]:
    """Who has which tag, as cards show it."""
    held = set()
    for customer in await Customer.all():
        tags = await list_shown_tags(customer.id, lexicon, NOW, await Interaction.all())
        held |= {(customer.id, (tag["group"], tag["name"])) for tag in tags if tag["score"] > 0}
    return held


async def everything() -> list[object]:
    tables = (CustomerTag, TagEvidence, TagRemoval, LexiconEdition, Tag)
    return [await table.all().order_by("id").values() for table in tables]


def counts(found: BackTest) -> dict[TagKey, tuple[int, int, int]]:
    return {key: (effect.gain, effect.lose, effect.keep) for key, effect in found.effects.items()}


async def test_what_it_tells_is_what_import_and_replay_do(database: str) -> None:
    await store(LIVE, "cli", at())
    await say_much(40, seed=4)
    await replay_tags(LiveLexicon())
    before, stored = await shown(LIVE), await everything()
    found = await back_test(LIVE, CANDIDATE, NOW)
    assert await everything() == stored

    await store(CANDIDATE, "cli", at(1))
    await replay_tags(LiveLexicon())
    after = await shown(CANDIDATE)
    keys = {key for _, key in before | after}
    expected = {
        key: tuple(sum(k == key for _, k in part) for part in (after - before, before - after, before & after))
        for key in keys
    }
    assert counts(found) == expected
    assert all(sum(part) for part in zip(*expected.values(), strict=True))
    assert found.changed == len({customer for customer, _ in before ^ after})
    assert (found.customers, found.messages) == (
        await Customer.filter(identities__interactions__kind__in=["text", "voice"]).distinct().count(),
        await Interaction.filter(kind__in=["text", "voice"]).count(),
    )


async def found_for(*said: tuple[str, datetime], live: Lexicon = LIVE, candidate: Lexicon = CANDIDATE) -> BackTest:
    for words, moment in said:
        await say("o-1", words, moment)
    while await Projector(LiveLexicon(), timedelta(days=30)).run_once():
        continue
    return await back_test(live, candidate, NOW)


async def test_a_sample_shows_the_words_that_cause_it(database: str) -> None:
    await store(LIVE, "cli", at())
    found = await found_for(("一二三四五六七八九十一二三要亮黑衣服一二三四五六七八九十一二三", at(days=59)))
    assert found.effects["colour", "黑色"].gained_by == [
        Sample(await customer_of("o-1"), 1, "…三四五六七八九十一二三要亮黑衣服一二三四五六七八九十…", "亮黑")
    ]


@pytest.mark.parametrize(
    ("said", "tag", "keyword"),
    [
        (["黑的", "黑色呢"], ("colour", "黑色"), None),
        (["要黑的"], ("colour", "黑色"), "黑的"),
        (["要大码"], ("size", "大"), "大码"),
        (["白色好看"], ("colour", "白色"), "白色"),
    ],
)
async def test_a_tag_lost_shows_the_word_it_was_held_by(
    database: str, said: list[str], tag: TagKey, keyword: str | None
) -> None:
    await store(LIVE, "cli", at())
    found = await found_for(*((words, at(number, days=59)) for number, words in enumerate(said)))
    effect = found.effects[tag]
    assert (effect.lose, [sample.keyword for sample in effect.lost_by]) == (
        (1, [keyword]) if keyword else (0, [])
    )  # fmt: skip


async def test_a_tag_lost_by_a_setting_shows_its_latest_words(database: str) -> None:
    await store(LIVE, "cli", at())
    found = await found_for(("要黑色", at(days=1)), candidate=read_document(colours(half_life_days=2)))
    assert [(sample.keyword, sample.excerpt) for sample in found.effects["colour", "黑色"].lost_by] == [
        ("黑色", "要黑色")
    ]


async def test_only_those_who_wrote_lately_are_looked_at_and_all_they_wrote_counts(database: str) -> None:
    await store(LIVE, "cli", at())
    for number in (1, 2):
        await say(f"o-{number}", "要亮黑", at(days=1))
    await say("o-2", "你好", at(days=59))
    while await Projector(LiveLexicon(), timedelta(days=30)).run_once():
        continue
    slow = read_document({**colours(patterns={"黑色": ["(纯|亮)黑"]})})
    found = await back_test(LIVE, slow, NOW, since=at(days=50))
    assert (found.customers, found.messages, found.effects["colour", "黑色"].gain) == (1, 2, 1)
    assert (await back_test(LIVE, slow, NOW)).effects["colour", "黑色"].gain == 2


async def test_so_many_samples_are_kept_and_all_are_counted(database: str) -> None:
    for number in range(8):
        await say(f"o-{number}", "要亮黑", at(days=59))
    while await Projector(LiveLexicon(), timedelta(days=30)).run_once():
        continue
    told: list[int] = []
    found = await back_test(LIVE, CANDIDATE, NOW, samples=3, tell=lambda state: told.append(state.customers))
    effect = found.effects["colour", "黑色"]
    assert (effect.gain, [sample.customer_id for sample in effect.gained_by]) == (8, [1, 2, 3])
    assert told == [8]


async def test_the_same_lexicon_changes_nobody(database: str) -> None:
    await say_much(10, seed=5)
    found = await back_test(LIVE, LIVE, NOW)
    assert (found.changed, {(effect.gain, effect.lose) for effect in found.effects.values()}) == (0, {(0, 0)})
