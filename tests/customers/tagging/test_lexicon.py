"""The lexicon: what the starter holds, and what its version tells."""

from __future__ import annotations

from dataclasses import replace

from customers.tagging.fold import fold
from customers.tagging.lexicon import Kind, version_of
from customers.tagging.lexicon_document import read_document
from customers.tagging.lexicon_files import load_lexicon
from tests.customers.tagging.lexica import colours


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

    assert [key for key, group in lexicon.groups.items() if group.personal] == [
        "audience", "body", "colour", "fit", "pattern", "shoe_size", "size", "skin", "style",
    ]  # fmt: skip


def test_the_version_changes_with_the_content_only() -> None:
    first = read_document(colours()).version
    assert len(first) == 12
    reordered = {"colour": {**colours()["colour"], "tags": {"白色": ["白色"], "黑色": ["黑的", "黑色"]}}}
    assert read_document(reordered).version == first
    for change in (
        {"half_life_days": 61},
        {"weight": 1.25},
        {"weights": {"白色": 2}},
        {"personal": True},
        {"exclusive": True},
        {"kind": "thing"},
        {"blocked": ["黑的士"]},
        {"tags": {"白色": ["白色"], "黑色": ["纯黑", "黑色"]}},
    ):
        assert read_document({"colour": {**colours()["colour"], **change}}).version != first, change
    assert read_document({**colours(), "vocabulary": ["某某牌"]}).version != first


def test_a_pattern_written_out_by_hand_finds_the_same_and_has_the_same_version() -> None:
    by_pattern = read_document(colours(patterns={"黑色": ["(纯|亮)黑"]}))
    by_hand = read_document(colours(tags={"白色": ["白色"], "黑色": ["黑色", "黑的", "纯黑", "亮黑"]}))
    assert by_pattern.version == by_hand.version


def test_the_version_is_of_the_groups_given() -> None:
    lexicon = read_document(colours())
    group = lexicon.groups["colour"]
    assert version_of([group]) == lexicon.version != version_of([replace(group, key="color")])


def test_folding_meets_traditional_and_full_width() -> None:
    assert fold("ＡＢｃ１２！　連衣裙沒有嗎") == "abc12! 连衣裙没有吗"
