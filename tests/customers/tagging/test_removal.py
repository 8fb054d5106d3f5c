"""Taking a tag off a customer, and asking why they have it."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Invalid, Missing
from customers.merging import merge
from customers.projector import Projector
from customers.replaying import replay_tags
from customers.tagging.editions import store
from customers.tagging.lexicon_edits import add_words
from customers.tagging.live import LiveLexicon, starter_lexicon
from customers.tagging.removal import read_tag_key, remove_tag, restore_tag
from customers.tagging.why import tell_why
from models import Audit, CustomerTag, Tag, TagKind, TagRemoval
from tests.customers.people import MINI, at, meet, say
from tests.customers.projection import drain, tag_rows
from tests.customers.test_projector import TTL

BLACK = ("colour", "黑色")


async def project(live: LiveLexicon) -> None:
    await drain(Projector(live, TTL))


async def names() -> list[object]:
    return [row[2] for row in await tag_rows()]


async def give_by_hand(customer_id: int) -> None:
    black, _ = await Tag.get_or_create(group="colour", name="黑色")
    await CustomerTag.create(
        customer_id=customer_id, tag=black, kind=TagKind.MANUAL, score=1.0, since=at(), last_at=at()
    )


async def test_a_removed_tag_is_gone_and_noted(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色连衣裙", at())
    await project(live)
    removed = await remove_tag(who.customer_id, BLACK, at(5), "cli:amy", "买来送人的")
    assert removed.kinds == (TagKind.AUTOMATIC,)
    assert await names() == ["连衣裙"]
    row = await TagRemoval.get().prefetch_related("tag")
    assert (row.customer_id, row.tag.name, row.removed_at, row.removed_by, row.reason) == (
        who.customer_id,
        "黑色",
        at(5),
        "cli:amy",
        "买来送人的",
    )
    audit = await Audit.get()
    assert (audit.action, audit.actor, audit.subject) == ("tag.removed", "cli:amy", f"customer:{who.customer_id}")
    assert audit.detail == {"tag": row.tag_id, "kinds": ["automatic"]}


async def test_it_stays_off_through_a_replay_and_another_lexicon(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色连衣裙，曙光色也行", at())
    await project(live)
    await remove_tag(who.customer_id, BLACK, at(5), "test")
    await replay_tags(live)
    assert await names() == ["连衣裙"]
    await store(add_words(starter_lexicon(), "colour/黑色", ["曙光色"]), "test", at(6))
    await replay_tags(live)
    assert await names() == ["连衣裙"]


async def test_it_comes_back_with_new_words_and_counts_those_alone(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await project(live)
    await remove_tag(who.customer_id, BLACK, at(5), "test")
    await say("o-1", "黑色的", at(5))
    await project(live)
    assert await names() == []
    await say("o-1", "还是要黑色", at(6))
    await project(live)
    assert [(row[2], row[3], row[4]) for row in await tag_rows()] == [("黑色", 1.0, at(6))]
    before = await tag_rows()
    await replay_tags(live)
    assert await tag_rows() == before


async def test_it_may_be_removed_again_later(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await project(live)
    await remove_tag(who.customer_id, BLACK, at(5), "test")
    await say("o-1", "还是要黑色", at(6))
    await project(live)
    await remove_tag(who.customer_id, BLACK, at(7), "test")
    assert await names() == []
    assert [row.removed_at for row in await TagRemoval.all()] == [at(7)]


async def test_words_dated_ahead_of_our_clock_are_removed_too(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at(5.01))
    await project(live)
    await remove_tag(who.customer_id, BLACK, at(5), "test")
    assert await names() == []


@pytest.mark.parametrize("is_kept", [True, False])
async def test_it_stays_off_whoever_they_turn_out_to_be(database: str, live: LiveLexicon, is_kept: bool) -> None:
    one, two = await say("o-1", "想要黑色", at()), await say("m-1", "要黑色", at(1), MINI)
    await project(live)
    await remove_tag((one if is_kept else two).customer_id, BLACK, at(5), "test")
    assert await names() == ["黑色"]
    await merge(one.customer_id, two.customer_id, "unionid", at(6))
    assert await names() == []
    await replay_tags(live)
    assert await names() == []
    assert [row.customer_id for row in await TagRemoval.all()] == [one.customer_id]


async def test_a_refusal_can_be_removed_too(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "不要黑色", at())
    await project(live)
    await remove_tag(who.customer_id, BLACK, at(5), "test")
    assert await names() == []


async def test_of_a_manual_tag_the_row_goes(database: str) -> None:
    who = await meet("o-1")
    await give_by_hand(who.customer_id)
    assert (await remove_tag(who.customer_id, BLACK, at(5), "test")).kinds == (TagKind.MANUAL,)
    assert await CustomerTag.all().count() == await TagRemoval.all().count() == 0


async def test_both_kinds_go_together(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await project(live)
    await give_by_hand(who.customer_id)
    assert (await remove_tag(who.customer_id, BLACK, at(5), "test")).kinds == (TagKind.AUTOMATIC, TagKind.MANUAL)
    assert (await CustomerTag.all().count(), await TagRemoval.all().count()) == (0, 1)


async def test_a_removal_taken_back_counts_everything_again(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await project(live)
    before = await tag_rows()
    await remove_tag(who.customer_id, BLACK, at(5), "test")
    assert await restore_tag(who.customer_id, BLACK, at(6), "cli:amy") is True
    assert await tag_rows() == before
    assert await TagRemoval.all().count() == 0
    audit = await Audit.all().order_by("-id").first()
    assert audit is not None and (audit.action, audit.actor) == ("tag.restored", "cli:amy")


@pytest.mark.parametrize("change", [remove_tag, restore_tag])
async def test_a_tag_they_do_not_have_is_refused_and_nothing_changes(
    database: str, live: LiveLexicon, change: Any
) -> None:
    who = await say("o-1", "想要红色", at())
    await project(live)
    before = await tag_rows()
    with pytest.raises(Invalid) as refusal:
        await change(who.customer_id, BLACK, at(5), "test")
    assert (refusal.value.field, "colour/黑色" in refusal.value.detail) == ("tag", True)
    assert refusal.value.remedy
    assert await tag_rows() == before
    assert await TagRemoval.all().count() == await Audit.all().count() == 0


async def test_a_reason_too_long_is_refused_and_nothing_changes(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await project(live)
    with pytest.raises(Invalid, match="128"):
        await remove_tag(who.customer_id, BLACK, at(5), "test", "长" * 129)
    assert await names() == ["黑色"]


@pytest.mark.parametrize("words", ["", "黑色", "/黑色", "colour/"])
def test_what_names_no_tag_is_refused(words: str) -> None:
    with pytest.raises(Invalid, match="GROUP/TAG"):
        read_tag_key(words)


def test_a_tag_may_have_a_stroke_in_its_name() -> None:
    assert read_tag_key("size/S/M") == ("size", "S/M")


# ── why ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_why_tells_words_arithmetic_and_lexicon(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "特别想要黑色", at())
    await say("o-1", "不要黑色", at(days=60))
    await project(live)
    told = await tell_why(who.customer_id, BLACK, at(days=120), "cli:amy")
    assert (told["is_held"], told["score"], told["lexicon_version"]) == (False, -0.25, live.lexicon.version)
    assert [(each["text"], each["because"]) for each in told["evidence"]] == [
        ("特别想要黑色", "strong"),
        ("不要黑色", "refused"),
    ]
    days = told["arithmetic"]["days"]
    assert [(day["on"], day["for"], day["against"], day["left"], day["today"]) for day in days] == [
        ("2026-11-20", 1.5, 0, 0.25, 0.375),
        ("2027-01-19", 0, 1.0, 0.5, -0.5),
    ]
    assert told["arithmetic"]["today"] == -0.125
    assert told["arithmetic"]["lines"] == [
        "2026-11-20：黑色 +1.5（语气强烈） → 1.5，120 天后剩 25.0% ＝ 0.375",
        "2027-01-19：黑色 −1（客户说不要） → 0 − 1，60 天后剩 50.0% ＝ −0.5",
        "今天合计 −0.125：无效（到 0.5 记上，低于 0.25 取消）",
    ]
    audit = await Audit.get()
    assert (audit.action, audit.actor, audit.subject) == ("tag.seen", "cli:amy", f"customer:{who.customer_id}")


async def test_why_shows_what_does_not_count(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "给妈妈买，要黑色", at())
    await say("o-1", "我自己也要黑色", at(1))
    await project(live)
    told = await tell_why(who.customer_id, BLACK, at(2), "test")
    assert [(w["subject"], w["uncounted"]) for w in told["arithmetic"]["days"][0]["words"]] == [
        ("妈妈", "subject"),
        ("", None),
    ]
    assert "说的是妈妈，不计" in told["arithmetic"]["lines"][0]
    assert (told["is_held"], told["score"], told["arithmetic"]["today"]) == (True, 1.0, 1.0)


async def test_why_tells_who_removed_it(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "想要黑色", at())
    await project(live)
    await remove_tag(who.customer_id, BLACK, at(5), "cli:amy", "送人的")
    told = await tell_why(who.customer_id, BLACK, at(6), "test")
    assert told["removed"] == {"at": at(5).isoformat(), "by": "cli:amy", "reason": "送人的"}
    assert (told["is_held"], told["score"], told["arithmetic"]["today"]) == (False, None, 0.0)
    assert told["arithmetic"]["lines"][0].startswith("2026-11-20：黑色 +1（标签移除前说的，不计）")


async def test_why_tells_which_tag_outdid_it(database: str, live: LiveLexicon) -> None:
    who = await say("o-1", "我穿M码", at(1))
    await say("o-1", "L码的", at(2))
    await say("o-1", "我穿L码", at(3))
    await project(live)
    told = await tell_why(who.customer_id, ("size", "M"), at(4), "test")
    assert (told["is_held"], told["outdone_by"]) == (False, "L")
    assert (await tell_why(who.customer_id, ("size", "L"), at(4), "test"))["outdone_by"] is None


async def test_why_of_a_tag_set_by_hand(database: str) -> None:
    who = await meet("o-1")
    await give_by_hand(who.customer_id)
    told = await tell_why(who.customer_id, BLACK, at(4), "test")
    assert (told["is_held"], told["manual_since"], told["evidence"]) == (True, at().isoformat(), [])
    assert told["arithmetic"] is None


async def test_why_of_a_tag_nothing_bears_on_is_refused(database: str) -> None:
    who = await meet("o-1")
    with pytest.raises(Missing, match="show customer"):
        await tell_why(who.customer_id, BLACK, at(4), "test")
    assert await Audit.all().count() == 0
