"""Configured words: found in memory, imported whole or not at all, noticed without a restart."""

from __future__ import annotations

import random

import pytest

from campaigns.keyword_replies import REVISION, Imported, KeywordReplies, Match, Rule, import_rows, list_rules, remove
from core.errors import Invalid, Missing
from customers.tagging.fold import fold
from models import KeywordReply
from models.revisions import number


def row(keyword: str, match: str = "exact", reply: str = "答") -> dict[str, str]:
    return {"keyword": keyword, "match": match, "reply": reply}


def holding(*rules: tuple[str, Match, str]) -> KeywordReplies:
    replies = KeywordReplies()
    replies._fill([Rule(*rule) for rule in rules])
    return replies


def test_exact_comes_before_contains_and_the_longest_keyword_wins() -> None:
    replies = holding(
        ("会员", Match.CONTAINS, "short"),
        ("会员日", Match.CONTAINS, "long"),
        ("会员日活动", Match.EXACT, "exact"),
    )
    assert replies.find("会员日活动") == "exact"
    assert replies.find("会员日活动是哪天") == "long"
    assert replies.find("我是会员") == "short"
    assert replies.find("员会") is None


def test_equally_long_keywords_go_by_their_place_in_the_text() -> None:
    replies = holding(("退货", Match.CONTAINS, "return"), ("换货", Match.CONTAINS, "exchange"))
    assert replies.find("能换货或者退货吗") == "exchange"


def test_case_width_and_traditional_make_no_difference() -> None:
    replies = holding(("vip会员", Match.CONTAINS, "v"), ("尺码", Match.EXACT, "s"))
    assert replies.find("什么是ＶＩＰ會員？") == "v"
    assert replies.find(" 尺碼 ") == "s"


def test_keywords_of_one_character() -> None:
    replies = holding(("码", Match.CONTAINS, "one"), ("尺码", Match.CONTAINS, "two"))
    assert replies.find("多大码") == "one"
    assert replies.find("尺码") == "two"
    assert replies.find("") is None


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("要ＸＬ的", "size"), ("xl", "size"), ("XL, please", "size"), ("xxl有吗", None), ("xlarge", None),
        ("2xl", None), ("M码有吗", "m"), ("mm码", None), ("vip12号", "twelve"), ("8.12 到货", "twelve"),
        ("腰围128", None),
        ("a+b", "one letter"), ("ab", None), ("café a", "one letter"),
    ],
)  # fmt: skip
def test_contained_letters_and_digits_are_met_as_whole_words_only(text: str, reply: str | None) -> None:
    replies = holding(
        ("xl", Match.CONTAINS, "size"),
        ("m码", Match.CONTAINS, "m"),
        ("12号", Match.CONTAINS, "never: a letter stands before it"),
        ("vip12", Match.CONTAINS, "twelve"),
        ("12", Match.CONTAINS, "twelve"),
        ("a", Match.CONTAINS, "one letter"),
    )
    assert replies.find(text) == reply


def test_nothing_configured_finds_nothing() -> None:
    assert KeywordReplies().find("会员日") is None


def test_find_agrees_with_looking_at_every_keyword() -> None:
    dice = random.Random(7)
    words = ["".join(dice.choices("甲乙丙丁", k=dice.randint(1, 4))) for _ in range(40)]
    rules = {word: (word, dice.choice(list(Match)), f"reply {word}") for word in words}.values()
    replies = holding(*rules)
    for _ in range(2000):
        text = "".join(dice.choices("甲乙丙丁戊", k=dice.randint(0, 9)))
        exact = [reply for word, match, reply in rules if match is Match.EXACT and word == text]
        contains = [rule for rule in rules if rule[1] is Match.CONTAINS and rule[0] in text]
        held = [(len(word), -text.index(word), reply) for word, _, reply in contains]
        assert replies.find(text) == (exact[0] if exact else max(held)[2] if held else None)


@pytest.mark.usefixtures("database")
async def test_import_is_noticed_and_the_same_again_changes_nothing() -> None:
    replies = KeywordReplies()
    await replies.refresh()
    rows = [row("会员日", "contains", "每月18日"), row("ＶＩＰ", reply="尊享")]
    rows.append({"keyword": "尺码", "reply": "见尺码表"})
    assert await import_rows(rows) == Imported(3, 0, 0)
    assert replies.find("vip") is None
    await replies.refresh()
    assert (replies.find("vip"), replies.find("会员日呢"), replies.find("尺码")) == ("尊享", "每月18日", "见尺码表")
    assert await import_rows(rows) == Imported(0, 0, 3)
    assert await number(REVISION) == 1
    assert await import_rows([row("vip", reply="新尊享")]) == Imported(0, 1, 0)
    await replies.refresh()
    assert replies.find("VIP") == "新尊享"
    assert len(replies) == 3


@pytest.mark.usefixtures("database")
async def test_list_and_remove() -> None:
    await import_rows([row("会员日", "contains"), row("会员日", "exact"), row("尺码")])
    assert await remove("會員日") == 2
    assert await list_rules() == [Rule("尺码", Match.EXACT, "答")]
    assert await number(REVISION) == 2
    with pytest.raises(Missing, match="会员日"):
        await remove("会员日")
    assert await number(REVISION) == 2


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (row(" "), "row 3 keyword: is empty"),
        (row("长" * 65), "row 3 keyword: has 65 characters"),
        (row("词", "regex"), "row 3 match: 'regex' is no way to match"),
        (row("词", reply=""), "row 3 reply: is empty"),
        (row("词", reply="长" * 683), "row 3 reply: has 2049 bytes"),
        (row("词", reply="a\x00b"), "row 3 reply: holds a NUL"),
        (row("第一", reply="另一个"), "row 3 keyword: '第一' stands in row 2 too"),
    ],
)
@pytest.mark.usefixtures("database")
async def test_one_bad_row_is_named_and_nothing_is_stored(bad: dict[str, str], named: str) -> None:
    with pytest.raises(Invalid, match=named):
        await import_rows([row("第一"), bad])
    assert await KeywordReply.all().count() == 0
    assert await number(REVISION) == 0


@pytest.mark.usefixtures("database")
async def test_rows_are_named_by_their_numbers_in_the_file() -> None:
    with pytest.raises(Invalid, match="row 9 reply: is empty"):
        await import_rows([row("第一"), row("第二", reply="")], [4, 9])


def test_keywords_are_kept_folded() -> None:
    assert fold("會員ＶＩＰ") == "会员vip"
