"""Answers come in by code, whole or not at all; the same again changes nothing; every process notices."""

from __future__ import annotations

from datetime import date

import pytest

from campaigns.answers.base import AnswerBase
from campaigns.answers.rows import Answer
from campaigns.answers.storing import REVISION, Imported, import_rows, list_answers, remove
from core.errors import Invalid, Missing
from customers.tagging import editions
from customers.tagging.lexicon_document import read_document
from customers.tagging.lexicon_files import read_toml
from models import StoredAnswer, StoredQuestion
from models.revisions import number
from tests.campaigns.answers.answers import NOON, SHOP, row, stored
from tests.guides.brand import open_store

pytestmark = pytest.mark.usefixtures("database")


async def test_variants_by_sign_and_by_row_are_one_answer() -> None:
    await open_store("S1")
    rows = [
        row("return", "怎么退货|如何退货 | 怎么退货", "七天内可退", valid_from="2026-11-01", valid_until="2026/12/1"),
        row("return", "退货流程"),
        row("parking", "有停车场吗", "有", stores="S1"),
    ]
    assert await import_rows(rows, NOON) == Imported(2, 0, 0)
    questions = ("怎么退货", "如何退货", "退货流程")
    assert await list_answers() == [
        Answer("parking", ("有停车场吗",), "有", stores=frozenset({"S1"})),
        Answer("return", questions, "七天内可退", date(2026, 11, 1), date(2026, 12, 1)),
    ]


async def test_the_same_again_changes_nothing_and_a_change_is_one_update() -> None:
    assert await import_rows(SHOP, NOON) == Imported(8, 0, 0)
    before = await StoredQuestion.all().order_by("id").values_list("id", "question")
    assert await import_rows(SHOP, NOON) == Imported(0, 0, 8)
    assert await number(REVISION) == 1
    assert await StoredQuestion.all().order_by("id").values_list("id", "question") == before
    changed = [row("return", "怎么退货", "三十天内可退")]
    assert await import_rows(changed, NOON) == Imported(0, 1, 0)
    assert await number(REVISION) == 2
    assert [answer for answer in await list_answers() if answer.code == "return"] == [
        Answer("return", ("怎么退货",), "三十天内可退")
    ]


async def test_import_and_removal_are_noticed_without_a_restart() -> None:
    base = AnswerBase()
    await base.refresh()
    assert (len(base), base.find("怎么退货", NOON)) == (0, ())
    await import_rows(SHOP, NOON)
    assert len(base) == 0
    await base.refresh()
    assert base.find("怎么退货", NOON)[0].answer.code == "return"
    assert (await remove(" return ")).questions == ("怎么退货", "退货流程是什么")
    await base.refresh()
    assert len(base) == 7
    assert not any(found.is_sure for found in base.find("怎么退货", NOON))
    with pytest.raises(Missing, match="return"):
        await remove("return")


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (row("", "问", "答"), "row 3 code: is empty"),
        (row("c" * 65, "问", "答"), "row 3 code: has 65 characters"),
        (row("b", " | ", "答"), "row 3 question: is empty"),
        (row("b", "？！", "答"), "row 3 question: '？！' holds no word"),
        (row("b", "问" * 101, "答"), "row 3 question: .* has 101 characters"),
        (row("b", "问", ""), "row 3 answer: is empty"),
        (row("b", "问", "答" * 683), "row 3 answer: has 2049 bytes"),
        (row("b", "问", "a\x00b"), "row 3 answer: holds a NUL"),
        (row("b", "问", "答", valid_from="2026-02-30"), "row 3 valid_from: '2026-02-30' is no day"),
        (row("b", "问", "答", valid_until="明天"), "row 3 valid_until: '明天' is no day"),
        (
            row("b", "问", "答", valid_from="2026-03-02", valid_until="2026-03-01"),
            "row 3 valid_until: 2026-03-01 is before",
        ),
        (row("b", "问", "答", stores="S9"), "row 3 stores: there is no store 'S9'"),
        (row("first", "另一问", "另一答"), "row 3 answer: is not that of row 2"),
        (row("b", "第一问", "答"), "row 3 question: '第一问' is a question of first too"),
    ],
)
async def test_one_bad_row_is_named_and_nothing_is_stored(bad: dict[str, str], named: str) -> None:
    with pytest.raises(Invalid, match=named):
        await import_rows([row("first", "第一问", "第一答"), bad], NOON)
    assert await StoredAnswer.all().count() == 0
    assert await number(REVISION) == 0


async def test_one_question_may_have_answers_of_other_stores_and_other_days_only() -> None:
    await open_store("S1")
    await open_store("S2")
    rows = [
        row("all", "有停车场吗", "看现场"),
        row("s1", "有停车场吗", "地下", stores="S1"),
        row("s2-old", "有停车场吗", "旧", stores="S2", valid_until="2026-11-22"),
        row("s2", "有停车场吗", "新", stores="S2", valid_from="2026-11-23"),
    ]
    assert await import_rows(rows, NOON) == Imported(4, 0, 0)
    with pytest.raises(Invalid, match="row 2 question: '有停车场吗' is a question of s1 too"):
        await import_rows([row("s2-more", "有停车场吗", "另", stores="S2|S1", valid_from="2026-12-01")], NOON)
    base = AnswerBase()
    await base.refresh()
    assert [base.find("有停车场吗", NOON, store)[0].answer.words for store in ("S1", "S2", "S3", "")] == [
        "地下", "新", "看现场", "看现场",
    ]  # fmt: skip


async def test_rows_are_named_by_their_numbers_in_the_file() -> None:
    with pytest.raises(Invalid, match="row 9 answer: is empty"):
        await import_rows([row("a", "问", "答"), row("b", "问二", "")], NOON, [4, 9])


LEXICON = """
[place]
label = "到店"
kind = "request"
half_life_days = 30
exclusive = false
weight = 1
[place.tags]
"停车" = ["泊位", "停放"]
"""


async def test_a_lexicon_that_went_live_is_read_by() -> None:
    base = await stored(row("parking", "门店有泊位吗", "有"))
    assert "#place.停车" not in base.find("车子可以停放吗", NOON)[0].like.terms
    await editions.store(read_document(read_toml(LEXICON, "test"), lambda key: key), "cli:test", NOON)
    await base.refresh()
    assert "#place.停车" in base.find("车子可以停放吗", NOON)[0].like.terms
