"""Reading what customers said in a period."""

from __future__ import annotations

import pytest

from models.dialect.words import Spoken, list_spoken
from tests.customers.people import act, at, say

KINDS = ("text", "voice")
pytestmark = pytest.mark.usefixtures("database")


async def test_words_of_a_period_come_with_whose_they_are() -> None:
    early = await say("o-1", "之前", at(-1))
    first = await say("o-1", "期初", at(0))
    voice = await act("o-2", "voice", {"Recognition": "听到"}, moment=at(5))
    await act("o-2", "image", {"PicUrl": "x"}, moment=at(6))
    await say("o-2", "期末", at(10))
    found = await list_spoken(KINDS, at(0), at(10), 0, 100)
    assert [(row.id, row.customer_id, row.kind) for row in found] == [
        (first.interaction_id, early.customer_id, "text"),
        (voice.interaction_id, voice.customer_id, "voice"),
    ]
    assert found[0].fields["Content"] == "期初"
    assert found[1].fields == {"Recognition": "听到"}


async def test_batches_follow_each_other_by_id_whatever_the_order_of_time() -> None:
    said = [await say("o-1", str(minute), at(minute)) for minute in (3, 1, 4, 2, 5)]
    seen: list[Spoken] = []
    while rows := await list_spoken(KINDS, at(0), at(9), seen[-1].id if seen else 0, 2):
        assert len(rows) <= 2
        seen += rows
    assert [row.id for row in seen] == [each.interaction_id for each in said]
    assert [row.fields["Content"] for row in seen] == ["3", "1", "4", "2", "5"]
