"""The lexicon: what the starter holds, and that a wrong file is refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import Invalid
from customers.tagging.fold import fold
from customers.tagging.lexicon import Kind, LexiconInvalid
from customers.tagging.lexicon_files import STARTER, load_lexicon

GROUP = """
label = "颜色"
kind = "quality"
half_life_days = 60
exclusive = false
weight = 1.0
"""
TAGS = """
[tags]
"黑色" = ["黑色", "黑的"]
"白色" = ["白色"]
"""


def write(folder: Path, text: str, name: str = "colour.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(LexiconInvalid) as caught:
        load_lexicon(folder)
    return caught.value.faults


def test_the_starter_speaks_of_everything_a_shop_hears() -> None:
    lexicon = load_lexicon()
    words = [word.folded for rule in lexicon.rules() for word in rule.words]
    assert len(words) == len(set(words)) > 2000
    assert set(lexicon.groups) == {
        "audience", "body", "category", "colour", "complaint", "fit", "intent", "material", "occasion", "pattern",
        "price", "property", "recipient", "season", "service", "shoe_size", "size", "skin", "style",
    }  # fmt: skip
    assert {group.kind for group in lexicon.groups.values()} == set(Kind)
    assert [key for key, group in lexicon.groups.items() if group.exclusive] == ["shoe_size", "size"]


def test_a_group_is_read_as_written(tmp_path: Path) -> None:
    group = load_lexicon(write(tmp_path, GROUP + 'blocked = ["黑的士"]\n[weights]\n"白色" = 2.5\n' + TAGS)).groups[
        "colour"
    ]
    assert (group.label, group.kind, group.half_life_days, group.exclusive) == ("颜色", Kind.QUALITY, 60.0, False)
    assert [(rule.group, rule.name, rule.weight) for rule in group.tags] == [
        ("colour", "黑色", 1.0),
        ("colour", "白色", 2.5),
    ]
    assert [word.text for word in group.tags[0].words] == ["黑色", "黑的"]
    assert [word.text for word in group.blocked] == ["黑的士"]


def test_the_version_changes_with_the_content_only(tmp_path: Path) -> None:
    first = load_lexicon(write(tmp_path, GROUP + TAGS)).version
    reordered = '[tags]\n"白色" = ["白色"]\n# a note\n"黑色" = ["黑的", "黑色"]\n'
    assert load_lexicon(write(tmp_path, GROUP + reordered)).version == first
    assert load_lexicon(write(tmp_path, GROUP + TAGS.replace("黑的", "纯黑"))).version != first
    assert load_lexicon(write(tmp_path, GROUP.replace("60", "61") + TAGS)).version != first
    assert load_lexicon(write(tmp_path, GROUP.replace("1.0", "1.25") + TAGS)).version != first
    assert len(first) == 12


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GROUP + TAGS.replace('"黑的"', '"白色"'), "白色: '白色' is already in colour.toml: 黑色"),
        (GROUP + TAGS.replace('"黑的"', '""'), "黑色: '' is empty"),
        (GROUP + TAGS.replace('"黑的"', '"黑 的"'), "黑色: '黑 的' contains white space"),
        (GROUP + TAGS.replace('"黑的"', '"黑！"'), "黑色: '黑！' contains a sign that is neither letter nor digit"),
        (GROUP + TAGS.replace('"黑的"', '"黑"'), "黑色: '黑' is one character; list it under single to allow it"),
        (GROUP + TAGS.replace('"黑的"', "7"), "黑色: 7 is no text"),
        (GROUP + TAGS.replace('["白色"]', "[]"), "白色: should be a list of words, is []"),
        (GROUP + 'single = ["红"]' + TAGS, "single: '红' is no word of this group"),
        (GROUP + 'blocked = ["红包"]' + TAGS, "blocked: '红包' contains no word of this group, so it blocks nothing"),
        (GROUP + 'blocked = ["黑色"]' + TAGS, "blocked: '黑色' is already in colour.toml: 黑色"),
        (GROUP + '[weights]\n"红色" = 1.0' + TAGS, "weights.红色: no such tag"),
        (GROUP + '[weights]\n"黑色" = 0.3' + TAGS, "weights.黑色: should be a multiple of 0.25 above 0, is 0.3"),
        (GROUP.replace("1.0", "0") + TAGS, "weight: should be a multiple of 0.25 above 0, is 0"),
        (GROUP.replace("60", "0") + TAGS, "half_life_days: should be more than 0, is 0"),
        (GROUP.replace("60", '"60"') + TAGS, "half_life_days: should be int or float, is '60'"),
        (GROUP.replace("60", "true") + TAGS, "half_life_days: should be int or float, is True"),
        (GROUP.replace("quality", "mood") + TAGS, "kind: 'mood' is none of thing, quality, request, person, fact"),
        (GROUP.replace('label = "颜色"', 'label = ""') + TAGS, "label: empty"),
        (GROUP.replace("exclusive = false\n", "") + TAGS, "exclusive: missing"),
        (GROUP + "colour = 1" + TAGS, "colour: unknown setting"),
        (GROUP + "[tags]\n", "tags: empty"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_tag_and_word(tmp_path: Path, text: str, fault: str) -> None:
    assert faults_of(write(tmp_path, text)) == (f"colour.toml: {fault}",)


def test_a_one_character_word_is_taken_where_it_is_allowed(tmp_path: Path) -> None:
    text = GROUP + 'single = ["黑"]' + TAGS.replace('"黑的"', '"黑"')
    words = load_lexicon(write(tmp_path, text)).groups["colour"].tags[0].words
    assert [word.text for word in words] == ["黑色", "黑"]


def test_words_that_read_alike_clash_across_files(tmp_path: Path) -> None:
    write(tmp_path, GROUP + '[tags]\n"T恤" = ["T恤"]\n', "a.toml")
    write(tmp_path, GROUP + '[tags]\n"体恤" = ["ｔ恤"]\n', "b.toml")
    assert faults_of(tmp_path) == ("b.toml: 体恤: 'ｔ恤' is already in a.toml: T恤",)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, GROUP + TAGS.replace('"黑的"', '""'), "a.toml")
    write(tmp_path, "label = ", "b.toml")
    found = faults_of(tmp_path)
    assert found[0] == "a.toml: 黑色: '' is empty"
    assert found[1].startswith("b.toml: not readable as TOML: ")
    assert len(found) == 2


def test_an_empty_folder_is_no_lexicon(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == (f"{tmp_path}: no *.toml file",)


def test_a_wrong_lexicon_is_invalid_input(tmp_path: Path) -> None:
    shutil.copytree(STARTER, tmp_path / "copy")
    write(tmp_path / "copy", GROUP + '[tags]\n"黑" = ["连衣裙"]\n')
    with pytest.raises(Invalid, match=r"colour\.toml: 黑: '连衣裙' is already in category\.toml: 连衣裙"):
        load_lexicon(tmp_path / "copy")


def test_folding_meets_traditional_and_full_width() -> None:
    assert fold("ＡＢｃ１２！　連衣裙沒有嗎") == "abc12! 连衣裙没有吗"
