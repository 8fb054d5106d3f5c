"""Lexicon files: one file or a folder, read as written, and a wrong one refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.errors import Invalid
from customers.tagging.lexicon import Kind, LexiconInvalid
from customers.tagging.lexicon_document import is_same, write_toml
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


def faults_of(path: Path) -> list[str]:
    """Place and problem of every fault; each has a remedy too."""
    with pytest.raises(LexiconInvalid) as caught:
        load_lexicon(path)
    assert all(fault.remedy for fault in caught.value.faults)
    return [f"{fault.place}: {fault.problem}" for fault in caught.value.faults]


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


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GROUP + TAGS.replace('"黑的"', '"白色"'), "白色: '白色' is already in colour.toml: 黑色"),
        (GROUP + TAGS.replace('"黑的"', '""'), "黑色: '' is empty"),
        (GROUP + TAGS.replace('"黑的"', '"黑 的"'), "黑色: '黑 的' contains white space"),
        (GROUP + TAGS.replace('"黑的"', '"黑！"'), "黑色: '黑！' contains a sign that is neither letter nor digit"),
        (GROUP + TAGS.replace('"黑的"', '"黑"'), "黑色: '黑' is one character; list it under single to allow it"),
        (GROUP + TAGS.replace('"黑的"', "7"), "黑色: 7 is no text"),
        (GROUP + TAGS.replace('"黑的"', '"黑黑黑"'),
         "黑色: '黑黑黑' is one character; list it under single to allow it"),
        (GROUP + TAGS.replace('"黑的"', r'"\u115f"'), "黑色: '\u115f' is empty"),
        (GROUP + TAGS.replace('["白色"]', "[]"), "白色: should be a list of words, is []"),
        (GROUP + 'single = ["红"]' + TAGS, "single: '红' is no word of this group"),
        (GROUP + 'blocked = ["红包"]' + TAGS, "blocked: '红包' contains no word of this group, so it blocks nothing"),
        (GROUP + 'blocked = ["黑色"]' + TAGS, "blocked: '黑色' is already in colour.toml: 黑色"),
        (GROUP + '[weights]\n"红色" = 1.0' + TAGS, "weights.红色: no such tag"),
        (GROUP + '[weights]\n"黑色" = 0.3' + TAGS, "weights.黑色: should be a multiple of 0.25 above 0, is 0.3"),
        (GROUP.replace("1.0", "0") + TAGS, "weight: should be a multiple of 0.25 above 0, is 0"),
        (GROUP.replace("60", "0") + TAGS, "half_life_days: should be more than 0, is 0"),
        (GROUP.replace("60", '"60"') + TAGS, "half_life_days: should be a number, is '60'"),
        (GROUP.replace("60", "true") + TAGS, "half_life_days: should be a number, is True"),
        (GROUP.replace("quality", "mood") + TAGS, "kind: 'mood' is none of thing, quality, request, person, fact"),
        (GROUP.replace('label = "颜色"', 'label = ""') + TAGS, "label: empty"),
        (GROUP.replace("exclusive = false\n", "") + TAGS, "exclusive: missing"),
        (GROUP + "colour = 1" + TAGS, "colour: unknown setting"),
        (GROUP + "[tags]\n", "tags: empty"),
        (GROUP + "personal = 1" + TAGS, "personal: should be true or false, is 1"),
        (GROUP + TAGS.replace("黑的", "黑白" * 33), f"黑色: '{'黑白' * 33}' has 66 characters"),
        (GROUP + TAGS.replace('"黑色" =', '" " ='), "' ' is no name of a tag"),
        (GROUP + TAGS + '[patterns]\n"黑色" = ["(纯|亮黑"]', "黑色: '(纯|亮黑' has a ( without its )"),
        (GROUP + TAGS + '[patterns]\n"黑色" = "(纯|亮)黑"', "黑色: patterns: should be a list, is '(纯|亮)黑'"),
        (GROUP + TAGS + '[patterns]\n"黑色" = [7]', "黑色: 7 is no text"),
        (GROUP + TAGS + '[patterns]\n"黑色" = ["黑(色|的)"]',
         "黑色: '黑(色|的)' stands for no word that is not there already"),
        (GROUP + TAGS + '[patterns]\n"黑色" = ["黑( |！)款"]',
         "黑色: '黑( |！)款' stands for '黑 款', which contains white space"),
        (GROUP + TAGS + '[patterns]\n"黑色" = ["(白|亮)色"]',
         "白色: '白色' is already in colour.toml: 黑色"),
        (GROUP + TAGS + '[patterns]\n"红色" = ["(大|正)红"]', "patterns.红色: no such tag"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_tag_and_word(tmp_path: Path, text: str, fault: str) -> None:
    assert faults_of(write(tmp_path, text)) == [f"colour.toml: {fault}"]


def test_a_one_character_word_is_taken_where_it_is_allowed(tmp_path: Path) -> None:
    text = GROUP + 'single = ["黑"]' + TAGS.replace('"黑的"', '"黑"')
    words = load_lexicon(write(tmp_path, text)).groups["colour"].tags[0].words
    assert [word.text for word in words] == ["黑色", "黑"]


def test_words_that_read_alike_clash_across_files(tmp_path: Path) -> None:
    write(tmp_path, GROUP + '[tags]\n"T恤" = ["T恤"]\n', "a.toml")
    write(tmp_path, GROUP + '[tags]\n"体恤" = ["ｔ恤"]\n', "b.toml")
    assert faults_of(tmp_path) == ["b.toml: 体恤: 'ｔ恤' is already in a.toml: T恤"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, GROUP + TAGS.replace('"黑的"', '""'), "a.toml")
    write(tmp_path, "label = ", "b.toml")
    found = faults_of(tmp_path)
    assert found[0] == "a.toml: 黑色: '' is empty"
    assert found[1].startswith("b.toml: not readable as TOML: ")
    assert len(found) == 2


def test_an_empty_folder_is_no_lexicon(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == [f"{tmp_path}: no *.toml file"]


def test_a_wrong_lexicon_is_invalid_input(tmp_path: Path) -> None:
    shutil.copytree(STARTER, tmp_path / "copy")
    write(tmp_path / "copy", GROUP + '[tags]\n"黑" = ["连衣裙"]\n')
    with pytest.raises(Invalid, match=r"colour\.toml: 黑: '连衣裙' is already in category\.toml: 连衣裙"):
        load_lexicon(tmp_path / "copy")


def test_one_file_holds_the_whole_lexicon(tmp_path: Path) -> None:
    file = tmp_path / "all.toml"
    file.write_text(write_toml(load_lexicon()), encoding="utf-8")
    assert is_same(load_lexicon(file), load_lexicon())
    assert load_lexicon(file).version == load_lexicon().version


def test_in_one_file_a_fault_is_named_with_file_group_tag_and_word(tmp_path: Path) -> None:
    text = 'vocabulary = ["某", "某牌", "某牌"]\n[colour]' + GROUP + TAGS.replace("[tags]", "[colour.tags]")
    write(tmp_path, text.replace("黑的", "黑 的") + "[style]\nlabel = 7\n", "all.toml")
    found = faults_of(tmp_path / "all.toml")
    assert found[:2] == ["all.toml: colour: 黑色: '黑 的' contains white space", "all.toml: style: kind: missing"]
    assert found[-3:] == [
        'all.toml: style: label: should be a text in "quotes", is 7',
        "all.toml: vocabulary: '某' is no word",
        "all.toml: vocabulary: '某牌' stands there twice",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_may_come_as_notepad_saves_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "colour.toml").write_bytes((GROUP + TAGS).replace("\n", "\r\n").encode(encoding))
    assert [tag.name for tag in load_lexicon(tmp_path).groups["colour"].tags] == ["黑色", "白色"]


def test_what_is_no_text_at_all_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes("label = 1".encode("utf-16"))
    (tmp_path / "b.toml").write_bytes(b"label = '\xff\xff'")
    (tmp_path / "c.toml").write_bytes((GROUP + TAGS).encode().replace("黑的".encode(), "黑的".encode()[:-1]))
    assert faults_of(tmp_path) == [
        "a.toml: is UTF-16",
        "b.toml: is neither UTF-8 nor GB18030 (line 1)",
        "c.toml: is UTF-8 with a broken character on line 9",
    ]
    assert faults_of(tmp_path / "none.toml") == [
        f"{tmp_path / 'none.toml'}: cannot be read (No such file or directory)"
    ]


def test_the_file_of_one_group_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    write(tmp_path, GROUP + TAGS)
    assert faults_of(tmp_path / "colour.toml") == ["colour.toml: is the file of one group, not a whole lexicon"]


def test_an_empty_file_is_no_lexicon(tmp_path: Path) -> None:
    assert faults_of(write(tmp_path, "", "all.toml") / "all.toml") == ["all.toml: holds no group"]
    assert faults_of(write(tmp_path, "colour = 3", "all.toml") / "all.toml") == ["all.toml: colour: is 3"]


def test_a_folder_keeps_the_brands_words_in_a_file_of_their_own(tmp_path: Path) -> None:
    write(tmp_path, GROUP + TAGS)
    write(tmp_path, 'vocabulary = ["某某牌"]', "vocabulary.toml")
    assert load_lexicon(tmp_path).vocabulary == ("某某牌",)
    write(tmp_path, 'words = ["某某牌"]', "vocabulary.toml")
    assert faults_of(tmp_path) == ["vocabulary.toml: should hold vocabulary alone"]
