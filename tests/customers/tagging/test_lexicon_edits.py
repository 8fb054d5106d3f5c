"""Single words come and go; what is wrong is refused and the lexicon stays as it is."""

from __future__ import annotations

import pytest

from core.errors import Invalid, Missing
from customers.tagging.lexicon import Lexicon, LexiconInvalid
from customers.tagging.lexicon_document import document_of, is_same, read_document
from customers.tagging.lexicon_edits import add_words, remove_words
from tests.customers.tagging.lexica import colours


@pytest.fixture
def lexicon() -> Lexicon:
    return read_document(
        {**colours(patterns={"黑色": ["(纯|亮)黑"]}, blocked=["黑的士"]), "vocabulary": ["某某牌", "甲乙牌"]}
    )


def words_of(lexicon: Lexicon, tag: str) -> list[str]:
    return [word.text for rule in lexicon.rules() if rule.name == tag for word in rule.words if not word.pattern]


def test_words_join_a_tag_and_those_there_stay_once(lexicon: Lexicon) -> None:
    assert words_of(add_words(lexicon, "colour/白色", ["纯白", "白色", "纯白"]), "白色") == ["白色", "纯白"]
    assert is_same(add_words(lexicon, "colour/白色", ["白色"]), lexicon)


def test_a_tag_is_made_where_that_is_asked_for(lexicon: Lexicon) -> None:
    assert words_of(add_words(lexicon, "colour/红色", ["红色"], is_new_tag=True), "红色") == ["红色"]
    with pytest.raises(Missing, match="colour has no tag '黑': there are 黑色"):
        add_words(lexicon, "colour/黑", ["墨黑"])
    with pytest.raises(Invalid, match="colour has a tag 黑色 already"):
        add_words(lexicon, "colour/黑色", ["墨黑"], is_new_tag=True)


def test_the_brands_own_words_join_the_vocabulary(lexicon: Lexicon) -> None:
    assert add_words(lexicon, "vocabulary", ["丙丁牌", "某某牌"]).vocabulary == ("某某牌", "甲乙牌", "丙丁牌")


@pytest.mark.parametrize(
    ("place", "word", "error"),
    [
        ("colour", "墨黑", "'colour' names no tag"),
        ("colour/", "墨黑", "'colour/' names no tag"),
        ("color/黑色", "墨黑", "there is no group 'color': there are colour"),
        ("colour/白色", "黑的", "lexicon: colour: 白色: '黑的' is already in lexicon: colour: 黑色"),
        ("colour/白色", "亮黑", "'亮黑' is already in lexicon: colour: 黑色|'亮黑' of the pattern"),
        ("colour/白色", "白 的", "'白 的' contains white space"),
        ("colour/白色", "白", "'白' is one character"),
    ],
)
def test_what_cannot_be_added_says_why(lexicon: Lexicon, place: str, word: str, error: str) -> None:
    with pytest.raises((Invalid, Missing), match=error):
        add_words(lexicon, place, [word])


def test_words_leave_wherever_they_stand(lexicon: Lexicon) -> None:
    left = remove_words(lexicon, ["黑的", "黑的士", "某某牌"])
    assert document_of(left) == {
        "vocabulary": ["甲乙牌"],
        **colours(tags={"黑色": ["黑色"], "白色": ["白色"]}, patterns={"黑色": ["(纯|亮)黑"]}, personal=False),
    }


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("红色", "the lexicon has no word '红色'"),
        ("亮黑", "'亮黑' is made by the pattern '\\(纯|亮\\)黑' of colour/黑色"),
        ("白色", "'白色' is the last word of colour/白色"),
    ],
)
def test_what_cannot_be_removed_says_why(lexicon: Lexicon, word: str, error: str) -> None:
    with pytest.raises((Invalid, Missing), match=error.replace("|", "\\|")):
        remove_words(lexicon, [word])


def test_a_blocked_word_left_without_its_word_is_named(lexicon: Lexicon) -> None:
    with pytest.raises(LexiconInvalid, match="'黑的士' contains no word of this group"):
        remove_words(lexicon, ["黑的"])


def test_one_character_words_leave_the_list_that_allows_them() -> None:
    lexicon = read_document(colours(single=["黑"], tags={"黑色": ["黑色", "黑"], "白色": ["白色"]}))
    assert "single" not in dict(document_of(remove_words(lexicon, ["黑"]))["colour"])  # type: ignore[call-overload]
