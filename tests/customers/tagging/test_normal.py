"""The normal form, and the way from it back to what the customer wrote."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customers.tagging.fold import fold, fold_char
from customers.tagging.match import Tagger
from customers.tagging.normal import Normal, matched_text, normalise

ODD = ["\u200b", "\ufe0f", "\u200d", "®", "\U0001f3fb", "😊", "❤", "🌚", "\ue415", "🈶", "𝟏", "𠮷", "\ud83d"]
PIECES = [*"好谢看黑色！。～ \n01Xｘé顏一", "羽绒服", *ODD]
MIXED = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("好好好看", "好看"),
        ("太慢了！！！", "太慢了!"),
        ("好好看", "好好看"),
        ("哈哈哈哈哈", "哈哈"),
        ("谢谢谢谢", "谢谢"),
        ("1000000", "1000000"),
        ("XXXL", "xxxl"),
        ("二〇〇〇年", "二〇〇〇年"),
        ("好\u200b好\ufe0f好看", "好看"),
        ("颜色      尺码\n\n\n\n多少", "颜色 尺码\n多少"),
        ("……。。。", "……。"),
    ],
)
def test_what_is_repeated_three_times_stands_once_but_for_digits_and_latin_letters(text: str, folded: str) -> None:
    assert normalise(text).folded == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("不喜欢😭黑色好看😊", "不喜欢 黑色好看"),  # a picture parts two clauses, as a comma does
        ("👨‍👩‍👧好看👍🏻👍🏻", "好看"),
        ("好看😊 多少钱", "好看 多少钱"),
        ("1️⃣号码", "1号码"),
        ("羽\u200b绒®服™", "羽绒服"),
        ("🈶️货吗🈚", "有货吗无"),
        ("𝟏𝟎𝟎元 𝐗𝐋", "100元 xl"),
        ("\ue415谢谢\ue056", "谢谢"),
        ("𠮷野家", "𠮷野家"),
        ("😊", ""),
        ("", ""),
    ],
)
def test_pictures_and_what_cannot_be_seen_are_out_of_the_way(text: str, folded: str) -> None:
    assert normalise(text).folded == folded


@pytest.mark.parametrize(
    ("text", "word", "own"),
    [
        ("这个好好好看", "好看", "好好好看"),
        ("这个好好好看", "好", "好好好"),
        ("谢谢谢谢啦", "谢谢", "谢谢谢谢"),
        ("😊😊想要羽\u200b絨服®😊", "羽绒服", "羽\u200b絨服"),
        ("Ｘ\u200bＬ码", "xl", "Ｘ\u200bＬ"),
        ("好👍🏻看", "好 看", "好👍🏻看"),
        ("慢！！！！退", "!", "！！！！"),
        ("普通的话", "普通", "普通"),
    ],
)
def test_a_place_leads_back_to_all_that_stands_for_it(text: str, word: str, own: str) -> None:
    normal = normalise(text)
    at = normal.folded.index(word)
    start, end = normal.span(at, at + len(word))
    assert text[start:end] == own


def test_a_usual_message_needs_no_places() -> None:
    assert normalise("请问这件羽绒服有XL码吗？") == Normal("请问这件羽绒服有xl码吗?", None)


@given(MIXED)
@example("好好好看")
@example("谢😊谢谢谢")
@example("!\u200b!!")
def test_places_are_in_order_and_each_covers_what_its_character_stands_for(text: str) -> None:
    normal = normalise(text)
    spans = [normal.span(at, at + 1) for at in range(len(normal.folded))]
    ends = [0, *(end for _, end in spans)]
    for char, (start, end), before in zip(normal.folded, spans, ends, strict=False):
        assert before <= start < end <= len(text)
        own = [fold_char(each) for each in fold(text[start:end])]
        assert own[0] == own[-1] == char or char == " "


@given(MIXED)
def test_normal_text_stays_as_it_is(text: str) -> None:
    once = normalise(text).folded
    assert normalise(once) == Normal(once, None)


@given(MIXED, MIXED)
def test_a_word_is_found_amid_anything_and_its_place_holds_it(before: str, after: str) -> None:
    text = f"{before},羽\u200b絨\ufe0f服,{after}"
    normal = normalise(text)
    at = normal.folded.index(",羽绒服,") + 1
    start, end = normal.span(at, at + 3)
    assert fold(text[start:end]).replace("\u200b", "").replace("\ufe0f", "") == "羽绒服"


@given(MIXED, st.sampled_from(["黑色", "羽绒服", "好好好看"]), MIXED)
def test_every_hit_of_the_tagger_is_in_the_customers_own_text(
    tagger: Tagger, before: str, word: str, after: str
) -> None:
    text = f"{before}{word}{after}"
    for hit in tagger.find(text):
        assert 0 <= hit.start < hit.end <= len(text)
        assert normalise(hit.word).folded in normalise(text[hit.start : hit.end]).folded


@given(MIXED)
@example("谢谢谢谢！！！1000哈哈哈😊")
def test_the_text_alone_is_that_of_the_normal_form(text: str) -> None:
    assert matched_text(text) == normalise(text).folded
