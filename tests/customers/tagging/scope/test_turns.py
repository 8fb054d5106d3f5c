"""Turns: each has a file of sentences under ``turns/``, in the format of ``sentences.toml``, and reads them all right.

Here a mark holds all the reasons its own turn gives: ``!asked`` in asked.toml means asked, a mark without means not.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from customers.tagging.lexicon_files import load_lexicon
from customers.tagging.match import Tagger
from customers.tagging.scope.registry import all_turns

FOLDER = Path(__file__).with_name("turns")
TAGGER = Tagger(load_lexicon())
FACTORS = {"strong": 1.5, "weak": 0.5, "asked": 0.5, "compared": 0.5}
CASES = [
    (path.stem, sentence, marks)
    for path in sorted(FOLDER.glob("*.toml"))
    for sentence, marks in tomllib.loads(path.read_text(encoding="utf-8")).items()
]


def show(name: str, sentence: str, tags: set[str]) -> list[str]:
    """What is found of these tags, as marks."""
    own = all_turns()[name].reasons
    shown = []
    for hit in TAGGER.find(sentence):
        if hit.tag in tags:
            reasons = ",".join(each for each in hit.because if each in own)
            said = f"@{hit.subject}" if hit.subject else ""
            shown.append(f"{'-' if hit.negated else '+'}{hit.tag}{said}{'!' if reasons else ''}{reasons}")
    return shown


@pytest.mark.parametrize(("name", "sentence", "marks"), CASES, ids=[f"{name}: {each}" for name, each, _ in CASES])
def test_a_turn_acts_where_it_should_and_nowhere_else(name: str, sentence: str, marks: str) -> None:
    tags = {mark[1:].partition("!")[0].partition("@")[0] for mark in marks.split()}
    assert show(name, sentence, tags) == [mark for mark in marks.split() if mark[0] != "~"]


def test_every_turn_has_sentences_where_it_acts_and_where_it_does_not() -> None:
    assert {name for name, _, _ in CASES} == set(all_turns())
    for turn in all_turns():
        marks = [marks for name, _, marks in CASES if name == turn]
        assert any("!" in each or "~" in each for each in marks), turn
        assert any("!" not in each and "~" not in each for each in marks), turn


@pytest.mark.parametrize(
    ("sentence", "weight", "because"),
    [
        ("黑色", 1.0, ()),
        ("有黑色吗", 0.5, ("asked",)),
        ("特别想要黑色", 1.5, ("strong",)),
        ("黑色还行吧", 0.5, ("weak",)),
        ("一直在找黑色 有吗", 1.0, ("asked", "strong")),
        ("随便看看 有黑色吗", 0.5, ("asked", "weak")),
        ("送妈妈，黑色有吗", 0.5, ("asked", "for")),
        ("黑色还是白色", 0.5, ("compared",)),
        ("不要黑色", 1.0, ("refused",)),
        ("特别讨厌黑色", 1.5, ("refused", "strong")),
        ("不是黑色", 1.0, ("denied",)),
        ("除了黑色都行", 1.0, ("excepted",)),
        ("不是不喜欢黑色", 1.0, ("double",)),
        ("不是黑色不要", 1.0, ("condition",)),
    ],
)
def test_a_hit_weighs_what_its_reasons_make_of_it(sentence: str, weight: float, because: tuple[str, ...]) -> None:
    hit = next(hit for hit in TAGGER.find(sentence) if hit.tag == "黑色")
    assert (hit.weight, hit.because) == (weight, because)
