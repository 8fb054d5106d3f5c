"""Discovery: words that rise and that no tag covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from customers.tagging.discover import Rising, Said, discover, discover_in_journal
from customers.tagging.lexicon import Lexicon
from tests.customers.people import NOON, act, at, say

USUAL = (
    "这件羽绒服有黑色的吗", "怎么退货啊", "什么时候发货", "尺码偏大吗", "想买连衣裙送妈妈", "质量很好", "客服在吗",
    "可以开发票吗", "有没有优惠", "门店几点关门", "颜色跟图片一样吗", "会不会掉色", "裤子起球了", "快递到哪里了",
    "还有货吗",
)  # fmt: skip
BACKGROUND = [Said(number % 400, USUAL[number % len(USUAL)]) for number in range(3000)]
CALM = [Said(number % 90, USUAL[number % len(USUAL)]) for number in range(300)]
DOPAMINE = (
    "我想要多巴胺色的连衣裙", "有没有多巴胺色", "这件多巴胺色好看吗", "多巴胺色！！！还有货吗", "朋友推荐的多巴胺色",
    "多巴胺色的卫衣什么时候上", "买多巴胺色显白吗",
)  # fmt: skip


def by(first_customer: int, *texts: str) -> list[Said]:
    return [Said(first_customer + number, text) for number, text in enumerate(texts)]


def of(found: list[Rising], word: str) -> Rising:
    return next(each for each in found if each.word == word)


def words(found: list[Rising]) -> list[str]:
    return [each.word for each in found]


def test_a_new_word_is_found_whole_with_who_says_it_and_where_it_would_belong(lexicon: Lexicon) -> None:
    found = discover([*CALM, *by(500, *DOPAMINE)], BACKGROUND, lexicon)
    assert words(found) == ["多巴胺色"]  # and neither "多巴胺" nor "巴胺色"
    rising = found[0]
    assert rising.is_new
    assert (rising.recent, rising.background, rising.customers) == (7, 0, 7)
    assert rising.suggestion is not None
    assert (rising.suggestion.group, rising.suggestion.label, rising.suggestion.because) == ("colour", "颜色", "…色")
    assert [(each.customer_id, each.excerpt) for each in rising.examples] == [
        (500, DOPAMINE[0]),
        (501, DOPAMINE[1]),
        (502, DOPAMINE[2]),
    ]


def test_a_known_word_said_more_often_rises_and_one_said_as_ever_does_not(lexicon: Lexicon) -> None:
    background = [*BACKGROUND, *by(1000, *["这个蓝莓味的好吃", "包装盒坏了"] * 30)]
    recent = [*CALM, *by(500, *["有蓝莓味的吗", "蓝莓多少钱", "想吃蓝莓"] * 5), *by(600, *["包装盒坏了"] * 3)]
    found = discover(recent, background, lexicon)
    blueberry = of(found, "蓝莓")
    assert (blueberry.is_new, blueberry.recent, blueberry.background) == (False, 15, 30)
    assert blueberry.times == pytest.approx(15.5 / 319 * 3061 / 30.5)
    assert "包装盒" not in words(found)


def test_latin_names_are_words_whatever_their_case_and_width(lexicon: Lexicon) -> None:
    recent = [*CALM, *by(500, "labubu挂件有吗", "想买ＬＡＢＵＢＵ", "Labubu😊联名", "还有labubu吗")]
    found = of(discover(recent, BACKGROUND, lexicon), "labubu")
    assert (found.is_new, found.recent, found.suggestion) == (True, 4, None)
    assert found.examples[1].excerpt == "想买ＬＡＢＵＢＵ"


def test_what_a_tag_covers_is_not_found(lexicon: Lexicon) -> None:
    recent = [*CALM, *by(500, *["有阔腿裤吗", "想买阔腿裤", "阔腿裤多少钱"] * 6)]
    assert discover(recent, BACKGROUND, lexicon) == []


def test_what_is_known_already_is_not_found(lexicon: Lexicon) -> None:
    recent = [*CALM, *by(500, *DOPAMINE)]
    assert discover(recent, BACKGROUND, lexicon, known=["多巴胺色"]) == []
    assert discover(recent, BACKGROUND, replace(lexicon, vocabulary=("多巴胺色",))) == []


def test_one_customer_however_loud_makes_no_word(lexicon: Lexicon) -> None:
    loud = [Said(500, "飞盘裤飞盘裤有吗")] * 200
    assert discover([*CALM, *loud], BACKGROUND, lexicon) == []
    assert discover([*CALM, *loud, Said(501, "飞盘裤呢")], BACKGROUND, lexicon) == []


def test_one_customer_counts_three_times_at_most(lexicon: Lexicon) -> None:
    three = by(500, "有飞盘裤吗", "买飞盘裤", "飞盘裤呢")
    quiet = of(discover([*CALM, *three, *three, *three], BACKGROUND, lexicon), "飞盘裤")
    loud = of(discover([*CALM, *three, *three, *three, *three[:1] * 6], BACKGROUND, lexicon), "飞盘裤")
    assert (quiet.recent, loud.recent) == (9, 15)
    assert loud.score == pytest.approx(quiet.score, rel=0.02)


def test_examples_are_cut_to_one_line_around_the_word(lexicon: Lexicon) -> None:
    long = "我是上个星期在你们南京西路门店看到的\n朋友穿的飞盘裤特别好看所以想来问问线上还能不能买得到呢"
    recent = [*CALM, *by(500, long, "有飞盘裤吗", "买飞盘裤呢", "飞盘裤多少钱")]
    found = of(discover(recent, BACKGROUND, lexicon), "飞盘裤")
    assert found.examples[0].excerpt == "…们南京西路门店看到的 朋友穿的飞盘裤特别好看所以想来问问线上还能不…"


@pytest.mark.parametrize(("recent", "background"), [([], []), (CALM, []), ([], BACKGROUND), (CALM, BACKGROUND)])
def test_nothing_rises_out_of_nothing(recent: list[Said], background: list[Said], lexicon: Lexicon) -> None:
    assert discover(recent, background, lexicon) == []


async def test_the_journal_is_read_by_its_days(database: str, lexicon: Lexicon) -> None:
    for number, text in enumerate(USUAL * 4):
        await say(f"o-{number}", text, at(days=-20, minutes=number))
    for number, text in enumerate(USUAL):
        await say(f"o-{number}", text, at(days=-2, minutes=number))
    for number, text in enumerate(DOPAMINE[1:]):
        await say(f"o-{number}", text, at(days=-1, minutes=number))
    heard = await act("o-9", "voice", {"Recognition": DOPAMINE[0]}, moment=at(days=-1))
    await say("o-1", "多巴胺色", at(days=1))  # after the period
    await say("o-1", "多巴胺色", at(days=-90))  # before it
    found = await discover_in_journal(7, 60, lexicon, NOON)
    assert words(found) == ["多巴胺色"]
    assert (found[0].recent, found[0].background, found[0].customers) == (7, 0, 7)
    assert await discover_in_journal(1, 60, lexicon, NOON - timedelta(days=5)) == []
    longer = await discover_in_journal(7, 100, lexicon, NOON)
    assert of(longer, "多巴胺色").background == 1
    assert heard.customer_id not in {each.customer_id for each in found[0].examples}  # the first three are others'
