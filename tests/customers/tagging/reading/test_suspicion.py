"""The cheap look before a full reading is strict, and never overlooks what the reading would find."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.tagging.lexicon import Lexicon, Word
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.normal import normalise
from customers.tagging.reading.intent import Intent
from customers.tagging.reading.signs import read_lists
from customers.tagging.reading.suspicion import Suspect, Suspicion
from customers.tagging.understand import Understanding
from tests.customers.tagging.test_real_messages import CHATS, needs

LEXICON = load_lexicon()
UNDERSTANDING, SUSPICION = Understanding(LEXICON), Suspicion(LEXICON)
LISTS = read_lists()
TAGGED = [word.text for rule in LEXICON.rules() for word in rule.words if not word.pattern]
AROUND = """
不 没 没有 别 不是 不会 未 无 并非 谁会 谁 除了 以外 都可以 如果 万一 吗 吧 么 呢 嘛 的话 没有吗 好不好 但是
不过 可是 就 要 想 给我 怎么 为什么 大家 请别 千万别 不太 一点都不 什么 哪 有 又 还 了 的 我 你们 她说 听说 哪里
， 。 ？ ！ ！！ ?! … 、 😡 😍 👍 👎 好好好 哈哈哈
""".split()
PIECES = st.one_of(
    st.sampled_from([*LISTS.intents, *LISTS.moods, *LISTS.pictures]), st.sampled_from(TAGGED), st.sampled_from(AROUND)
)


def look(text: str) -> Suspect:
    return SUSPICION.of(text, normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "你好", "怎么退货", "有黑色的吗", "165 110斤穿什么码", "好的谢谢", "",
        "快点", "什么意思", "没收到货", "还没收到", "刚买的", "还可以", "着急用", "一直没到", "没有物流信息",
        "麻烦你们了", "谢谢，很满意，很喜欢，非常好", "好评👍👍", "到底到底到底", "还没到还没到",
    ],
)  # fmt: skip
def test_most_messages_are_not_suspicious(text: str) -> None:
    assert look(text) is Suspect.NOTHING


@pytest.mark.parametrize(
    "text", ["服了你们", "到底什么意思", "还是这樣", "半天没动静！！", "不是特别合适，也不精致，难看", "😡"]
)
def test_the_houses_own_words_may_be_enough(text: str) -> None:
    assert look(text) is Suspect.WORDS


@pytest.mark.parametrize(
    "text", ["假的吧", "质量差", "我要投诉你们", "没收到，😡", "垃圾，好评都是假的", "丟件了還不處理"]
)
def test_the_lexicons_words_are_asked_where_they_may_matter(text: str) -> None:
    assert look(text) is Suspect.ALL


@settings(max_examples=1_500, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=7).map("".join))
def test_no_complaint_escapes(text: str) -> None:
    assert UNDERSTANDING.is_complaint(text) == UNDERSTANDING.read(text).is_complaint


@pytest.mark.parametrize("before", ["", "不", "没有", "谁会", "还没到！！", "除了", "一点都不"])
def test_no_word_of_ours_escapes_alone(before: str) -> None:
    texts = [before + word for word in (*LISTS.intents, *LISTS.moods, *LISTS.pictures, *TAGGED)]
    assert [text for text in texts if UNDERSTANDING.is_complaint(text) != UNDERSTANDING.read(text).is_complaint] == []


@needs(CHATS)
def test_no_real_complaint_escapes() -> None:
    with gzip.open(CHATS, "rt", encoding="utf-8") as lines:
        said = [line.rstrip("\n").split("\t")[-1] for line in lines]
    complaints = {text for text in said if UNDERSTANDING.read(text).is_complaint}
    assert len(complaints) > 70
    assert {text for text in said if UNDERSTANDING.is_complaint(text)} == complaints


def test_a_word_of_an_edition_is_suspicious_by_what_its_tag_says() -> None:
    group = LEXICON.groups["complaint"]
    tags = [replace(tag, words=(Word("嘎吱响", "嘎吱响"),)) for tag in group.tags if tag.name in ("质量差", "发货慢")]
    for tag, suspect in zip(tags, (Suspect.ALL, Suspect.NOTHING), strict=True):
        edition = Lexicon({**LEXICON.groups, "complaint": replace(group, tags=(tag,))}, "v")
        assert Suspicion(edition).of("嘎吱响", normalise("嘎吱响")) is suspect


def test_nothing_but_words_and_tags_can_be_a_complaint() -> None:
    assert Intent.COMPLAINT not in LISTS.intent_of_measure.values()
    weak = [sign for signs in (LISTS.intents, LISTS.moods) for sign in signs.values() if sign.is_weak]
    assert weak and not any(Intent.COMPLAINT in sign.intents for sign in weak)
