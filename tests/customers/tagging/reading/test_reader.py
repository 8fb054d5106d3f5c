"""How a reading comes about: urgency, negation, questions, turns, the lexicon's words, and the evidence for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from customers.tagging.lexicon import Lexicon, Word
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.reading.intent import Intent, Mood
from customers.tagging.reading.reader import Evidence
from customers.tagging.understand import Understanding

LEXICON = load_lexicon()
UNDERSTANDING = Understanding(LEXICON)


def intents(text: str) -> list[str]:
    return [str(intent) for intent in UNDERSTANDING.read(text).intents]


def mood(text: str) -> Mood:
    return UNDERSTANDING.read(text).mood


def test_evidence_points_into_the_customers_own_text() -> None:
    text = "😂谢謝，不過還是沒收到貨"
    reading = UNDERSTANDING.read(text)
    assert (reading.intents, reading.mood, reading.strength) == (
        (Intent.LOGISTICS, Intent.THANKS), Mood.UPSET, 0.33,
    )  # fmt: skip
    assert {(each.of, text[each.start : each.end], each.keyword) for each in reading.evidence} >= {
        (Intent.THANKS, "谢謝", "谢谢"),
        (Mood.UPSET, "還是沒收到", "还是没收到"),
    }


def test_a_message_that_says_nothing_has_no_reading() -> None:
    reading = UNDERSTANDING.read("嗯嗯")
    assert (reading.intents, reading.mood, reading.strength, reading.evidence) == ((), Mood.NEUTRAL, 0.0, ())
    assert not reading.is_complaint


def test_the_most_urgent_comes_first() -> None:
    assert intents("你好谢谢，几点关门？衣服破了想退货，多少钱运费") == [
        "complaint", "return", "price", "store", "thanks", "greeting",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("不想退货了", []),
        ("不要发票", []),
        ("没有退款", ["return"]),
        ("还没退款", ["return"]),
        ("没有投诉的意思", []),
        ("我不是要投诉", []),
        ("会起球吗", []),
        ("如果破了怎么办", []),
        ("没有破洞", []),
    ],
)
def test_what_is_refused_denied_or_only_asked_is_not_wanted(text: str, found: list[str]) -> None:
    assert intents(text) == found


@pytest.mark.parametrize(
    ("text", "felt"),
    [
        ("满意", Mood.SATISFIED),
        ("满意吗", Mood.NEUTRAL),
        ("不满意", Mood.UPSET),
        ("没有不满意", Mood.NEUTRAL),
        ("我很生气", Mood.UPSET),
        ("没有生气", Mood.NEUTRAL),
        ("质量很好，就是客服态度太差", Mood.UPSET),
        ("客服态度太差，但是衣服特别喜欢，非常满意", Mood.SATISFIED),
        ("快点", Mood.NEUTRAL),
        ("快点行不行", Mood.NEUTRAL),
        ("快点行不行！！！", Mood.UPSET),
        ("收到了👍", Mood.SATISFIED),
        ("收到了😡", Mood.UPSET),
        ("气气气气死我了", Mood.UPSET),
    ],
)
def test_moods(text: str, felt: Mood) -> None:
    assert mood(text) is felt


def test_more_signs_are_a_stronger_mood_and_the_same_word_again_is_not() -> None:
    strengths = [
        UNDERSTANDING.read(text).strength for text in ("不满意", "不满意，不满意", "不满意，骗子", "不满意，骗子，恶心")
    ]
    assert strengths == [0.33, 0.33, 1.0, 1.0]


def test_a_plain_word_hides_the_sign_in_it() -> None:
    assert intents("有垃圾桶") == []
    assert mood("有垃圾桶") is Mood.NEUTRAL
    assert "complaint" in intents("垃圾")


@pytest.mark.parametrize(
    ("text", "found", "felt"),
    [
        ("接受不了这个价格", ["price"], Mood.NEUTRAL),
        ("这么贵真的接受不了", ["price"], Mood.NEUTRAL),
        ("颜色有点接受不了", [], Mood.NEUTRAL),
        ("这么重的味道真受不了", [], Mood.UPSET),
        ("我受不了你们客服了", [], Mood.UPSET),
        ("忍受不了这种态度", [], Mood.UPSET),
    ],
)
def test_what_cannot_be_accepted_is_not_what_cannot_be_borne(text: str, found: list[str], felt: Mood) -> None:
    reading = UNDERSTANDING.read(text)
    assert ([str(intent) for intent in reading.intents], reading.mood) == (found, felt)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("为何还没人给我打电话", ["complaint"]),
        ("怎么还没有人给我打电话", ["complaint"]),
        ("一直没有人联系我", ["complaint"]),
        ("快递员没给我打电话就签收了", ["logistics"]),
        ("有没有人给我打电话", ["human"]),
        ("让客服给我打电话", ["human"]),
        ("麻烦尽快联系我", ["human"]),
    ],
)
def test_a_call_that_never_came_is_no_wish_for_one(text: str, found: list[str]) -> None:
    assert intents(text) == found


@pytest.mark.parametrize(
    ("text", "complains"),
    [
        ("我不小心洗坏了", False),
        ("自己不小心弄破了", False),
        ("被我摔碎了，能换个壳吗", False),
        ("我自己弄坏的，可以修吗", False),
        ("我不小心洗缩水了", False),
        ("你们把我的衣服洗坏了", True),
        ("快递给我摔碎了", True),
        ("洗了一次就坏了", True),
        ("我自己看了下，收到就是坏的", True),
        ("被我弄破了一点，可是扣子寄来就断了", True),
    ],
)
def test_a_damage_of_the_customers_own_is_no_complaint(text: str, complains: bool) -> None:
    assert ("complaint" in intents(text)) is complains
    assert UNDERSTANDING.is_complaint(text) is complains


def test_a_longer_word_of_ours_says_more_than_the_lexicons_in_it() -> None:
    assert intents("还没到") == ["logistics"]
    assert intents("退款还没到账") == ["return"]


def test_a_word_the_lexicon_is_given_counts_at_once() -> None:
    assert intents("包邮到付回退") == ["price"]
    group = LEXICON.groups["service"]
    tags = [
        replace(tag, words=(*tag.words, Word("到付回退", "到付回退"))) if tag.name == "退货" else tag
        for tag in group.tags
    ]
    groups = {**LEXICON.groups, "service": replace(group, tags=tuple(tags))}
    reading = Understanding(Lexicon(groups, "v")).read("包邮到付回退")
    assert [str(intent) for intent in reading.intents] == ["return", "price"]
    assert Evidence(Intent.RETURN, 2, 6, "到付回退") in reading.evidence


def test_a_new_tag_among_complaints_is_one() -> None:
    group = LEXICON.groups["complaint"]
    new = replace(group.tags[0], name="吵闹", words=(Word("嘎吱响", "嘎吱响"),))
    groups = {**LEXICON.groups, "complaint": replace(group, tags=(*group.tags, new))}
    understanding = Understanding(Lexicon(groups, "v"))
    assert understanding.is_complaint("椅子一直嘎吱响")
    assert not UNDERSTANDING.is_complaint("椅子一直嘎吱响")


def test_own_measures_ask_about_size() -> None:
    assert intents("165 110斤") == ["size"]
