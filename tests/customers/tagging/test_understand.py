"""One reading of one message: tags, measures, intents and mood together, each at its place in the customer's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.reading.intent import Intent, Mood
from customers.tagging.understand import Understanding

UNDERSTANDING = Understanding(load_lexicon())


def test_everything_is_read_at_once() -> None:
    text = "您好😊，想給媽媽買件黑色羽絨服，預算５００以內，她165 110斤，可以換嗎"
    reading = UNDERSTANDING.read(text)
    assert {(hit.tag, text[hit.start : hit.end]) for hit in reading.hits} >= {("黑色", "黑色"), ("羽绒服", "羽絨服")}
    assert [(each.name, each.value, text[each.start : each.end]) for each in reading.measures] == [
        ("budget", "≤500元", "預算５００以內"),
        ("height", "165cm", "165"),
        ("weight", "55kg", "110斤"),
    ]
    assert reading.intents == (Intent.RETURN, Intent.SIZE, Intent.GREETING)
    assert reading.mood is Mood.NEUTRAL


def test_places_hold_where_characters_were_left_out() -> None:
    text = "好\u200b好好好好看，身\ufe0f高165"
    (measure,) = UNDERSTANDING.read(text).measures
    assert text[measure.start : measure.end] == "身\ufe0f高165"


@given(st.text(max_size=60))
def test_whatever_is_written_is_read(text: str) -> None:
    reading = UNDERSTANDING.read(text)
    assert all(
        0 <= each.start < each.end <= len(text) for each in (*reading.hits, *reading.measures, *reading.evidence)
    )


def test_a_long_hostile_message_is_read_too() -> None:
    for piece in ("1到", "不要", "预算", "8月12号", "还没", "没人理", "165 ", "但是", "有的吗"):
        UNDERSTANDING.read(piece * 1000)
