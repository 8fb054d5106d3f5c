"""The page for staff tells what the lexicon, the rules and the arithmetic do."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from customers.tagging.lexicon_document import MOST_WORDS, read_document
from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Hit, Tagger
from customers.tagging.score import DAY_CAP, GAINED_FROM, LOST_BELOW, WORD_CAP, Evidence, list_held, score_at, tally
from customers.tagging.word_patterns import MOST_WORDS as MOST_OF_A_PATTERN

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "tagging.md").read_text(encoding="utf-8")
GROUP = re.compile(r"^\| (\S+) \| `(\w+)\.toml` \| (\d+) \| (\d+) \| (是?) ?\| (是?) ?\|$", re.MULTILINE)
SENTENCE = re.compile(r"^\| (\S+) \| ((?:\S+ [+−][\d.]+.*)|不记) \| .+ \|$", re.MULTILINE)
COUNTED = re.compile(r"(\S+) ([+−][\d.]+)(?:（替(\S+?)）)?")
TAGGER = Tagger(load_lexicon())


def test_the_table_of_groups_is_the_lexicons() -> None:
    assert sorted(GROUP.findall(PAGE)) == sorted(
        (
            group.label, group.key, str(len(group.tags)), f"{group.half_life_days:g}",
            "是" if group.exclusive else "", "是" if group.personal else "",
        )
        for group in load_lexicon().groups.values()
    )  # fmt: skip


def test_all_the_sentences_are_looked_at() -> None:
    assert len(SENTENCE.findall(PAGE)) == 22


@pytest.mark.parametrize(("sentence", "told"), SENTENCE.findall(PAGE))
def test_a_sentence_is_counted_as_the_page_tells(sentence: str, told: str) -> None:
    assert [counted(hit) for hit in TAGGER.find(sentence)] == COUNTED.findall(told.replace("，", " "))


def counted(hit: Hit) -> tuple[str, str, str]:
    return hit.tag, f"{'−' if hit.negated else '+'}{hit.weight:g}", hit.subject


def test_the_figures_are_the_programs() -> None:
    assert f"分数到了 {GAINED_FROM:g} 就有这个标签；**失去**：分数掉到 {LOST_BELOW:g} 以下才没" in PAGE
    assert f"扣到 −{GAINED_FROM:g}，就是一条“不要”" in PAGE
    assert f"同一个词一天最多算 {WORD_CAP:g} 分，同一个标签一天最多加 {DAY_CAP:g} 分、最多扣 {DAY_CAP:g} 分" in PAGE
    assert f"一条最多 {MOST_OF_A_PATTERN} 个；全部词最多 {MOST_WORDS // 10_000} 万个" in PAGE


def test_the_weights_told_are_the_lexicons() -> None:
    weights = {(rule.group, rule.name): rule.weight for rule in load_lexicon().rules()}
    assert "投诉类 1.5 分，“假货”2 分，“要投诉”3 分，“下单意向”1.5 分" in PAGE
    assert (weights["complaint", "色差"], weights["complaint", "假货"]) == (1.5, 2.0)
    assert (weights["service", "要投诉"], weights["intent", "下单意向"]) == (3.0, 1.5)


@pytest.mark.parametrize(
    ("day", "worth", "is_held"),
    [((4, 30), 0.5, True), ((6, 29), 0.25, True), ((6, 30), 0.2471, False)],
)
def test_the_example_of_a_tag_that_fades_is_right(day: tuple[int, int], worth: float, is_held: bool) -> None:
    said = Evidence(datetime(2026, 3, 1, 4, tzinfo=UTC), 1, 0, "黑色", 1.0, False)
    scored, moment = tally([said], 60), datetime(2026, *day, 4, tzinfo=UTC)
    assert scored is not None
    assert round(score_at(scored, moment, 60), 4) == worth
    assert (("colour", "黑色") in list_held({("colour", "黑色"): scored}, load_lexicon(), moment)) is is_held


def test_the_example_of_a_file_is_a_lexicon() -> None:
    text = next(block for block in PAGE.split("```\n") if block.startswith("vocabulary"))
    lexicon = read_document(tomllib.loads(text))
    assert [len(rule.words) for rule in lexicon.rules()] == [9, 2]
    assert lexicon.vocabulary == ("某某牌", "云感")
